import { sql } from 'kysely'
import { z } from 'zod'
import { publicId } from '#platform/ids.ts'
import { dayRange } from '#platform/time.ts'
import { isFriendSql, scanArrivals } from '../arrivals.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { figuresOf, type Terms } from './figures.ts'
import type { EconomicsReport, EconomicsResult } from './schema.ts'
import { addTally, emptyTally, growTree, keysBelow, type Place, type Tally } from './tree.ts'

export async function runEconomics(scope: Scope, report: EconomicsReport): Promise<EconomicsResult> {
  const [counted, spends, places] = await Promise.all([countPeople(scope, report), readSpends(scope, report), readPlaces(scope)])
  const currency = tradeCurrency(scope, report, [...counted.currencies, ...spends.map((spend) => spend.currency)])
  const { among, where } = scope.scan(report)
  const terms: Terms = { ...report, marginRate: report.marginRate, currency, now: scope.ctx.now().getTime(), withSpend: !among && !where }
  const tallies = withSpends(counted.tallies, spends, report.retentionDays.length)
  const none = emptyTally(report.retentionDays.length)
  const branches = growTree(places, tallies, none).filter(({ tally }) => isWorthARow(tally))
  const alone = tallies.get('')
  const outside = (key: string | null) => (key === null ? null : nameOutside(scope, places, key))
  return {
    model: 'first_channel',
    windowDays: report.windowDays ?? null,
    currency,
    marginRate: report.marginRate ?? null,
    total: figuresOf([...tallies.values()].reduce(addTally, none), terms),
    rows: [
      ...branches.map(({ key, name, parent, depth, tally }) => ({
        channel: outside(key),
        name,
        parent: outside(parent),
        depth,
        ...figuresOf(tally, terms),
      })),
      ...(alone ? [{ channel: null, name: null, parent: null, depth: 0, ...figuresOf(alone, terms) }] : []),
    ],
    ...(report.persons ? { persons: await listPersons(scope, report, report.persons, places) } : {}),
  }
}

const isWorthARow = ({ spend, adds, newCustomers }: Tally): boolean => spend.size > 0 || adds > 0 || newCustomers > 0

const Counted = z.object({
  through: z.string(),
  adds: z.number(),
  newCustomers: z.number(),
  payingCustomers: z.number(),
  days: z.array(z.number()),
  amounts: z.array(z.number()),
  youngest: z.number(),
  old: z.array(z.number()),
  kept: z.array(z.number()),
  currencies: z.array(z.string()),
})

async function countPeople(scope: Scope, report: EconomicsReport): Promise<{ tallies: Map<string, Tally>; currencies: string[] }> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Counted,
    sql: `select through, sum(adds) as adds, countIf(isNew) as newCustomers, countIf(isPaying) as payingCustomers,
        sumMap(arrayMap(o -> o.2, mine), arrayMap(o -> o.3, mine)) as revenue, revenue.1 as days, revenue.2 as amounts, maxIf(since, isNew) as youngest,
        sumForEach(arrayMap(r -> r.1, aged)) as old, sumForEach(arrayMap(r -> r.2, aged)) as kept,
        arrayDistinct(arrayFlatten(groupArray(arrayMap(o -> o.4, mine)))) as currencies
      from ${peopleSql(bind, scope, report)} group by through`,
  })
  const tallies = rows.map(({ through, days, amounts, youngest, ...row }): [string, Tally] => [
    through,
    { ...row, spend: new Map(), revenue: new Map(days.map((day, i) => [day, amounts[i] ?? 0])), youngestMs: youngest },
  ])
  return { tallies: new Map(tallies), currencies: rows.flatMap(({ currencies }) => currencies) }
}

/** One row a person who made a friendship in the dates: new ones with their orders since then, and whether they stayed. */
function peopleSql(bind: Bindings, scope: Scope, report: EconomicsReport): string {
  const scan = scope.scan(report)
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const [from, to, now] = [dates.from, dates.to, scope.ctx.now()].map((at) => bind.integer(at.getTime()))
  const window = report.windowDays === undefined ? '' : `and o.1 <= since + ${bind.integer(report.windowDays * dayMs)}`
  const orders = `select who, groupArray((ms, paid, refunded, currency)) as orders
    from ${scanOrders(bind, { tenantId: scan.tenantId, among: scan.among, currency: report.currency })} where who != 0 and paid > 0 group by who`
  const aged = report.retentionDays.map((days) => {
    const at = `(since + ${bind.integer(days * dayMs)})`
    return `(toUInt64(isNew and ${at} <= ${now}), toUInt64(isNew and ${at} <= ${now} and ${isFriendSql('ties', at)}))`
  })
  return `(select a.who as who, a.through as through, a.since as since, a.ties as ties, arrayCount(f -> f >= ${from} and f < ${to}, a.follows) as adds, since >= ${from} and since < ${to} as isNew,
      arrayMap(o -> (o.1, intDiv(o.1 - since, ${dayMs}), o.2 - o.3, o.4), arrayFilter(o -> isNew and o.1 >= since ${window}, b.orders)) as mine,
      notEmpty(mine) as isPaying, [${aged.join(', ')}] as aged
    from ${scanArrivals(bind, scan)} as a left any join (${orders}) as b on a.who = b.who where adds > 0)`
}

const dayMs = 86_400_000

type Spend = { channelId: number; kind: string; currency: string; amountMinor: number }

async function readSpends({ ctx }: Scope, { dateFrom, dateTo, currency }: EconomicsReport): Promise<Spend[]> {
  const { rows } = await sql<Spend>`
    select channel_id, kind, currency, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${ctx.tenantId} and day between ${dateFrom}::date and ${dateTo}::date and (${currency ?? null}::text is null or currency = ${currency ?? null})
    group by channel_id, kind, currency order by channel_id, kind`.execute(ctx.db)
  return rows.map((row) => ({ ...row, amountMinor: Number(row.amountMinor) }))
}

function withSpends(tallies: ReadonlyMap<string, Tally>, spends: readonly Spend[], retentions: number): Map<string, Tally> {
  const all = new Map(tallies)
  for (const { channelId, kind, amountMinor } of spends) {
    const key = String(channelId)
    all.set(key, addTally(all.get(key) ?? emptyTally(retentions), { ...emptyTally(retentions), spend: new Map([[kind, amountMinor]]) }))
  }
  return all
}

async function readPlaces({ ctx }: Scope): Promise<Place[]> {
  const rows = await ctx.db
    .selectFrom('channels')
    .select(['id', 'parentId', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('position')
    .orderBy('id')
    .execute()
  return rows.map(({ id, parentId, name }) => ({ key: String(id), name, parent: parentId === null ? null : String(parentId) }))
}

/** What events of another program call a channel stays as it is. */
const nameOutside = ({ ctx }: Scope, places: readonly Place[], key: string): string =>
  places.some((place) => place.key === key) ? publicId(ctx, 'cha', Number(key)) : key

async function listPersons(
  scope: Scope,
  report: EconomicsReport,
  { channel, of, days }: NonNullable<EconomicsReport['persons']>,
  places: readonly Place[],
): Promise<string[]> {
  const bind = bindings()
  const root = channel === null ? '' : (places.find(({ key }) => nameOutside(scope, places, key) === channel)?.key ?? channel)
  const among = root === undefined ? '1' : `has(${bind.texts(keysBelow(places, root))}, through)`
  const index = report.retentionDays.indexOf(days ?? -1) + 1
  const counts = { adds: 'adds > 0', new: 'isNew', paying: 'isPaying', kept: index > 0 ? `aged[${index}].2 = 1` : '0' }[of]
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${peopleSql(bind, scope, report)} where ${among} and ${counts} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
