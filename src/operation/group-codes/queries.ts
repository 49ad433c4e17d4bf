import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { fetchPicture } from '#connectors/wecom/pictures.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type { GroupCode, GroupCodeQuery } from './schema.ts'

type Row = {
  id: number
  name: string
  corp: number
  corpName: string | null
  groups: { id: number; name: string; members: number; dismissed: boolean }[]
  newGroups: boolean
  baseName: string | null
  baseNumber: number | null
  hasPicture: boolean
  joined: number
  joinedToday: number
  present: number
  syncState: 'done' | 'waiting' | 'failed'
  syncError: unknown
  syncedAt: Date | null
  createdAt: Date
}

async function rowsOf(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const zone = await timezoneOf(ctx)
  const today = dayOf(ctx.now(), zone)
  const { from } = dayRange(today, today, zone)
  const { rows } = await sql<Row>`
    select c.id, c.name, c.corp, w.name as corp_name, c.new_groups, c.base_name, c.base_number, c.config_id is not null and c.qr_url is not null as has_picture,
      (select coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name, 'members', g.members_count, 'dismissed', g.dismissed_at is not null) order by n.place), '[]')
        from unnest(c.chat_ids) with ordinality as n(chat_id, place) join groups g on g.tenant_id = c.tenant_id and g.corp = c.corp and g.chat_id = n.chat_id) as groups,
      m.joined, m.joined_today, m.present,
      case when c.sync_error is not null then 'failed' when c.synced_version < c.wanted_version then 'waiting' else 'done' end as sync_state,
      c.sync_error, c.synced_at, c.created_at
    from group_codes c
      left join wecom_corps w on w.tenant_id = c.tenant_id and w.id = c.corp
      left join lateral (
        select count(*)::int as joined, count(*) filter (where m.joined_at >= ${from})::int as joined_today, count(*) filter (where m.left_at is null)::int as present
        from group_members m where m.tenant_id = c.tenant_id and m.state = c.state and m.state <> '') m on true
    where c.tenant_id = ${ctx.tenantId} and c.deleted_at is null and ${where}
    order by c.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

const Cursor = z.object({ id: z.int() })

/** Newest first. */
export async function listGroupCodes(
  ctx: Context,
  { q, limit, cursor }: GroupCodeQuery,
): Promise<{ items: GroupCode[]; next: string | null }> {
  const after = decodeCursor(Cursor, cursor)
  const named = q ? sql`position(lower(${q}) in lower(c.name)) > 0` : sql`true`
  const rows = await rowsOf(ctx, sql`${named} and ${after ? sql`c.id < ${after.id}` : sql`true`}`, limit + 1)
  const page = toPage(rows, limit, ({ id }) => ({ id }))
  return { items: page.items.map((row) => codeOf(ctx, row)), next: page.next }
}

export async function readGroupCode(ctx: Context, id: number): Promise<GroupCode> {
  const [row] = await rowsOf(ctx, sql`c.id = ${id}`, 1)
  if (!row) throw notFound('group_code')
  return codeOf(ctx, row)
}

const SyncError = z.object({ code: z.string(), message: z.string() })

const codeOf = (ctx: Context, row: Row): GroupCode => ({
  id: publicId(ctx, 'gco', row.id),
  name: row.name,
  corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
  groups: row.groups.map(({ id, name, members, dismissed }) => ({ id: publicId(ctx, 'grp', id), name, membersCount: members, dismissed })),
  newGroups: row.newGroups && row.baseName ? { name: row.baseName, from: row.baseNumber ?? 1 } : null,
  hasPicture: row.hasPicture,
  joined: row.joined,
  joinedToday: row.joinedToday,
  present: row.present,
  sync: {
    state: row.syncState,
    error: row.syncError === null ? null : SyncError.parse(row.syncError),
    at: row.syncedAt?.toISOString() ?? null,
  },
  createdAt: row.createdAt.toISOString(),
})

/** WeCom's picture of the code. */
export async function groupCodePicture(ctx: Context, id: number): Promise<{ name: string; contentType: string; bytes: Uint8Array }> {
  const row = await ctx.db
    .selectFrom('groupCodes')
    .select(['name', 'qrUrl'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('group_code')
  if (!row.qrUrl)
    throw appError('group_code.not_made_yet', { status: 409, message: 'WeCom has not made this code yet; try again in a moment.' })
  const bytes = await fetchPicture(row.qrUrl)
  // A JPEG begins with these two.
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8
  return { name: `${row.name}.${isJpeg ? 'jpg' : 'png'}`, contentType: isJpeg ? 'image/jpeg' : 'image/png', bytes }
}
