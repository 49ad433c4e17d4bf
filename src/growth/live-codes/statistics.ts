import { sql } from 'kysely'
import { z } from 'zod'
import { describeCustomers, visibleTo } from '#management/customers/queries.ts'
import type { CustomerItem } from '#management/customers/schema.ts'
import { employeeNames } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, encodeCursor } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type { PeopleQuery, PeriodQuery, Statistics, Step } from './schema.ts'

type Period = { from: string; to: string }

/** The asked days, or the last thirty. */
export async function periodOf(ctx: Context, { from, to }: PeriodQuery): Promise<Period> {
  const today = dayOf(ctx.now(), await timezoneOf(ctx))
  const last = to ?? today
  return { from: from ?? addDays(last, -29), to: last }
}

/** Events with merges applied: a person who counts as another now counts there. */
const merged = `(select if(p.canonical = 0, e.person, p.canonical) as who, e.at as at, e.name as name, e.properties as properties
  from events as e left any join (select person, canonical from persons final where tenant = {tenant:UInt32} and canonical != person) as p on e.person = p.person
  where e.tenant = {tenant:UInt32} and e.name in ({names:Array(String)}))`

/** One row a person who came through a code in the period: everything a number of the statistics counts, and a list of people shows. */
const people = `
  select who, code, employees, since, customerLeft, employeeLeft, tagged, ordered from (
    select who, properties['code'] as code,
      groupUniqArrayIf(properties['employee'], name = 'live_code.added') as employees, minIf(at, name = 'live_code.added') as since,
      countIf(name = 'live_code.left' and properties['by'] = 'customer') > 0 as customerLeft,
      countIf(name = 'live_code.left' and properties['by'] != 'customer') > 0 as employeeLeft,
      countIf(name = 'live_code.added') > 0 as came
    from ${merged}
    where name in ('live_code.added', 'live_code.left') and has({codes:Array(String)}, properties['code']) and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
      and ({employee:String} = '' or properties['employee'] = {employee:String})
    group by who, code
  ) as codes
  left join (
    select who as after, code as afterCode, countIf(name = 'customer.tagged') > 0 as tagged, countIf(name = 'order.paid') > 0 as ordered
    from ${merged} as e
    inner join (
      select who as came, properties['code'] as code, min(at) as since from ${merged}
      where name = 'live_code.added' and has({codes:Array(String)}, properties['code']) and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        and ({employee:String} = '' or properties['employee'] = {employee:String})
      group by came, code
    ) as adds on e.who = adds.came
    where e.name in ('customer.tagged', 'order.paid') and e.at >= adds.since
    group by after, afterCode
  ) as later on codes.who = later.after and codes.code = later.afterCode`

/** Which people a number counts. The number is how many, the list is who: the same condition. */
const conditions: Record<Step, string> = {
  added: 'notEmpty(employees)',
  left: 'customerLeft or employeeLeft',
  deleted_by_customer: 'customerLeft',
  deleted_by_employee: 'employeeLeft',
  tagged: 'notEmpty(employees) and tagged',
  ordered: 'notEmpty(employees) and ordered',
}

const names = ['live_code.added', 'live_code.left', 'customer.tagged', 'order.paid']

async function parameters(ctx: Context, codes: readonly number[], { from, to }: Period, employee?: number) {
  const range = dayRange(from, to, await timezoneOf(ctx))
  return {
    tenant: ctx.tenantId,
    names,
    codes: codes.map(String),
    from: range.from.getTime(),
    to: range.to.getTime(),
    employee: employee === undefined ? '' : String(employee),
  }
}

const Count = z.coerce.number()

const Totals = z.object({
  code: z.coerce.number(),
  added: Count,
  deleted_by_customer: Count,
  deleted_by_employee: Count,
  left: Count,
  tagged: Count,
  ordered: Count,
})

const totalsSql = `select code, ${Object.entries(conditions)
  .map(([step, condition]) => `countIf(${condition}) as ${step}`)
  .join(', ')} from (${people}) group by code`

const Viewed = z.object({ code: z.coerce.number(), views: Count })

const viewsSql = `select properties['code'] as code, count() as views from events
  where tenant = {tenant:UInt32} and name = 'live_code.viewed' and has({codes:Array(String)}, properties['code'])
    and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') group by code`

/** Columns of the list. */
export async function countsOf(
  ctx: Context,
  codes: readonly number[],
  period: Period,
): Promise<Map<number, { views: number; adds: number; left: number; ordered: number }>> {
  if (codes.length === 0) return new Map()
  const params = await parameters(ctx, codes, period)
  const [totals, views] = await Promise.all([
    ctx.clickhouse.ask({ sql: totalsSql, params, row: Totals }),
    ctx.clickhouse.ask({ sql: viewsSql, params, row: Viewed }),
  ])
  const none = { views: 0, adds: 0, left: 0, ordered: 0 }
  const counts = new Map<number, typeof none>(views.map(({ code, views }) => [code, { ...none, views }]))
  for (const { code, added, left, ordered } of totals) counts.set(code, { views: counts.get(code)?.views ?? 0, adds: added, left, ordered })
  return counts
}

const Day = z.object({ day: z.string(), views: Count, added: Count, deletedByCustomer: Count, deletedByEmployee: Count })

const daysSql = `select toString(toDate(at, {zone:String})) as day,
    countIf(name = 'live_code.viewed') as views,
    uniqExactIf(who, name = 'live_code.added') as added,
    uniqExactIf(who, name = 'live_code.left' and properties['by'] = 'customer') as deletedByCustomer,
    uniqExactIf(who, name = 'live_code.left' and properties['by'] != 'customer') as deletedByEmployee
  from ${merged} where has({codes:Array(String)}, properties['code']) and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  group by day order by day`

const ByEmployee = z.object({ employee: z.coerce.number(), added: Count, deletedByCustomer: Count, deletedByEmployee: Count })

const byEmployeeSql = `select properties['employee'] as employee,
    uniqExactIf(who, name = 'live_code.added') as added,
    uniqExactIf(who, name = 'live_code.left' and properties['by'] = 'customer') as deletedByCustomer,
    uniqExactIf(who, name = 'live_code.left' and properties['by'] != 'customer') as deletedByEmployee
  from ${merged} where name in ('live_code.added', 'live_code.left') and has({codes:Array(String)}, properties['code'])
    and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') group by employee order by added desc, employee`

const After = z.object({ employee: z.coerce.number(), tagged: Count, ordered: Count })

const afterSql = `select arrayJoin(employees) as employee, countIf(tagged) as tagged, countIf(ordered) as ordered from (${people}) group by employee`

/** People, each once in the period; a day counts its own people, so days may add up to more. */
export async function readStatistics(ctx: Context, code: number, asked: PeriodQuery): Promise<Statistics> {
  const period = await periodOf(ctx, asked)
  const params = { ...(await parameters(ctx, [code], period)), zone: await timezoneOf(ctx) }
  const [[totals], [viewed], days, byEmployee, after] = await Promise.all([
    ctx.clickhouse.ask({ sql: totalsSql, params, row: Totals }),
    ctx.clickhouse.ask({ sql: viewsSql, params, row: Viewed }),
    ctx.clickhouse.ask({ sql: daysSql, params: { ...params, names: ['live_code.viewed', 'live_code.added', 'live_code.left'] }, row: Day }),
    ctx.clickhouse.ask({ sql: byEmployeeSql, params, row: ByEmployee }),
    ctx.clickhouse.ask({ sql: afterSql, params, row: After }),
  ])
  const people = { added: totals?.added ?? 0, left: totals?.left ?? 0, tagged: totals?.tagged ?? 0, ordered: totals?.ordered ?? 0 }
  const named = await employeeNames(
    ctx,
    byEmployee.map(({ employee }) => employee),
  )
  return {
    ...period,
    asOf: ctx.now().toISOString(),
    totals: {
      ...people,
      views: viewed?.views ?? 0,
      deletedByCustomer: totals?.deleted_by_customer ?? 0,
      deletedByEmployee: totals?.deleted_by_employee ?? 0,
      net: people.added - people.left,
      conversion: people.added === 0 ? 0 : people.ordered / people.added,
    },
    days: everyDay(period, days),
    employees: byEmployee.map((row) => {
      const { tagged = 0, ordered = 0 } = after.find(({ employee }) => employee === row.employee) ?? {}
      const { employee, ...counts } = row
      return { employee: { id: publicId(ctx, 'emp', employee), name: named.get(employee) ?? '' }, ...counts, tagged, ordered }
    }),
  }
}

function everyDay({ from, to }: Period, days: z.infer<typeof Day>[]): Statistics['days'] {
  const known = new Map(days.map((day) => [day.day, day]))
  const all: Statistics['days'] = []
  for (let day = from; day <= to && all.length < 400; day = addDays(day, 1))
    all.push(known.get(day) ?? { day, views: 0, added: 0, deletedByCustomer: 0, deletedByEmployee: 0 })
  return all
}

const Person = z.object({ who: z.coerce.number() })

const Cursor = z.object({ after: z.int() })

/** Who a number counts, those who came last first; narrowed to one employee where asked. */
export async function listPeople(
  ctx: Context,
  code: number,
  { step, employee, limit, cursor, ...asked }: PeopleQuery,
): Promise<{ items: CustomerItem[]; next: string | null; total: number; hidden: number }> {
  const by = employee === undefined ? undefined : internalId(ctx, 'emp', employee)
  const found = await ctx.clickhouse.ask({
    sql: `select who from (${people}) where ${conditions[step]} order by since desc, who`,
    params: await parameters(ctx, [code], await periodOf(ctx, asked), by),
    row: Person,
  })
  const visible = await visibleOf(
    ctx,
    found.map(({ who }) => who),
  )
  const start = decodeCursor(Cursor, cursor)?.after ?? 0
  const page = visible.slice(start, start + limit)
  return {
    items: await describeCustomers(ctx, page),
    next: start + limit < visible.length ? encodeCursor({ after: start + limit }) : null,
    total: found.length,
    hidden: found.length - visible.length,
  }
}

async function visibleOf(ctx: Context, ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return []
  const rows = await ctx.db
    .selectFrom('customers')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where(sql<boolean>`id = any(${[...ids]}::int[])`)
    .where(visibleTo(ctx))
    .execute()
  const seen = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => seen.has(id))
}
