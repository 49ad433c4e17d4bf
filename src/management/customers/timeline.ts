import { z } from 'zod'
import { membersOf } from '#management/identity/queries.ts'
import { employeeNames } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { outsideProperties } from '#platform/events/outside.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import type { TimelineList } from './schema.ts'

const Row = z.object({ ms: z.int(), name: z.string(), event: z.guid(), properties: z.record(z.string(), z.string()) })

/** What this customer and everybody merged into it did and had done, newest first. */
export async function readTimeline(
  ctx: Context,
  definitions: readonly EventDefinition[],
  { customerId, limit, cursor }: { customerId: number; limit: number; cursor?: string | undefined },
): Promise<z.infer<typeof TimelineList>> {
  const before = decodeCursor(Cursor, cursor)
  const [members, asOf] = await Promise.all([membersOf(ctx, customerId), loadedUntil(ctx)])
  // Of somebody who does much, the last weeks fill a page: the events of other months are not even opened.
  const since = (before?.[0] ?? ctx.now().getTime()) - lately
  const newest = await readEvents(ctx, { members, before, since, limit: limit + 1 })
  const rows = newest.length > limit ? newest : await readEvents(ctx, { members, before, limit: limit + 1 })
  const { items, next } = toPage(rows, limit, ({ ms, event }) => [ms, event])
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const employees = await employeeNames(
    ctx,
    items.map(({ properties }) => employeeIn(properties)).filter((id) => id !== undefined),
  )
  return {
    items: items.map((row) => timelineItem(ctx, byName.get(row.name), withEmployee(row, employees))),
    next,
    asOf: asOf.toISOString(),
  }
}

const Cursor = z.tuple([z.int(), z.guid()])
const lately = 31 * 86_400_000

type Asked = { members: number[]; before: z.infer<typeof Cursor> | undefined; since?: number; limit: number }

/**
 * An import or replay may have written an event twice; the id says so. That is rare, and taking one of each within the question
 * keeps the engine from reading the properties of only those rows that are shown: twice as many as asked for mostly hold enough.
 */
async function readEvents(ctx: Context, asked: Asked): Promise<z.infer<typeof Row>[]> {
  const most = 2 * asked.limit
  const found = await askEvents(ctx, asked, `limit ${most}`)
  const once = [...new Map(found.map((row) => [row.event, row])).values()]
  return found.length < most || once.length >= asked.limit
    ? once.slice(0, asked.limit)
    : askEvents(ctx, asked, `limit 1 by id limit ${asked.limit}`)
}

/** The events by name are of no use here, and weighing them takes longer than some answers. */
const settings = { optimize_use_projections: 0 as const }

const askEvents = (ctx: Context, { members, before, since }: Asked, limit: string): Promise<z.infer<typeof Row>[]> =>
  ctx.clickhouse.ask({
    sql: `select toUnixTimestamp64Milli(at) as ms, name, toString(id) as event, properties from events
      where tenant = {tenant:UInt32} and person in {members:Array(UInt32)}
        ${since === undefined ? '' : 'and at >= fromUnixTimestamp64Milli({since:Int64})'}
        ${before ? 'and at <= fromUnixTimestamp64Milli({at:Int64}) and (at, id) < (fromUnixTimestamp64Milli({at:Int64}), {id:UUID})' : ''}
      order by at desc, id desc ${limit}`,
    params: {
      tenant: ctx.tenantId,
      members,
      ...(since === undefined ? {} : { since }),
      ...(before ? { at: before[0], id: before[1] } : {}),
    },
    row: Row,
    settings,
  })

/** What came in later than this may still be on its way to the timeline. */
async function loadedUntil(ctx: Context): Promise<Date> {
  const { oldest } = await ctx.db
    .selectFrom('eventInbox')
    .select(({ fn }) => fn.min<Date | null>('receivedAt').as('oldest'))
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  return oldest ?? ctx.now()
}

/** An employee as friendships number them, of whom the event tells no name. */
const employeeIn = ({ employee, employeeName }: Record<string, string>): number | undefined =>
  employeeName === undefined && employee !== undefined && /^[1-9]\d{0,8}$/.test(employee) ? Number(employee) : undefined

function withEmployee(row: z.infer<typeof Row>, names: ReadonlyMap<number, string>): z.infer<typeof Row> {
  const name = names.get(employeeIn(row.properties) ?? 0)
  return name === undefined ? row : { ...row, properties: { ...row.properties, employeeName: name } }
}

function timelineItem(ctx: Context, definition: EventDefinition | undefined, { ms, name, event, properties }: z.infer<typeof Row>) {
  const values = Object.fromEntries(Object.entries(properties).map(([key, text]) => [key, readValue(definition, key, text)]))
  return {
    id: event,
    name,
    title: definition?.title ?? { zh: name, en: name },
    at: new Date(ms).toISOString(),
    properties: definition ? outsideProperties(ctx, values) : values,
    actor: actorOf(values),
  }
}

/** ClickHouse keeps values as text; the declaration says what they were. Of undeclared events they stay text. */
function readValue(definition: EventDefinition | undefined, key: string, text: string): unknown {
  const declared = definition?.properties.shape[key]
  if (!declared || declared.safeParse(text).success) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Who did it, where that is a person with a name and not a side of the friendship. */
function actorOf(properties: Record<string, unknown>): { name: string } | null {
  const { by, employeeName } = properties
  if (by === 'employee' && typeof employeeName === 'string') return { name: employeeName }
  return typeof by === 'string' && !['customer', 'transfer', 'employee', 'system'].includes(by) ? { name: by } : null
}
