import { z } from 'zod'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { eventsAccepted } from '#platform/operations/metrics.ts'
import { receiveEvents } from './commands.ts'
import { declareEvent, holdUnknownEvents, withdrawEvent } from './plan-commands.ts'
import { countQuarantined, holdsUnknown, readTrackingPlan } from './plan-queries.ts'
import { replayQuarantined, replayWaiting } from './quarantine.ts'
import { listQuarantine, recentEvents, toldProperties } from './queries.ts'
import { reservedNames } from './reserved.ts'
import {
  Declaring,
  EventsReceipt,
  QuarantineList,
  RecentEvents,
  RecentQuery,
  ReplayAll,
  ReplayBody,
  ReplayReceipt,
  TrackingPlan,
  TrackingRules,
  TrackingSetup,
} from './schema.ts'
import { trackingSetup } from './setup.ts'
import { writerOf } from './writer.ts'

/** The events door and what lies behind it. The declared events are given, because only the app knows them all. */
export const tracking = (declared: readonly EventDefinition[]) => {
  const reserved = reservedNames(declared)
  const names = new Set(declared.map(({ name }) => name))
  return router()
    .post(
      '/events',
      allow('events.write', 'tenant'),
      describe(
        'Send behaviour events {events: [{id?, person?, device?, event, timestamp?, properties}]}; answered when they are on disk',
        EventsReceipt,
        202,
      ),
      async (c) => {
        const receipt = await receiveEvents(c.var.ctx, writerOf(c.var.installation), c.var.json, reserved)
        eventsAccepted.inc(receipt.accepted)
        return c.json(receipt, 202)
      },
    )
    .get('/events/recent', allow('events.read', 'tenant'), describe('The newest events', RecentEvents), query(RecentQuery), async (c) => {
      const { ctx } = c.var
      const { name, person, customer, device, limit } = c.req.valid('query')
      return c.json({ items: await recentEvents(ctx, { name: name || undefined, person: person ?? customer, device, limit }), next: null })
    })
    .get('/tracking-plan', allow('events.read', 'tenant'), describe('Declared and seen events', TrackingPlan), async (c) => {
      const { ctx } = c.var
      const [items, holdUnknown, told] = await Promise.all([readTrackingPlan(ctx, declared), holdsUnknown(ctx), toldProperties(ctx, [])])
      return c.json({ items, next: null, holdUnknown, personProperties: told.person })
    })
    .put(
      '/tracking-plan/:name',
      allow('tracking.write', 'tenant'),
      describe('Declare an event of your own, or change its declaration', undefined, 204),
      body(Declaring),
      async (c) => {
        await declareEvent(c.var.ctx, c.req.param('name'), c.req.valid('json'), names)
        return c.body(null, 204)
      },
    )
    .delete(
      '/tracking-plan/:name',
      allow('tracking.write', 'tenant'),
      describe('Withdraw the declaration of an event', undefined, 204),
      async (c) => {
        await withdrawEvent(c.var.ctx, c.req.param('name'))
        return c.body(null, 204)
      },
    )
    .get('/tracking-setup', allow('events.read', 'tenant'), describe('What a page needs to be tracked', TrackingSetup), (c) =>
      c.json(trackingSetup(c.var.installation.config)),
    )
    .put(
      '/tracking-rules',
      allow('tracking.write', 'tenant'),
      describe('Whether events that nobody declared are held back', TrackingRules),
      body(TrackingRules),
      async (c) => {
        await holdUnknownEvents(c.var.ctx, c.req.valid('json').holdUnknown)
        return c.json(c.req.valid('json'))
      },
    )
    .get(
      '/quarantine',
      allow('events.read', 'tenant'),
      describe('Events that were refused, with the reason', QuarantineList),
      query(z.object({ limit: z.coerce.number().int().min(1).max(200).default(100) })),
      async (c) => {
        const { ctx } = c.var
        const [items, waiting] = await Promise.all([listQuarantine(ctx, c.req.valid('query').limit), countQuarantined(ctx)])
        return c.json({ items, next: null, waiting })
      },
    )
    .post(
      '/quarantine/replay',
      allow('events.write', 'tenant'),
      describe('Check the refused events that wait again, after the plan was changed', ReplayReceipt),
      body(ReplayAll),
      async (c) => c.json(await replayWaiting(c.var.ctx, writerOf(c.var.installation), c.req.valid('json').name, reserved)),
    )
    .post(
      '/quarantine/:id/replay',
      allow('events.write', 'tenant'),
      describe('Check a refused event again, corrected if wanted', EventsReceipt),
      body(ReplayBody),
      async (c) => {
        const { ctx } = c.var
        return c.json(
          await replayQuarantined(
            ctx,
            writerOf(c.var.installation),
            internalId(ctx, 'qua', c.req.param('id')),
            reserved,
            c.req.valid('json').event,
          ),
        )
      },
    )
}
