import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { JoinScene, QuitScene } from './schema.ts'
import type { Stay } from './stays.ts'

/** A group as it is stored. */
export type Row = {
  id: number
  chatId: string
  name: string
  notice: string
  ownerUserid: string
  ownerId: number | null
  admins: string[]
  createdAt: Date
  dismissedAt: Date | null
  memberVersion: string
  membersCount: number
  customersCount: number
  changedAt: Date
}

/** The groups of these that are stored, locked until the end of the transaction, in one order for everybody. */
export async function lockGroups(ctx: Context, corp: number, chatIds: readonly string[]): Promise<Map<string, Row>> {
  if (chatIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('groups')
    .select(['id', 'chatId', 'name', 'notice', 'ownerUserid', 'ownerId', 'admins', 'createdAt', 'dismissedAt', 'memberVersion'])
    .select(['membersCount', 'customersCount', 'changedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('chatId', 'in', [...new Set(chatIds)])
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.chatId, row]))
}

/** Empty rows for groups that are new here; a group that somebody else made meanwhile is left out. */
export async function makeGroups(ctx: Context, corp: number, groups: readonly { chatId: string; createdAt: Date }[]): Promise<Set<string>> {
  if (groups.length === 0) return new Set()
  const made = await ctx.db
    .insertInto('groups')
    .values(
      [...groups]
        .sort((a, b) => (a.chatId < b.chatId ? -1 : 1))
        .map(({ chatId, createdAt }) => ({ tenantId: ctx.tenantId, corp, chatId, createdAt, changedAt: new Date(0) })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('chatId')
    .execute()
  return new Set(made.map(({ chatId }) => chatId))
}

type Asked = { groupId: number; members: readonly string[] }

/** Everybody who is in these groups, and the former stays of those who are named. */
export async function readStays(ctx: Context, asked: readonly Asked[]): Promise<Map<number, Stay[]>> {
  const pairs = asked.flatMap(({ groupId, members }) => [...new Set(members)].map((member) => ({ groupId, member })))
  const { rows } = await sql<Stay & { groupId: number }>`
    select m.group_id, m.id, m.member, m.kind, m.customer_id, m.employee_id, m.name, m.nickname, m.join_scene, m.state,
      m.inviter_userid, m.inviter_id, m.joined_at, m.left_at, m.quit_scene
    from group_members m
    where m.tenant_id = ${ctx.tenantId} and m.group_id = any(${asked.map(({ groupId }) => groupId)}::int[])
      and (m.left_at is null or (m.group_id, m.member) in (
        select * from unnest(${pairs.map(({ groupId }) => groupId)}::int[], ${pairs.map(({ member }) => member)}::text[])))
    order by m.group_id, m.joined_at, m.id`.execute(ctx.db)
  const found = new Map<number, Stay[]>(asked.map(({ groupId }) => [groupId, []]))
  for (const { groupId, ...stay } of rows)
    found.get(groupId)?.push({ ...stay, joinScene: stay.joinScene as JoinScene | null, quitScene: stay.quitScene as QuitScene | null })
  return found
}

export async function saveGroups(ctx: Context, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update groups g set name = n.name, notice = n.notice, owner_userid = n.owner_userid, owner_id = n.owner_id, admins = n.admins,
      created_at = n.created_at, dismissed_at = n.dismissed_at, member_version = n.member_version,
      members_count = n.members_count, customers_count = n.customers_count, changed_at = n.changed_at
    from jsonb_to_recordset(${JSON.stringify(rows.map(snaked))}::jsonb) as n(id int, name text, notice text, owner_userid text, owner_id int, admins text[],
      created_at timestamptz, dismissed_at timestamptz, member_version text, members_count int, customers_count int, changed_at timestamptz)
    where g.tenant_id = ${ctx.tenantId} and g.id = n.id`.execute(ctx.db)
}

const stayColumns = sql.raw(`id bigint, group_id int, member text, kind text, customer_id int, employee_id int, name text, nickname text,
  join_scene text, state text, inviter_userid text, inviter_id int, joined_at timestamptz, left_at timestamptz, quit_scene text`)

/** Ends before beginnings: nobody is in a group twice, not even between two statements. */
export async function saveStays(ctx: Context, stays: readonly (Stay & { groupId: number })[]): Promise<void> {
  const [known, made] = [stays.filter(({ id }) => id !== undefined), stays.filter(({ id }) => id === undefined)]
  await updateStays(
    ctx,
    known.filter(({ leftAt }) => leftAt !== null),
  )
  await updateStays(
    ctx,
    known.filter(({ leftAt }) => leftAt === null),
  )
  if (made.length === 0) return
  await sql`
    insert into group_members (tenant_id, group_id, member, kind, customer_id, employee_id, name, nickname, join_scene, state,
      inviter_userid, inviter_id, joined_at, left_at, quit_scene)
    select ${ctx.tenantId}, group_id, member, kind, customer_id, employee_id, name, nickname, join_scene, state,
      inviter_userid, inviter_id, joined_at, left_at, quit_scene
    from jsonb_to_recordset(${JSON.stringify(made.map(snaked))}::jsonb) as n(${stayColumns}) order by group_id, joined_at, member`.execute(
    ctx.db,
  )
}

async function updateStays(ctx: Context, stays: readonly (Stay & { groupId: number })[]): Promise<void> {
  if (stays.length === 0) return
  await sql`
    update group_members m set customer_id = n.customer_id, employee_id = n.employee_id, name = n.name, nickname = n.nickname,
      join_scene = n.join_scene, state = n.state, inviter_userid = n.inviter_userid, inviter_id = n.inviter_id,
      joined_at = n.joined_at, left_at = n.left_at, quit_scene = n.quit_scene
    from jsonb_to_recordset(${JSON.stringify(stays.map(snaked))}::jsonb) as n(${stayColumns})
    where m.tenant_id = ${ctx.tenantId} and m.id = n.id`.execute(ctx.db)
}

const snaked = (row: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), value]))
