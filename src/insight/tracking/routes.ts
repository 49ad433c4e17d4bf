import { z } from 'zod'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { eventsAccepted } from '#platform/operations/metrics.ts'
import { receiveEvents, replayQuarantined } from './commands.ts'
import { eventUse, listQuarantine, recentEvents } from './queries.ts'
import { EventsReceipt, type PlannedEvent, QuarantineList, RecentEvents, RecentQuery, ReplayBody, TrackingPlan } from './schema.ts'
import { writerOf } from './writer.ts'

/** The events door and what lies behind it. The declared events are given, because only the app knows them all. */
export const tracking = (declared: readonly EventDefinition[]) => {
  // Facts that the product itself states: nobody outside may say that an order was paid.
  const reserved = new Set(declared.map(({ name }) => name))
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
      const { name, person, customer, limit } = c.req.valid('query')
      return c.json({ items: await recentEvents(ctx, { name: name || undefined, person: person ?? customer, limit }), next: null })
    })
    .get('/tracking-plan', allow('events.read', 'tenant'), describe('Declared and seen events', TrackingPlan), async (c) => {
      const seen = await eventUse(c.var.ctx)
      const planned = declared.map(({ name, title, own, properties }): PlannedEvent => {
        const use = seen.find((one) => one.name === name)
        return {
          name,
          title,
          own,
          declared: true,
          properties: Object.keys(properties.shape),
          events: use?.events ?? 0,
          persons: use?.persons ?? 0,
          lastAt: use?.lastAt ?? null,
        }
      })
      const others = seen
        .filter(({ name }) => !declared.some((one) => one.name === name))
        .map((use): PlannedEvent => ({ ...use, title: null, own: true, declared: false }))
      return c.json({ items: [...planned, ...others], next: null })
    })
    .get(
      '/quarantine',
      allow('events.read', 'tenant'),
      describe('Events that were refused, with the reason', QuarantineList),
      query(z.object({ limit: z.coerce.number().int().min(1).max(200).default(100) })),
      async (c) => c.json({ items: await listQuarantine(c.var.ctx, c.req.valid('query').limit), next: null }),
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
