import { z } from 'zod'
import { describeCustomers } from '#management/customers/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayRange, daysBetween } from '#platform/time.ts'
import { type Bindings, bindings, scanEvents } from '../reports/sql.ts'
import { visiblePersons } from '../reports/visible.ts'
import { type LoopCounts, type LoopStep, loopSteps, type Overview, type StepPeople } from './schema.ts'

type Span = { from: string; to: string }
/** Who asks, in which zone, about whom. */
type Asking = { ctx: Context; timezone: string; among: number[] | undefined }

/** Every number comes from `stepRows`, and so do the people behind it. */
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
    from (${stepRows(bind, asking, query)}) where step = ${bind.text(query.step)} and who != 0 ${channel === undefined ? '' : `and channel = ${bind.text(channel)}`} group by who`
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
  const { timezone } = await ctx.db.selectFrom('tenants').select('timezone').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
  return { ctx, timezone, among: await visiblePersons(ctx) }
}

const stepOf = `multiIf(name = 'customer.followed', 'adds', name = 'customer.tagged', 'tagged', name = 'order.paid', 'ordered', 'scans')`

/**
 * Who did what when through which channel. A customer's channel is the first one any of their friendships came through, so
 * that tags and orders count where the customer came from; an opened link counts where its code belongs.
 */
function stepRows(bind: Bindings, { ctx, timezone, among }: Asking, { from, to }: Span): string {
  const scan = { tenantId: ctx.tenantId, among }
  const came = `select who, argMin(properties['channel'], ms) as first from ${scanEvents(bind, { ...scan, to: dayRange(to, to, timezone).to, names: ['customer.followed', 'live_code.added'] })}
    where who != 0 and properties['channel'] != '' group by who`
  const names = ['customer.followed', 'customer.tagged', 'order.paid', 'live_code.added', ...(among ? [] : ['live_code.viewed'])]
  return `select ${stepOf} as step, s.who as who, s.ms as ms, toString(toDate(s.at, ${bind.text(timezone)})) as day, if(s.name in ('live_code.added', 'live_code.viewed'), properties['channel'], c.first) as channel,
      if(s.name in ('live_code.added', 'live_code.viewed'), properties['code'], '') as code, s.name = 'live_code.viewed' as isView, properties['employee'] as employee, properties['employeeName'] as employeeName
    from ${scanEvents(bind, { ...scan, ...dayRange(from, to, timezone), names })} as s
    left any join (${came}) as c on s.who = c.who`
}

type Counted = { total: LoopCounts; before: LoopCounts; days: Map<string, LoopCounts>; channels: Map<string, LoopCounts> }

const none = (): LoopCounts => ({ scans: 0, adds: 0, tagged: 0, ordered: 0 })
const sum = (counts: LoopCounts): number => loopSteps.reduce((all, step) => all + counts[step], 0)

const CountRow = z.object({
  step: z.enum(loopSteps),
  isNow: z.number(),
  day: z.string(),
  channel: z.string(),
  grain: z.enum(['all', 'day', 'channel', 'code']),
  openings: z.number(),
  persons: z.number(),
})

/**
 * Different people of the whole time, of each day, of each channel; for both spans in one pass. Of scans WeCom tells nothing:
 * what is known of a code on a day is that its link was opened so often and that so many people came through it.
 */
async function count({ ctx, ...rest }: Asking, before: Span, now: Span): Promise<Counted> {
  const bind = bindings()
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: CountRow,
    sql: `select step, isNow, day, channel, multiIf(grouping(code) = 0, 'code', grouping(day) = 0, 'day', grouping(channel) = 0, 'channel', 'all') as grain,
        countIf(isView) as openings, uniqExactIf(who, who != 0) as persons
      from (select *, day >= ${bind.text(now.from)} as isNow from (${stepRows(bind, { ctx, ...rest }, { from: before.from, to: now.to })}))
      group by grouping sets ((step, isNow), (step, isNow, day), (step, isNow, channel), (step, isNow, day, channel, code))`,
  })
  return addUp(rows)
}

function addUp(rows: readonly z.infer<typeof CountRow>[]): Counted {
  const counted: Counted = { total: none(), before: none(), days: new Map(), channels: new Map() }
  const at = (map: Map<string, LoopCounts>, key: string): LoopCounts => {
    const found = map.get(key) ?? none()
    map.set(key, found)
    return found
  }
  for (const { step, isNow, day, channel, grain, openings, persons } of rows) {
    if (step === 'scans' ? grain !== 'code' : grain === 'code') continue
    const whole = isNow ? counted.total : counted.before
    const parts = isNow
      ? [
          ...(grain === 'day' || grain === 'code' ? [at(counted.days, day)] : []),
          ...(grain === 'channel' || grain === 'code' ? [at(counted.channels, channel)] : []),
        ]
      : []
    for (const place of [...(grain === 'all' || grain === 'code' ? [whole] : []), ...parts])
      place[step] += step === 'scans' ? Math.max(openings, persons) : persons
  }
  return counted
}

async function channelNames(ctx: Context): Promise<Map<string, string>> {
  const rows = await ctx.db.selectFrom('channels').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  return new Map(rows.map(({ id, name }) => [String(id), name]))
}

const named = (ctx: Context, names: ReadonlyMap<string, string>, channel: string): { id: string; name: string } | null =>
  channel === '' ? null : { id: publicId(ctx, 'cha', Number(channel)), name: names.get(channel) ?? '' }
