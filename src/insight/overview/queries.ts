import { z } from 'zod'
import { describeCustomers } from '#management/customers/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { bindings } from '../reports/sql.ts'
import { visiblePersons } from '../reports/visible.ts'
import { type Asking, personRows, type Span, scanRows } from './rows.ts'
import { type LoopCounts, type LoopStep, loopSteps, type Overview, type StepPeople } from './schema.ts'

/** Every number comes from `scanRows` and `personRows`, and so do the people behind it. */
export async function readOverview(ctx: Context, span: Span): Promise<Overview> {
  const asking = await asAsked(ctx)
  const length = daysBetween(span.from, span.to) + 1
  dayRange(span.from, span.to, asking.timezone)
  const before = { from: addDays(span.from, -length), to: addDays(span.from, -1) }
  const [counted, names] = await Promise.all([count(asking, before, span), channelNames(ctx)])
  const days = Array.from({ length }, (_, i) => addDays(span.from, i))
  const channels = [...counted.channels].map(([channel, counts]) => ({ channel, counts }))
  return {
    loop: Object.fromEntries(
      loopSteps.map((step) => [step, { total: counted.total[step], before: counted.before[step] }]),
    ) as Overview['loop'],
    days: days.map((day) => ({ day, ...(counted.days.get(day) ?? none()) })),
    channels: channels
      .sort((a, b) => sum(b.counts) - sum(a.counts))
      .map(({ channel, counts }) => ({ channel: named(ctx, names, channel), ...counts })),
  }
}

/** The customers behind a number, the latest first. Whoever only opened a link has no name yet and is not among them. */
export async function listStepPeople(
  ctx: Context,
  query: Span & { step: LoopStep; channel?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<StepPeople> {
  const asking = await asAsked(ctx)
  const bind = bindings()
  const after = decodeCursor(z.tuple([z.int(), z.int()]), query.cursor)
  const channel = query.channel === undefined ? undefined : query.channel === 'none' ? '' : String(internalId(ctx, 'cha', query.channel))
  const people = `select who, max(ms) as lastMs, argMax(employee, ms) as by, argMax(employeeName, ms) as byName, any(channel) as through
    from (${query.step === 'scans' ? scanRows(bind, asking, query) : personRows(bind, asking, query, [query.step])}) where who != 0 ${channel === undefined ? '' : `and channel = ${bind.text(channel)}`} group by who`
  const [rows, [all], names] = await Promise.all([
    ctx.clickhouse.ask({
      params: bind.params,
      row: PersonRow,
      sql: `select * from (${people}) ${after ? `where (lastMs, who) < (${bind.integer(after[0])}, ${bind.integer(after[1])})` : ''} order by lastMs desc, who desc limit ${bind.integer(query.limit + 1)}`,
    }),
    ctx.clickhouse.ask({ params: bind.params, row: z.object({ total: z.number() }), sql: `select count() as total from (${people})` }),
    channelNames(ctx),
  ])
  const { items, next } = toPage(rows, query.limit, ({ lastMs, who }) => [lastMs, who])
  const known = new Map(
    (
      await describeCustomers(
        ctx,
        items.map(({ who }) => who),
      )
    ).map((customer) => [customer.id, customer]),
  )
  return {
    items: items.map(({ who, lastMs, by, byName, through }) => {
      const id = publicId(ctx, 'cus', who)
      const employee = Number(by) > 0 ? { id: publicId(ctx, 'emp', Number(by)), name: byName } : null
      return {
        id,
        name: known.get(id)?.name ?? '',
        alias: known.get(id)?.alias ?? null,
        avatar: known.get(id)?.avatar ?? null,
        at: new Date(lastMs).toISOString(),
        employee,
        channel: named(ctx, names, through),
      }
    }),
    next,
    total: all?.total ?? 0,
  }
}

const PersonRow = z.object({ who: z.number(), lastMs: z.number(), by: z.string(), byName: z.string(), through: z.string() })

async function asAsked(ctx: Context): Promise<Asking> {
  const timezone = await timezoneOf(ctx)
  return { ctx, timezone, among: await visiblePersons(ctx) }
}

type Counted = { total: LoopCounts; before: LoopCounts; days: Map<string, LoopCounts>; channels: Map<string, LoopCounts> }

const none = (): LoopCounts => ({ scans: 0, adds: 0, tagged: 0, ordered: 0 })
const sum = (counts: LoopCounts): number => loopSteps.reduce((all, step) => all + counts[step], 0)

/** Both spans in one pass. */
async function count(asking: Asking, before: Span, now: Span): Promise<Counted> {
  const counted: Counted = { total: none(), before: none(), days: new Map(), channels: new Map() }
  const at = (map: Map<string, LoopCounts>, key: string): LoopCounts => {
    const found = map.get(key) ?? none()
    map.set(key, found)
    return found
  }
  const [people, scans] = await Promise.all([countPeople(asking, before, now), countScans(asking, before, now)])
  for (const { step, isNow, grain, dayText: day, channel, persons } of people) {
    if (grain === 'all') (isNow ? counted.total : counted.before)[step] += persons
    else if (isNow) (grain === 'day' ? at(counted.days, day) : at(counted.channels, channel))[step] += persons
  }
  for (const { isNow, dayText: day, channel, scans: number } of scans)
    for (const place of isNow ? [counted.total, at(counted.days, day), at(counted.channels, channel)] : [counted.before])
      place.scans += number
  return counted
}

const PeopleRow = z.object({
  step: z.enum(loopSteps),
  isNow: z.number(),
  dayText: z.string(),
  channel: z.string(),
  grain: z.enum(['all', 'day', 'channel']),
  persons: z.number(),
})

/** Different people: of the whole time, of each day, of each channel. */
function countPeople(asking: Asking, before: Span, now: Span): Promise<z.infer<typeof PeopleRow>[]> {
  const bind = bindings()
  const rows = personRows(bind, asking, { from: before.from, to: now.to }, ['adds', 'tagged', 'ordered'])
  return asking.ctx.clickhouse.ask({
    params: bind.params,
    row: PeopleRow,
    sql: `select step, isNow, toString(day) as dayText, channel, multiIf(grouping(day) = 0, 'day', grouping(channel) = 0, 'channel', 'all') as grain, uniqExact(who) as persons
      from (select step, who, day, channel, day >= toDate(${bind.text(now.from)}) as isNow from (${rows}))
      group by grouping sets ((step, isNow), (step, isNow, day), (step, isNow, channel))`,
  })
}

const ScanRow = z.object({ isNow: z.number(), dayText: z.string(), channel: z.string(), scans: z.number() })

/** WeCom tells nobody about a scan: of a code on a day it is known how often its link was opened and how many came through it. */
function countScans(asking: Asking, before: Span, now: Span): Promise<z.infer<typeof ScanRow>[]> {
  const bind = bindings()
  return asking.ctx.clickhouse.ask({
    params: bind.params,
    row: ScanRow,
    sql: `select day >= toDate(${bind.text(now.from)}) as isNow, toString(day) as dayText, channel, sum(greatest(openings, persons)) as scans
      from (select day, channel, code, countIf(isView) as openings, uniqExactIf(who, not isView) as persons from (${scanRows(bind, asking, { from: before.from, to: now.to })}) group by day, channel, code)
      group by day, channel`,
  })
}

async function channelNames(ctx: Context): Promise<Map<string, string>> {
  const rows = await ctx.db.selectFrom('channels').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  return new Map(rows.map(({ id, name }) => [String(id), name]))
}

const named = (ctx: Context, names: ReadonlyMap<string, string>, channel: string): { id: string; name: string } | null =>
  channel === '' ? null : { id: publicId(ctx, 'cha', Number(channel)), name: names.get(channel) ?? '' }
