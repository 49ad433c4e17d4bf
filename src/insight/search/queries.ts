import { sql } from 'kysely'
import { listOrders } from '#conversion/orders/queries.ts'
import { listCustomers } from '#management/customers/queries.ts'
import { listGroups } from '#operation/groups/queries.ts'
import { listMarketingTasks } from '#operation/marketing-tasks/queries.ts'
import { listMessages } from '#operation/messages/queries.ts'
import { listTasks } from '#operation/tasks/queries.ts'
import { TaskQuery } from '#operation/tasks/schema.ts'
import type { Context } from '#platform/context.ts'
import { may } from '#platform/http/router.ts'
import { type IdPrefix, publicId } from '#platform/ids.ts'
import type { Hit } from './schema.ts'

/** So many of each kind: the box shows one screen. */
const most = 5

/** Everything of that name or number that the actor may see, people first. */
export async function search(ctx: Context, q: string): Promise<Hit[]> {
  const found = await Promise.all([
    may(ctx, 'customers.read') ? customers(ctx, q) : [],
    may(ctx, 'live_codes.read') ? named(ctx, q, liveCodes) : [],
    may(ctx, 'acquisition_links.read') ? named(ctx, q, acquisitionLinks) : [],
    may(ctx, 'groups.read') ? groups(ctx, q) : [],
    may(ctx, 'orders.read') ? orders(ctx, q) : [],
    may(ctx, 'tags.read') ? named(ctx, q, tags) : [],
    may(ctx, 'team.read') ? named(ctx, q, employees) : [],
    may(ctx, 'reports.read') ? named(ctx, q, reports) : [],
    may(ctx, 'tasks.read') ? tasks(ctx, q) : [],
    may(ctx, 'tasks.read') ? marketingTasks(ctx, q) : [],
    may(ctx, 'journeys.read') ? named(ctx, q, journeys) : [],
    may(ctx, 'messages.read') ? messages(ctx, q) : [],
  ])
  return found.flat()
}

async function customers(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listCustomers(ctx, { q, limit: most })
  return items.map(({ id, name, alias, company, phoneMasked, followers }) => ({
    kind: 'customer',
    id,
    name,
    alias,
    note: [company, phoneMasked, followers.map(({ employee }) => employee.name).join('、')].filter(Boolean).join(' · ') || null,
  }))
}

async function groups(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listGroups(ctx, { q, limit: most })
  return items.map(({ id, name, owner }) => ({ kind: 'group', id, name, note: owner?.name ?? null }))
}

async function orders(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listOrders(ctx, { q, limit: most })
  return items.map(({ id, orderNo, customer, titles }) => ({
    kind: 'order',
    id,
    name: orderNo,
    note: [customer?.name, titles[0]].filter(Boolean).join(' · ') || null,
  }))
}

/** Open ones of whomever the asker may see, the next due first. */
async function tasks(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listTasks(ctx, TaskQuery.parse({ q, whose: 'team', view: 'open', limit: most }))
  return items.map(({ id, title, employee, customer }) => ({
    kind: 'task',
    id,
    name: title,
    note: [customer?.name, employee?.name].filter(Boolean).join(' · ') || null,
  }))
}

async function marketingTasks(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listMarketingTasks(ctx, { q, limit: most })
  return items.map(({ id, name, createdBy }) => ({ kind: 'marketing_task', id, name, note: createdBy }))
}

async function messages(ctx: Context, q: string): Promise<Hit[]> {
  const { items } = await listMessages(ctx, { q, limit: most })
  return items.map(({ id, name, madeBy }) => ({ kind: 'message', id, name, note: madeBy }))
}

type Named = { kind: Hit['kind']; prefix: IdPrefix; read: (ctx: Context, q: string) => ReturnType<typeof rows> }

type Found = { id: number; name: string; note: string | null }

/** Names that start so stand before names that hold it somewhere. */
async function named(ctx: Context, q: string, { kind, prefix, read }: Named): Promise<Hit[]> {
  const { rows: found } = await read(ctx, q)
  return found.map(({ id, name, note }) => ({ kind, id: publicId(ctx, prefix, id), name, note }))
}

const rows = (ctx: Context, statement: ReturnType<typeof sql<Found>>) => statement.execute(ctx.db)

const liveCodes: Named = {
  kind: 'live_code',
  prefix: 'lco',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select l.id, l.name, c.name as note from live_codes l left join channels c on c.tenant_id = l.tenant_id and c.id = l.channel_id
        where l.tenant_id = ${ctx.tenantId} and l.deleted_at is null and position(lower(${q}) in lower(l.name)) > 0
        order by position(lower(${q}) in lower(l.name)), l.id desc limit ${most}`,
    ),
}

const acquisitionLinks: Named = {
  kind: 'acquisition_link',
  prefix: 'acl',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select l.id, l.name, c.name as note from acquisition_links l left join channels c on c.tenant_id = l.tenant_id and c.id = l.channel_id
        where l.tenant_id = ${ctx.tenantId} and l.deleted_at is null and position(lower(${q}) in lower(l.name)) > 0
        order by position(lower(${q}) in lower(l.name)), l.id desc limit ${most}`,
    ),
}

const tags: Named = {
  kind: 'tag',
  prefix: 'tag',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select t.id, t.name, g.name as note from tags t join tag_groups g on g.tenant_id = t.tenant_id and g.id = t.group_id
        where t.tenant_id = ${ctx.tenantId} and position(lower(${q}) in lower(t.name)) > 0
        order by position(lower(${q}) in lower(t.name)), t.id limit ${most}`,
    ),
}

const employees: Named = {
  kind: 'employee',
  prefix: 'emp',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select id, name, position as note from employees
        where tenant_id = ${ctx.tenantId} and status <> 'left' and position(lower(${q}) in lower(name)) > 0
        order by position(lower(${q}) in lower(name)), id limit ${most}`,
    ),
}

const reports: Named = {
  kind: 'report',
  prefix: 'rep',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select id, name, null as note from reports where tenant_id = ${ctx.tenantId} and position(lower(${q}) in lower(name)) > 0
        order by position(lower(${q}) in lower(name)), id desc limit ${most}`,
    ),
}

const journeys: Named = {
  kind: 'journey',
  prefix: 'jny',
  read: (ctx, q) =>
    rows(
      ctx,
      sql<Found>`select id, name, nullif(note, '') as note from journeys
        where tenant_id = ${ctx.tenantId} and archived_at is null and position(lower(${q}) in lower(name)) > 0
        order by position(lower(${q}) in lower(name)), id desc limit ${most}`,
    ),
}
