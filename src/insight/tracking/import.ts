import { createHash } from 'node:crypto'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { appendEvents } from '#platform/events/append.ts'
import { type BehaviourEvent, eventIdOf } from '#platform/events/inbox.ts'
import { parseJson } from '#platform/http/json.ts'
import { type ImportKind, type ImportRun, type ImportSetup, importColumn } from '#platform/imports/kind.ts'
import { checkEvent } from './event-check.ts'
import type { Plan } from './plan.ts'
import { planOf } from './plan-queries.ts'

type NamedEvent = BehaviourEvent & { id: string }

/** What people did, as JSON Lines or a table. Events without an id get one from what they say, so a second import adds nothing. */
export const eventsImport: ImportKind = {
  name: 'events',
  title: { zh: '行为事件', en: 'Events' },
  columns: [
    importColumn('event', '事件', 'Event', ['事件名', '事件名称', 'event name', 'name'], { required: true }),
    importColumn('person', '用户', 'Person', ['用户ID', 'user', 'user_id', 'distinct_id', 'person_id']),
    importColumn('device', '设备', 'Device', ['设备ID', 'device_id', 'anonymous_id']),
    importColumn('timestamp', '时间', 'Time', ['发生时间', 'event time', 'time', 'at']),
    importColumn('properties', '属性', 'Properties', ['事件属性', 'props'], { json: true }),
    importColumn('id', '事件ID', 'Event id', ['event_id']),
  ],
  openPrefix: 'property.',
  prepare: async (ctx, setup): Promise<ImportRun<NamedEvent>> => {
    if (!setup.isMapped('person') && !setup.isMapped('device'))
      throw appError('import.column_missing', { message: 'Say which column holds the person or the device.', field: 'columns.person' })
    return { read: eventReader(ctx, setup, await planOf(ctx)), apply: applyEvents }
  },
}

function eventReader(ctx: Context, setup: ImportSetup, plan: Plan): ImportRun<NamedEvent>['read'] {
  const [name, person, device, id] = ['event', 'person', 'device', 'id'].map((key) => setup.text(key, 200))
  const properties = setup.text('properties', 100_000)
  const at = setup.date('timestamp')
  const own = setup.keys
    .filter((key) => key.startsWith('property.'))
    .map((key) => ({ name: key.slice('property.'.length), read: setup.text(key, 10_000) }))
  const seen = new Map<string, number>()
  return (row) => {
    const moment = at(row)
    const given = id?.(row)
    const event = checkEvent(
      {
        event: name?.(row) || undefined,
        person: person?.(row) || undefined,
        device: device?.(row) || undefined,
        timestamp: moment?.getTime(),
        properties: {
          ...readProperties(properties(row)),
          ...Object.fromEntries(own.map((one) => [one.name, one.read(row)]).filter(([, value]) => value !== '')),
        },
        ...(given ? { id: given } : {}),
      },
      { now: ctx.now(), plan, written: true },
    )
    if (event.person === undefined && event.device === undefined)
      throw appError('event.no_person', {
        message: 'The row has neither a person nor a device.',
        field: setup.isMapped('person') ? 'person' : 'device',
      })
    return { ...event, id: event.id ?? contentId(event, moment, seen) }
  }
}

function readProperties(text: string): object {
  if (text === '') return {}
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw appError('event.bad_properties', { message: 'properties is an object.', field: 'properties' })
  return value
}

/** The same words twice in one file are two events, in every import of that file. */
function contentId({ at: _at, ...event }: BehaviourEvent, moment: Date | undefined, seen: Map<string, number>): string {
  const said = createHash('sha256')
    .update(JSON.stringify([event, moment?.getTime() ?? null]))
    .digest('base64url')
    .slice(0, 24)
  const nth = (seen.get(said) ?? 0) + 1
  seen.set(said, nth)
  return eventIdOf(`imported ${said} ${nth}`)
}

async function applyEvents(ctx: Context, events: readonly NamedEvent[]): Promise<{ imported: number; updated: number; unchanged: number }> {
  const fresh = await appendEvents(ctx, events)
  return { imported: fresh.size, updated: 0, unchanged: events.length - fresh.size }
}
