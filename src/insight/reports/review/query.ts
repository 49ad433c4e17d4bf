import { sql } from 'kysely'
import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import type { ReviewReport, ReviewResult, ReviewSums } from './schema.ts'
import { commissions, type ReviewAct, staySeconds, subjects } from './subjects.ts'
import { readTeams } from './teams.ts'

/** What came of each live session, activity, distributor or group: who did what there, and who bought or became a friend after it. */
export async function runReview(scope: Scope, report: ReviewReport): Promise<ReviewResult> {
  const groups = await readGroups(scope, report)
  const [found, teams, costs] = await Promise.all([readSums(scope, report, groups), readTeams(scope, report), readCosts(scope, report)])
  const whole = found.find(({ isWhole }) => isWhole === 1)
  // Where only employees spoke, nobody did anything.
  const rows = found.filter(({ isWhole, times, commission }) => isWhole === 0 && [...times, ...commission].some((one) => one !== 0))
  const currency = tradeCurrency(scope, report, whole?.currencies ?? [])
  const active = new Set(rows.map(({ k }) => k))
  return {
    currency,
    total: whole ? present(report, whole, currency) : nothing(report),
    rows: rows.slice(0, report.limit).map((row) => ({
      key: row.k,
      name: groups.find(({ id }) => String(id) === row.k)?.name || row.label || row.k,
      ...present(report, row, currency),
      team: teams ? teams.teamOf(row.k, active) : null,
      cost: costs ? majorOf(costs.get(row.k) ?? costs.get(row.label), currency) : null,
    })),
    found: rows.length,
    ...(report.persons ? { persons: await listPersons(scope, report, groups, report.persons) } : {}),
  }
}

const majorOf = (minor: number | undefined, currency: string): number | null => (minor === undefined ? null : majorNumber(minor, currency))

const Row = z.object({
  k: z.string(),
  label: z.string(),
  isWhole: z.number(),
  persons: z.array(z.number()),
  times: z.array(z.number()),
  followed: z.number(),
  open: z.number(),
  befriended: z.number(),
  buyers: z.number(),
  orders: z.number(),
  net: z.number(),
  watched: z.number(),
  average: z.number().nullable(),
  median: z.number().nullable(),
  commission: z.array(z.number()),
  currencies: z.array(z.string()),
})

function readSums(scope: Scope, report: ReviewReport, groups: readonly Group[]): Promise<z.infer<typeof Row>[]> {
  const bind = bindings()
  const { acts } = subjects[report.of]
  const places = acts.map((_, i) => i + 1)
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select k, argMax(label, lastAt) as label, grouping(k) as isWhole,
        [${places.map((i) => `uniqExactIf(who, who != 0 and did[${i}] > 0)`).join(', ')}] as persons,
        [${places.map((i) => `sum(did[${i}])`).join(', ')}] as times,
        uniqExactIf(who, who != 0 and isFollowed) as followed, uniqExactIf(who, who != 0 and isFollowed and isOpen) as open,
        uniqExactIf(who, isFriend) as befriended, uniqExactIf(who, length(bought) > 0) as buyers,
        length(groupUniqArrayArray(bought) as all) as orders, arraySum(x -> x.2, all) as net,
        length(groupArrayArray(seconds) as looks) as watched, if(watched = 0, null, arrayAvg(looks)) as average,
        if(watched = 0, null, arrayReduce('quantileExact(0.5)', looks)) as median,
        [sum(money.1), sum(money.2), sum(money.3)] as commission, groupUniqArrayArray(5)(currencies) as currencies
      from ${peopleSql(bind, scope, report, groups)} group by grouping sets ((k), ())
      order by isWhole desc, net desc, arraySum(persons) desc, arraySum(times) desc, k`,
  })
}

const dayMs = 86_400_000

/**
 * One row a thing and person (0 for nobody known): how often they did each act, their first act that starts (ms), whether their days
 * are over, the orders (number, net in minor units) and the friendship that came within them, seconds watched, commission.
 */
function peopleSql(bind: Bindings, scope: Scope, report: ReviewReport, groups: readonly Group[]): string {
  const { name, acts } = subjects[report.of]
  const scan = scope.scan(report)
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const until = new Date(dates.to.getTime() + report.windowDays * dayMs)
  const window = report.windowDays * dayMs
  const property = (key: string) => `properties[${bind.text(key)}]`
  const names = [...new Set([...acts.flatMap(({ events }) => events), ...(report.of === 'distribution' ? Object.values(commissions) : [])])]
  const money = (event: string) => `sumIf(toInt64OrZero(properties['amount']), name = '${event}')`
  const isStart = `(${acts
    .filter(({ starts }) => starts)
    .map((act) => didSql(bind, act))
    .join(' or ')})`
  const facts = `select ${keySql(bind, report, groups)} as k, who, argMax(${property(name)}, ms) as label, max(ms) as lastAt, minIf(ms, ${isStart}) as first, countIf(${isStart}) > 0 as isFollowed,
      [${acts.map((act) => `countIf(${didSql(bind, act)})`).join(', ')}] as did,
      groupArrayIf(toFloat64OrZero(properties['seconds']), name = 'live.left') as seconds,
      (${Object.values(commissions).map(money).join(', ')}) as money,
      groupUniqArrayIf(5)(properties['currency'], properties['currency'] != '') as currencies
    from ${scanEvents(bind, { ...scan, ...dates, names })} where k != '' group by k, who`
  const bare = { tenantId: scan.tenantId, among: scan.among }
  const orders = `select who, groupArray((ms, ord, paid - refunded)) as list, groupUniqArray(5)(currency) as currencies
    from ${scanOrders(bind, { ...bare, from: dates.from, to: until, currency: report.currency })} where who != 0 and paid > 0 group by who`
  const friends = `select who, min(ms) as came from ${scanEvents(bind, { ...bare, names: ['customer.followed'] })} where who != 0 group by who`
  const within = (ms: string) => `${ms} >= t.first and ${ms} < t.first + ${bind.integer(window)}`
  return `(select t.k as k, t.who as who, t.label as label, t.lastAt as lastAt, t.did as did, t.seconds as seconds, t.money as money, t.isFollowed as isFollowed,
      t.first + ${bind.integer(window)} > ${bind.integer(scope.ctx.now().getTime())} as isOpen,
      if(t.isFollowed and t.who != 0, arrayMap(x -> (x.2, x.3), arrayFilter(x -> ${within('x.1')}, o.list)), []) as bought,
      t.isFollowed and t.who != 0 and f.came != 0 and ${within('f.came')} as isFriend,
      if(length(bought) > 0, arrayDistinct(arrayConcat(t.currencies, o.currencies)), t.currencies) as currencies
    from (${facts}) as t left any join (${orders}) as o on t.who = o.who left any join (${friends}) as f on t.who = f.who)`
}

/**
 * The archive calls a group as WeCom does, a file by its name or a number of its own, and whoever joins or leaves it is told of by the
 * number that it has here: what means one group stands in one row. Two of the same name are told apart by all but files.
 */
function keySql(bind: Bindings, { of }: ReviewReport, groups: readonly Group[]): string {
  const own = `properties[${bind.text(subjects[of].key)}]`
  if (of !== 'community' || groups.length === 0) return own
  const ids = (list: readonly Group[]) => bind.texts(list.map(({ id }) => String(id)))
  const named = groups.filter(({ name }) => name !== '' && groups.filter((other) => other.name === name).length === 1)
  const byRoom = `transform(${own}, ${bind.texts(groups.map(({ chatId }) => chatId))}, ${ids(groups)}, '')`
  const byName =
    named.length === 0 ? "''" : `transform(properties['chatName'], ${bind.texts(named.map(({ name }) => name))}, ${ids(named)}, '')`
  return `if(name != 'group_message.sent', ${own}, coalesce(nullIf(${byRoom}, ''), nullIf(${byName}, ''), nullIf(${own}, ''), properties['chatName']))`
}

type Group = { id: number; chatId: string; name: string }

const readGroups = ({ ctx }: Scope, { of }: ReviewReport): Promise<Group[]> =>
  of === 'community'
    ? ctx.db.selectFrom('groups').select(['id', 'chatId', 'name']).where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
    : Promise.resolve([])

/** What an employee says in a group is nobody's act; leaving early is not staying. */
function didSql(bind: Bindings, { key, events }: ReviewAct): string {
  const named = `name in ${bind.texts(events)}`
  if (key === 'stayed') return `(${named} and toFloat64OrZero(properties['seconds']) >= ${staySeconds})`
  return key === 'spoke' ? `(${named} and properties['byEmployee'] != 'true')` : `(${named})`
}

function present({ of }: ReviewReport, row: z.infer<typeof Row>, currency: string): ReviewSums {
  const [accrued = 0, paid = 0, clawedBack = 0] = row.commission.map((minor) => majorNumber(minor, currency))
  const { followed, open, befriended, buyers, orders, average, median } = row
  return {
    acts: Object.fromEntries(subjects[of].acts.map(({ key }, i) => [key, { persons: row.persons[i] ?? 0, times: row.times[i] ?? 0 }])),
    ...{ followed, open, befriended, buyers, orders },
    net: majorNumber(row.net, currency),
    seconds: average === null || median === null ? null : { average, median },
    commission: of === 'distribution' ? { accrued, paid, clawedBack } : null,
  }
}

const nothing = ({ of }: ReviewReport): ReviewSums => ({
  acts: Object.fromEntries(subjects[of].acts.map(({ key }) => [key, { persons: 0, times: 0 }])),
  ...{ followed: 0, open: 0, befriended: 0, buyers: 0, orders: 0, net: 0, seconds: null },
  commission: of === 'distribution' ? { accrued: 0, paid: 0, clawedBack: 0 } : null,
})

/** What spends of the dates name an activity, by its number or its name; of some people only they say nothing. */
async function readCosts(scope: Scope, report: ReviewReport): Promise<Map<string, number> | undefined> {
  const { among, where } = scope.scan(report)
  if (report.of !== 'activity' || among !== undefined || where !== undefined) return undefined
  const { rows } = await sql<{ item: string; amountMinor: number }>`
    select item, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${scope.ctx.tenantId} and item <> '' and day between ${report.dateFrom}::date and ${report.dateTo}::date
      and currency = ${report.currency ?? scope.currency}
    group by item`.execute(scope.ctx.db)
  return new Map(rows.map(({ item, amountMinor }) => [item, Number(amountMinor)]))
}

async function listPersons(
  scope: Scope,
  report: ReviewReport,
  groups: readonly Group[],
  { key, of }: NonNullable<ReviewReport['persons']>,
): Promise<string[]> {
  const bind = bindings()
  const place = subjects[report.of].acts.findIndex((act) => act.key === of)
  const condition = place >= 0 ? `did[${place + 1}] > 0` : of === 'bought' ? 'length(bought) > 0' : 'isFriend'
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select distinct who from ${peopleSql(bind, scope, report, groups)}
      where who != 0 and ${condition} ${key === undefined ? '' : `and k = ${bind.text(key)}`} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
