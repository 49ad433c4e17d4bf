import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { inScope } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type { AcquiredCustomer, LinkStatistics, PeopleQuery, PeriodQuery, Step } from './schema.ts'

const mostDays = 366

type Period = { from: string; to: string; range: { from: Date; to: Date }; zone: string }

/** The asked days, or the last thirty. */
async function periodOf(ctx: Context, asked: PeriodQuery): Promise<Period> {
  const zone = await timezoneOf(ctx)
  const to = asked.to ?? dayOf(ctx.now(), zone)
  const from = asked.from ?? addDays(to, -29)
  if (daysBetween(from, to) >= mostDays)
    throw appError('date.range_too_long', { message: `At most ${mostDays} days at once.`, field: 'to' })
  return { from, to, range: dayRange(from, to, zone), zone }
}

/** Which people a number counts. The number is how many, the list is who: the same condition. */
function conditions({ range: { from, to } }: Period): Record<Step, RawBuilder<boolean>> {
  const came = sql<boolean>`(a.added_at >= ${from} and a.added_at < ${to})`
  const went = sql<boolean>`(a.ended_at >= ${from} and a.ended_at < ${to})`
  return {
    added: came,
    wrote: sql<boolean>`(${came} and a.chat = 'wrote')`,
    silent: sql<boolean>`(${came} and a.chat <> 'wrote')`,
    ordered: sql<boolean>`(${came} and a.ordered)`,
    left: went,
    deleted_by_customer: sql<boolean>`(${went} and a.ended_by = 'customer')`,
    deleted_by_employee: sql<boolean>`(${went} and a.ended_by <> 'customer')`,
  }
}

/** Friendships of the link with whom the customer counts as, and whether they paid since. */
const people = (ctx: Context, link: number) => sql`(
  select c.*, k.canonical_id as who, exists (
    select from customers m join orders o on o.tenant_id = m.tenant_id and o.customer_id = m.id
    where m.tenant_id = c.tenant_id and m.canonical_id = k.canonical_id and o.counted_at >= c.added_at) as ordered
  from acquisition_customers c join customers k on k.tenant_id = c.tenant_id and k.id = c.customer_id
  where c.tenant_id = ${ctx.tenantId} and c.link_id = ${link})`

const counted = (condition: RawBuilder<boolean>): RawBuilder<number> => sql<number>`count(distinct a.who) filter (where ${condition})::int`

/** By step, as the driver names columns. */
type Totals = Record<Exclude<Step, `deleted_${string}`> | 'deletedByCustomer' | 'deletedByEmployee', number>
type Numbers = { added: number; wrote: number; left: number }

/** People, each once in the period; a day counts its own people, so days may add up to more. */
export async function readStatistics(ctx: Context, link: number, asked: PeriodQuery): Promise<LinkStatistics> {
  await checkLink(ctx, link)
  const period = await periodOf(ctx, asked)
  const is = conditions(period)
  const numbers = sql`${counted(is.added)} as added, ${counted(is.wrote)} as wrote, ${counted(is.left)} as "left"`
  const from = people(ctx, link)
  const [totals, came, went, ofWecom, variants, employees, told] = await Promise.all([
    sql<Totals>`select ${sql.join(Object.entries(is).map(([step, condition]) => sql`${counted(condition)} as ${sql.ref(step)}`))} from ${from} a`.execute(
      ctx.db,
    ),
    sql<{ day: string; added: number; wrote: number }>`
      select to_char(a.added_at at time zone ${period.zone}, 'YYYY-MM-DD') as day, ${counted(is.added)} as added, ${counted(is.wrote)} as wrote
      from ${from} a where ${is.added} group by 1`.execute(ctx.db),
    sql<{ day: string; left: number }>`
      select to_char(a.ended_at at time zone ${period.zone}, 'YYYY-MM-DD') as day, ${counted(is.left)} as "left" from ${from} a where ${is.left} group by 1`.execute(
      ctx.db,
    ),
    sql<{ day: string; clicks: number; added: number }>`
      select to_char(day, 'YYYY-MM-DD') as day, clicks, added from acquisition_link_days
      where tenant_id = ${ctx.tenantId} and link_id = ${link} and day >= ${period.from} and day <= ${period.to}`.execute(ctx.db),
    sql<Numbers & { id: number | null; name: string | null }>`
      select v.id, v.name, ${numbers} from ${from} a left join acquisition_variants v on v.tenant_id = a.tenant_id and v.id = a.variant_id
      where ${is.added} or ${is.left} group by v.id, v.name, v.is_main order by v.is_main desc nulls last, 3 desc, v.id`.execute(ctx.db),
    sql<Numbers & { id: number; name: string }>`
      select e.id, e.name, ${numbers} from ${from} a join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id
      where ${is.added} or ${is.left} group by e.id, e.name order by 3 desc, e.id`.execute(ctx.db),
    toldOf(ctx, link, period),
  ])
  const sums: Partial<Totals> = totals.rows[0] ?? {}
  return {
    from: period.from,
    to: period.to,
    totals: {
      added: sums.added ?? 0,
      wrote: sums.wrote ?? 0,
      silent: sums.silent ?? 0,
      ordered: sums.ordered ?? 0,
      left: sums.left ?? 0,
      deletedByCustomer: sums.deletedByCustomer ?? 0,
      deletedByEmployee: sums.deletedByEmployee ?? 0,
      clicks: ofWecom.rows.reduce((sum, { clicks }) => sum + clicks, 0),
      newCustomers: ofWecom.rows.reduce((sum, { added }) => sum + added, 0),
      ...told,
    },
    days: everyDay(period, came.rows, went.rows, ofWecom.rows),
    variants: variants.rows.map(({ id, name, ...rest }) => ({
      variant: id === null ? null : { id: publicId(ctx, 'acv', id), name: name ?? '' },
      ...rest,
    })),
    employees: employees.rows.map(({ id, name, ...rest }) => ({ employee: { id: publicId(ctx, 'emp', id), name }, ...rest })),
  }
}

function everyDay(
  { from, to }: Period,
  came: { day: string; added: number; wrote: number }[],
  went: { day: string; left: number }[],
  ofWecom: { day: string; clicks: number }[],
): LinkStatistics['days'] {
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => {
    const day = addDays(from, at)
    const { added = 0, wrote = 0 } = came.find((one) => one.day === day) ?? {}
    return {
      day,
      added,
      wrote,
      left: went.find((one) => one.day === day)?.left ?? 0,
      clicks: ofWecom.find((one) => one.day === day)?.clicks ?? 0,
    }
  })
}

const Told = z.object({ name: z.string(), count: z.coerce.number() })

/** What was told as it happened, of nobody in particular. */
async function toldOf(ctx: Context, link: number, { range: { from, to } }: Period) {
  try {
    const rows = await ctx.clickhouse.ask({
      sql: `select name, count() as count from events where tenant = {tenant:UInt32} and name in ('acquisition_link.opened', 'acquisition_link.requested', 'acquisition_link.viewed')
        and properties['link'] = {link:String} and at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') and at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') group by name`,
      params: { tenant: ctx.tenantId, link: String(link), from: from.getTime(), to: to.getTime() },
      row: Told,
    })
    const of = (name: string) => rows.find((row) => row.name === `acquisition_link.${name}`)?.count ?? 0
    return { opened: of('opened'), requested: of('requested'), viewed: of('viewed') }
  } catch (error) {
    ctx.log.warn({ err: error }, 'an acquisition link is shown without its visits')
    return { opened: null, requested: null, viewed: null }
  }
}

async function checkLink(ctx: Context, link: number): Promise<void> {
  const row = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', link)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('acquisition_link')
}

type PersonRow = {
  id: number
  who: number
  customerName: string | null
  avatar: string | null
  employee: number
  employeeName: string
  variant: number | null
  variantName: string | null
  addedAt: Date
  key: string
  chat: AcquiredCustomer['chat']
  wroteAt: Date | null
  messages: number
  endedAt: Date | null
  endedBy: AcquiredCustomer['endedBy']
}

type People = { items: AcquiredCustomer[]; next: string | null; total: number; hidden: number }

/** Who a number counts, those who came last first, each with the friendship that came last. */
export async function listPeople(ctx: Context, link: number, query: PeopleQuery): Promise<People> {
  await checkLink(ctx, link)
  const period = await periodOf(ctx, query)
  const chosen = await chosenOf(ctx, link, conditions(period)[query.step], query)
  const after = decodeCursor(z.tuple([z.iso.datetime({ offset: true }), z.int()]), query.cursor)
  const seen = inScope(ctx, 'a.customerId')
  const [{ rows }, { rows: counts }] = await Promise.all([
    sql<PersonRow>`
      select a.id, a.who, k.name as customer_name, k.avatar, e.id as employee, e.name as employee_name, v.id as variant, v.name as variant_name, a.added_at,
        to_char(a.added_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as key, a.chat, a.wrote_at, a.messages, a.ended_at, a.ended_by
      from ${chosen} a
        join customers k on k.tenant_id = a.tenant_id and k.id = a.who
        join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id
        left join acquisition_variants v on v.tenant_id = a.tenant_id and v.id = a.variant_id
      where ${seen} ${after ? sql`and (a.added_at, a.id) < (${after[0]}::timestamptz, ${after[1]})` : sql``}
      order by a.added_at desc, a.id desc limit ${query.limit + 1}`.execute(ctx.db),
    sql<{
      total: number
      seen: number
    }>`select count(*)::int as total, count(*) filter (where ${seen})::int as seen from ${chosen} a`.execute(ctx.db),
  ])
  const page = toPage(rows, query.limit, ({ key, id }) => [key, id])
  const { total = 0, seen: visible = 0 } = counts[0] ?? {}
  return { items: page.items.map((row) => personOf(ctx, row)), next: page.next, total, hidden: total - visible }
}

/** One row a person, as the numbers count them. */
async function chosenOf(ctx: Context, link: number, condition: RawBuilder<boolean>, { variant, employee }: PeopleQuery) {
  const parts = [condition]
  if (variant) parts.push(sql<boolean>`a.variant_id = ${internalId(ctx, 'acv', variant)}`)
  if (employee) parts.push(sql<boolean>`a.employee_id = ${internalId(ctx, 'emp', employee)}`)
  return sql`(select distinct on (a.who) a.* from ${people(ctx, link)} a where ${sql.join(parts, sql` and `)} order by a.who, a.added_at desc, a.id desc)`
}

const personOf = (ctx: Context, row: PersonRow): AcquiredCustomer => ({
  id: publicId(ctx, 'acp', row.id),
  customer: { id: publicId(ctx, 'cus', row.who), name: row.customerName, avatar: row.avatar },
  employee: { id: publicId(ctx, 'emp', row.employee), name: row.employeeName },
  variant: row.variant === null ? null : { id: publicId(ctx, 'acv', row.variant), name: row.variantName ?? '' },
  addedAt: row.addedAt.toISOString(),
  chat: row.chat,
  wroteAt: row.wroteAt?.toISOString() ?? null,
  messages: row.messages,
  endedAt: row.endedAt?.toISOString() ?? null,
  endedBy: row.endedBy,
})
