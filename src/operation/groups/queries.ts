import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { inScope, membersOf, visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type {
  GroupDetail,
  GroupItem,
  GroupMemberItem,
  GroupMemberQuery,
  GroupQuery,
  JoinScene,
  MembershipItem,
  QuitScene,
} from './schema.ts'
import { groupTagNumbers, type TagNumbers, tagged } from './tag-queries.ts'

type Person = { id: number; name: string }

type Row = {
  id: number
  name: string
  corp: number
  corpName: string | null
  owner: Person | null
  state: GroupItem['state']
  membersCount: number
  customersCount: number
  joinedToday: number
  leftToday: number
  joinedWeek: number
  leftWeek: number
  createdAt: Date
  dismissedAt: Date | null
  chatId: string
  notice: string
  admins: Person[]
  tags: { id: number; name: string }[]
  key: string
}

/** Groups whose owner the actor's data scope reaches, in a column of `groups as g`. */
const visible = (ctx: Context): RawBuilder<boolean> =>
  ctx.actor.scope === 'all' ? sql<boolean>`true` : sql<boolean>`g.owner_id = any(${[...ctx.actor.scope]}::int[])`

const stateOf = sql<
  GroupItem['state']
>`case when g.dismissed_at is not null then 'dismissed' when o.status = 'left' then 'owner_left' else 'active' end`

export async function listGroups(ctx: Context, query: GroupQuery): Promise<{ items: GroupItem[]; next: string | null; total: number }> {
  const where = groupsWhere(ctx, query)
  const { sort = '-createdAt', limit } = query
  const descending = sort.startsWith('-')
  const byCount = sort.endsWith('customersCount')
  const [column, type] = byCount ? [sql`g.customers_count`, sql`int`] : [sql`g.created_at`, sql`timestamptz`]
  const after = decodeCursor(z.tuple([byCount ? z.string().regex(/^\d{1,9}$/) : z.iso.datetime({ offset: true }), z.int()]), query.cursor)
  const way = descending ? sql`desc` : sql`asc`
  const beyond = after ? sql`and (${column}, g.id) ${descending ? sql`<` : sql`>`} (${after[0]}::${type}, ${after[1]})` : sql``
  const [{ rows }, count] = await Promise.all([
    selectGroups(ctx, sql`${where} ${beyond} order by ${column} ${way}, g.id ${way} limit ${limit + 1}`, byCount, way),
    sql<{ count: number }>`select count(*) as count from groups g left join employees o on o.tenant_id = g.tenant_id and o.id = g.owner_id
      where ${where}`.execute(ctx.db),
  ])
  const page = toPage(rows, limit, ({ key, id }) => [key, id])
  return { items: page.items.map((row) => groupItem(ctx, row)), next: page.next, total: Number(count.rows[0]?.count ?? 0) }
}

function groupsWhere(ctx: Context, { q, owner, state, tags }: GroupQuery): RawBuilder<boolean> {
  const parts = [sql<boolean>`g.tenant_id = ${ctx.tenantId}`, visible(ctx)]
  if (q) parts.push(sql`position(lower(${q}) in lower(g.name)) > 0`)
  if (owner) parts.push(sql`g.owner_id = ${owner === 'me' ? (ctx.actor.id ?? 0) : internalId(ctx, 'emp', owner)}`)
  if (state === 'alive') parts.push(sql`g.dismissed_at is null`)
  else if (state) parts.push(sql`${stateOf} = ${state}`)
  if (tags?.length) parts.push(tagged(ctx, { in: groupTagNumbers(ctx, tags, 'tags') }))
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

/** 404 for groups that are not there or whose owner lies outside the actor's data scope. */
export async function readGroup(ctx: Context, id: number): Promise<GroupDetail> {
  const { rows } = await selectGroups(ctx, sql`g.tenant_id = ${ctx.tenantId} and g.id = ${id} and ${visible(ctx)}`)
  const [row] = rows
  if (!row) throw notFound('group')
  const admins = row.admins.map((one) => ({ id: publicId(ctx, 'emp', one.id), name: one.name }))
  return { ...groupItem(ctx, row), chatId: row.chatId, notice: row.notice, admins }
}

async function selectGroups(ctx: Context, where: RawBuilder<unknown>, byCount = false, way: RawBuilder<unknown> = sql`desc`) {
  const zone = await timezoneOf(ctx)
  const today = dayOf(ctx.now(), zone)
  const { from } = dayRange(today, today, zone)
  const week = dayRange(addDays(today, -6), today, zone).from
  const key = byCount ? sql`g.customers_count::text` : sql`to_char(g.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  return sql<Row>`
    with chosen as materialized (
      select g.*, ${key} as key, ${stateOf} as state, 
        case when o.id is null then null else jsonb_build_object('id', o.id, 'name', o.name) end as owner
      from groups g left join employees o on o.tenant_id = g.tenant_id and o.id = g.owner_id where ${where}
    ),
    moved as (
      select m.group_id,
        count(*) filter (where m.joined_at >= ${from}) as joined_today, count(*) filter (where m.left_at >= ${from}) as left_today,
        count(*) filter (where m.joined_at >= ${week}) as joined_week, count(*) filter (where m.left_at >= ${week}) as left_week
      from group_members m
      where m.tenant_id = ${ctx.tenantId} and m.group_id in (select id from chosen) and m.kind = 'customer' and (m.joined_at >= ${week} or m.left_at >= ${week})
      group by m.group_id
    )
    select c.id, c.name, c.corp, w.name as corp_name, c.owner, c.state, c.members_count, c.customers_count, c.created_at, c.dismissed_at,
      c.chat_id, c.notice, c.key, coalesce(v.joined_today, 0)::int as joined_today, coalesce(v.left_today, 0)::int as left_today,
      coalesce(v.joined_week, 0)::int as joined_week, coalesce(v.left_week, 0)::int as left_week,
      (select coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'name', e.name) order by e.name), '[]') from employee_accounts a
        join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id
        where a.tenant_id = c.tenant_id and a.corp_id = c.corp and a.user_id = any(c.admins)) as admins,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.name), '[]') from tagged_groups x
        join group_tags t on t.tenant_id = x.tenant_id and t.id = x.tag_id where x.tenant_id = c.tenant_id and x.group_id = c.id) as tags
    from chosen c left join moved v on v.group_id = c.id left join wecom_corps w on w.tenant_id = c.tenant_id and w.id = c.corp
    order by ${byCount ? sql`c.customers_count` : sql`c.created_at`} ${way}, c.id ${way}`.execute(ctx.db)
}

const groupItem = (ctx: Context, row: Row): GroupItem => ({
  id: publicId(ctx, 'grp', row.id),
  name: row.name,
  corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
  owner: personOf(ctx, row.owner),
  state: row.state,
  membersCount: row.membersCount,
  customersCount: row.customersCount,
  joinedToday: row.joinedToday,
  leftToday: row.leftToday,
  joinedWeek: row.joinedWeek,
  leftWeek: row.leftWeek,
  createdAt: row.createdAt.toISOString(),
  dismissedAt: row.dismissedAt?.toISOString() ?? null,
  tags: row.tags.map(({ id, name }) => ({ id: publicId(ctx, 'gtg', id), name })),
})

const personOf = (ctx: Context, person: Person | null) => person && { id: publicId(ctx, 'emp', person.id), name: person.name }

/** 404 unless the actor's data scope reaches the group. */
export async function checkVisible(ctx: Context, id: number): Promise<void> {
  const { rows } = await sql`select from groups g where g.tenant_id = ${ctx.tenantId} and g.id = ${id} and ${visible(ctx)}`.execute(ctx.db)
  if (rows.length === 0) throw notFound('group')
}

/** Those of these groups that the actor's data scope reaches, dismissed ones too. */
export async function visibleAmong(ctx: Context, ids: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select g.id from groups g where g.tenant_id = ${ctx.tenantId} and g.id = any(${ids}::int[]) and ${visible(ctx)} order by g.id`.execute(
    ctx.db,
  )
  return new Set(rows.map(({ id }) => id))
}

type MemberRow = {
  id: number
  kind: 'employee' | 'customer'
  name: string
  nickname: string
  role: GroupMemberItem['role']
  canonical: number | null
  employee: number | null
  avatar: string | null
  joinScene: JoinScene | null
  state: string
  inviter: Person | null
  joinedAt: Date
  leftAt: Date | null
  quitScene: QuitScene | null
}

type Members = { items: GroupMemberItem[]; next: string | null; total: number }

/** Who is in the group, the newest first; or who was, the last to leave first. */
export async function listMembers(ctx: Context, groupId: number, query: GroupMemberQuery): Promise<Members> {
  await checkVisible(ctx, groupId)
  const former = query.state === 'former'
  const column = former ? sql`m.left_at` : sql`m.joined_at`
  const after = decodeCursor(z.tuple([z.iso.datetime(), z.int()]), query.cursor)
  const where = membersWhere(ctx, groupId, query)
  const [{ rows }, count] = await Promise.all([
    sql<MemberRow>`
      select m.id, m.kind, coalesce(nullif(m.name, ''), k.name, e.name, '') as name, m.nickname, k.id as canonical, e.id as employee,
        coalesce(k.avatar, e.avatar) as avatar, m.join_scene, m.state, m.joined_at, m.left_at, m.quit_scene,
        case when g.owner_userid = m.member then 'owner' when m.member = any(g.admins) then 'admin' else 'member' end as role,
        case when i.id is null then null else jsonb_build_object('id', i.id, 'name', i.name) end as inviter
      from group_members m join groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
      left join customers o on o.tenant_id = m.tenant_id and o.id = m.customer_id and ${inScope(ctx, 'm.customer_id')}
      left join customers k on k.tenant_id = o.tenant_id and k.id = o.canonical_id
      left join employees e on e.tenant_id = m.tenant_id and e.id = m.employee_id
      left join employees i on i.tenant_id = m.tenant_id and i.id = m.inviter_id
      where ${where} ${after ? sql`and (${column}, m.id) < (${after[0]}::timestamptz, ${after[1]})` : sql``}
      order by ${column} desc, m.id desc limit ${query.limit + 1}`.execute(ctx.db),
    sql<{ count: number }>`select count(*) as count from group_members m where ${where}`.execute(ctx.db),
  ])
  const page = toPage(rows, query.limit, ({ id, joinedAt, leftAt }) => [(former && leftAt ? leftAt : joinedAt).toISOString(), id])
  return { items: page.items.map((row) => memberItem(ctx, row)), next: page.next, total: Number(count.rows[0]?.count ?? 0) }
}

function membersWhere(ctx: Context, groupId: number, { state, kind, scene, inviter, q }: GroupMemberQuery): RawBuilder<boolean> {
  const parts = [sql<boolean>`m.tenant_id = ${ctx.tenantId}`, sql<boolean>`m.group_id = ${groupId}`]
  parts.push(state === 'former' ? sql`m.left_at is not null` : sql`m.left_at is null`)
  if (kind) parts.push(sql`m.kind = ${kind}`)
  if (scene) parts.push(scene === 'unknown' ? sql`m.join_scene is null` : sql`m.join_scene = ${scene}`)
  if (inviter) parts.push(sql`m.inviter_id = ${internalId(ctx, 'emp', inviter)}`)
  if (q) parts.push(sql`(position(lower(${q}) in lower(m.name)) > 0 or position(lower(${q}) in lower(m.nickname)) > 0)`)
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

const memberItem = (ctx: Context, row: MemberRow): GroupMemberItem => ({
  id: publicId(ctx, 'gme', row.id),
  kind: row.kind,
  name: row.name,
  nickname: row.nickname,
  role: row.role,
  customerId: row.canonical === null ? null : publicId(ctx, 'cus', row.canonical),
  employeeId: row.employee === null ? null : publicId(ctx, 'emp', row.employee),
  avatar: row.avatar,
  joinScene: row.joinScene,
  state: row.state || null,
  inviter: personOf(ctx, row.inviter),
  joinedAt: row.joinedAt.toISOString(),
  leftAt: row.leftAt?.toISOString() ?? null,
  quitScene: row.quitScene,
})

type Stayed = {
  id: number
  groupId: number
  groupName: string
  joinScene: JoinScene | null
  inviter: Person | null
  joinedAt: Date
  leftAt: Date | null
  quitScene: QuitScene | null
}

/** The groups a customer is and was in, whichever of its originals; present ones first. */
export async function listMemberships(
  ctx: Context,
  { customer, limit }: { customer: string; limit: number },
): Promise<{ items: MembershipItem[]; next: null }> {
  const canonical = await visibleCanonical(ctx, internalId(ctx, 'cus', customer))
  const { rows } = await sql<Stayed>`
    select m.id, g.id as group_id, g.name as group_name, m.join_scene, m.joined_at, m.left_at, m.quit_scene,
      case when i.id is null then null else jsonb_build_object('id', i.id, 'name', i.name) end as inviter
    from group_members m join groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
    left join employees i on i.tenant_id = m.tenant_id and i.id = m.inviter_id
    where m.tenant_id = ${ctx.tenantId} and m.customer_id = any(${await membersOf(ctx, canonical)}::int[]) and ${visible(ctx)}
    order by m.left_at desc nulls first, m.joined_at desc, m.id limit ${limit}`.execute(ctx.db)
  return {
    items: rows.map((row) => ({
      group: { id: publicId(ctx, 'grp', row.groupId), name: row.groupName },
      joinScene: row.joinScene,
      inviter: personOf(ctx, row.inviter),
      joinedAt: row.joinedAt.toISOString(),
      leftAt: row.leftAt?.toISOString() ?? null,
      quitScene: row.quitScene,
    })),
    next: null,
  }
}

/** Groups by the id that WeCom gives them. */
export async function findGroups(
  ctx: Context,
  corp: number,
  chatIds: readonly string[],
): Promise<Map<string, { id: number; name: string }>> {
  if (chatIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('groups')
    .select(['id', 'name', 'chatId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('chatId', 'in', [...chatIds])
    .execute()
  return new Map(rows.map(({ id, name, chatId }) => [chatId, { id, name }]))
}

/** Living groups that the asker may see: these, those of these owners, those with these letters in their name or these tags, or all. */
export async function visibleGroupIds(
  ctx: Context,
  named: { groups?: string[] | undefined; owners?: string[] | undefined; name?: string | undefined; tags?: TagNumbers | undefined },
): Promise<number[]> {
  const groups = named.groups?.map((id) => internalId(ctx, 'grp', id))
  const owners = named.owners?.map((id) => internalId(ctx, 'emp', id))
  const name = named.name ?? null
  const { rows } = await sql<{ id: number }>`
    select g.id from groups g where g.tenant_id = ${ctx.tenantId} and g.dismissed_at is null and ${visible(ctx)}
      and (${groups ?? null}::int[] is null or g.id = any(${groups ?? null}::int[])) and (${owners ?? null}::int[] is null or g.owner_id = any(${owners ?? null}::int[]))
      and (${name}::text is null or position(lower(${name}) in lower(g.name)) > 0) and ${tagged(ctx, named.tags ?? {})}
    order by g.id`.execute(ctx.db)
  return rows.map(({ id }) => id)
}
