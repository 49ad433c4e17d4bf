import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { linkAddress } from '#operation/tasks/links.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import type { GoalKind, MarketingPerson, MarketingTask, MarketingTaskQuery } from './schema.ts'
import { scriptWith } from './script.ts'

/** Whether the actor's data scope reaches the employee in this column. */
export const isReached = (ctx: Context, column: string): RawBuilder<boolean> =>
  ctx.actor.scope === 'all' ? sql<boolean>`true` : sql<boolean>`${sql.ref(column)} = any(${[...ctx.actor.scope]}::int[])`

type Numbers = { clicks: number; friends: number; orders: number; paidMinor: number }

type Row = {
  id: number
  name: string
  script: string
  targetUrl: string
  goalKind: GoalKind
  goal: number
  liveCodeId: number | null
  state: MarketingTask['state']
  startsAt: Date
  endsAt: Date
  createdBy: string | null
  currency: string
  totals: Numbers & { people: number; reached: number }
  mine: (Numbers & { code: string; rank: number; reachedAt: string | null }) | null
}

const done = sql`case m.goal_kind when 'clicks' then k.clicks when 'friends' then k.friends else k.orders end`
const numbers = sql`'clicks', sum(k.clicks), 'friends', sum(k.friends), 'orders', sum(k.orders), 'paidMinor', sum(k.paid_minor)`

/** Newest first: all of them for whoever sees everything, else those that somebody of the data scope has. */
export async function listMarketingTasks(
  ctx: Context,
  { state, q, limit, cursor }: MarketingTaskQuery,
): Promise<{ items: MarketingTask[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const rows = await selectTasks(
    ctx,
    sql`${state ? sql`${stateOf(ctx)} = ${state}` : sql`true`} and ${q ? sql`position(lower(${q}) in lower(m.name)) > 0` : sql`true`} and ${before === undefined ? sql`true` : sql`m.id < ${before}`}`,
    limit + 1,
  )
  const page = toPage(rows, limit, ({ id }) => id)
  return { items: page.items.map((row) => taskItem(ctx, row)), next: page.next }
}

export async function readMarketingTask(ctx: Context, id: number): Promise<MarketingTask> {
  const [row] = await selectTasks(ctx, sql`m.id = ${id}`, 1)
  if (!row) throw notFound('marketing_task')
  return taskItem(ctx, row)
}

const stateOf = (ctx: Context) => sql<
  MarketingTask['state']
>`case when m.stopped_at is not null then 'stopped' when m.ends_at <= ${ctx.now()} then 'ended'
  when m.starts_at > ${ctx.now()} then 'coming' else 'running' end`

async function selectTasks(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const self = ctx.actor.kind === 'employee' ? ctx.actor.id : -1
  const { rows } = await sql<Row>`
    select m.id, m.name, m.script, m.target_url, m.goal_kind, m.goal, m.live_code_id, ${stateOf(ctx)} as state, m.starts_at, m.ends_at,
      c.name as created_by, n.currency, totals.totals, mine.mine
    from marketing_tasks m
      join tenants n on n.id = m.tenant_id
      left join employees c on c.tenant_id = m.tenant_id and c.id = m.created_by
      cross join lateral (
        select jsonb_build_object(${numbers}, 'people', count(*), 'reached', count(k.reached_at)) as totals, count(*) as people
        from marketing_links k where k.tenant_id = m.tenant_id and k.task_id = m.id and ${isReached(ctx, 'k.employee_id')}) totals
      left join lateral (
        select jsonb_build_object('clicks', k.clicks, 'friends', k.friends, 'orders', k.orders, 'paidMinor', k.paid_minor, 'code', k.code, 'reachedAt', k.reached_at,
          'rank', (select count(*) + 1 from marketing_links o where o.tenant_id = k.tenant_id and o.task_id = k.task_id
            and case m.goal_kind when 'clicks' then o.clicks when 'friends' then o.friends else o.orders end > ${done})) as mine
        from marketing_links k where k.tenant_id = m.tenant_id and k.task_id = m.id and k.employee_id = ${self}) mine on true
    where m.tenant_id = ${ctx.tenantId} and (${ctx.actor.scope === 'all'} or totals.people > 0) and ${where}
    order by m.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

function taskItem(ctx: Context, row: Row): MarketingTask {
  const { totals, mine } = row
  const url = mine && linkAddress(ctx, mine.code)
  return {
    id: publicId(ctx, 'mtk', row.id),
    name: row.name,
    script: row.script,
    targetUrl: row.targetUrl,
    goalKind: row.goalKind,
    goal: row.goal,
    liveCodeId: row.liveCodeId === null ? null : publicId(ctx, 'lco', row.liveCodeId),
    state: row.state,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    createdBy: row.createdBy,
    totals: {
      ...{ clicks: totals.clicks ?? 0, friends: totals.friends ?? 0, orders: totals.orders ?? 0, paidMinor: totals.paidMinor ?? 0 },
      ...{ people: totals.people, reached: totals.reached },
    },
    currency: row.currency,
    mine:
      mine && url
        ? {
            ...{ clicks: mine.clicks, friends: mine.friends, orders: mine.orders, paidMinor: mine.paidMinor, rank: mine.rank },
            ...{ url, script: scriptWith(row.script, url), reachedAt: mine.reachedAt && new Date(mine.reachedAt).toISOString() },
          }
        : null,
  }
}

type PersonRow = Numbers & {
  id: number
  employeeId: number
  name: string
  rank: number
  code: string
  reachedAt: Date | null
  done: number
}

/** The best first; places are counted among everybody, shown are those whom the data scope reaches. */
export async function rankPeople(
  ctx: Context,
  id: number,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: MarketingPerson[]; next: string | null }> {
  await readMarketingTask(ctx, id)
  const after = decodeCursor(z.tuple([z.int(), z.int()]), cursor)
  const { rows } = await sql<PersonRow>`
    with ranked as (
      select k.*, ${done} as done, rank() over (order by ${done} desc)::int as rank
      from marketing_links k join marketing_tasks m on m.tenant_id = k.tenant_id and m.id = k.task_id
      where k.tenant_id = ${ctx.tenantId} and k.task_id = ${id}
    )
    select k.id, k.employee_id, e.name, k.rank, k.done, k.clicks, k.friends, k.orders, k.paid_minor, k.code, k.reached_at
    from ranked k join employees e on e.tenant_id = k.tenant_id and e.id = k.employee_id
    where ${isReached(ctx, 'k.employee_id')} and ${after ? sql`(-k.done, k.id) > (${-after[0]}, ${after[1]})` : sql`true`}
    order by k.done desc, k.id limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, ({ done, id }) => [done, id])
  return {
    items: page.items.map(({ employeeId, name, code, reachedAt, id: _id, done: _done, ...rest }) => ({
      employee: { id: publicId(ctx, 'emp', employeeId), name },
      ...rest,
      url: linkAddress(ctx, code),
      reachedAt: reachedAt?.toISOString() ?? null,
    })),
    next: page.next,
  }
}
