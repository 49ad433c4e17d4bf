import { sql } from 'kysely'
import { StoredWelcome, showWelcome } from '#growth/welcomes/schema.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { type Channel, ChannelKind } from './schema.ts'

type Row = {
  id: number
  parentId: number | null
  name: string
  kind: string
  ownerId: number | null
  ownerName: string | null
  note: string | null
  position: number
  welcome: unknown
  archivedAt: Date | null
  createdAt: Date
  codes: number
  customers: number
}

/** The whole tree, parents before children, siblings in their order. */
export async function listChannels(ctx: Context): Promise<Channel[]> {
  const { rows } = await sql<Row>`
    with recursive below as (
      select id as root, id from channels where tenant_id = ${ctx.tenantId}
      union all
      select b.root, c.id from below b join channels c on c.tenant_id = ${ctx.tenantId} and c.parent_id = b.id
    ),
    people as (
      select b.root, count(distinct f.canonical_id)::int as customers from below b
        join follows f on f.tenant_id = ${ctx.tenantId} and f.channel_id = b.id group by b.root
    ),
    codes as (
      select b.root, count(*)::int as codes from below b
        join live_codes l on l.tenant_id = ${ctx.tenantId} and l.channel_id = b.id and l.deleted_at is null group by b.root
    )
    select c.id, c.parent_id, c.name, c.kind, c.owner_id, e.name as owner_name, c.note, c.position, c.welcome, c.archived_at, c.created_at,
      coalesce(k.codes, 0) as codes, coalesce(p.customers, 0) as customers
    from channels c
      left join employees e on e.tenant_id = c.tenant_id and e.id = c.owner_id
      left join codes k on k.root = c.id
      left join people p on p.root = c.id
    where c.tenant_id = ${ctx.tenantId} order by c.position, c.id`.execute(ctx.db)
  return treeOrder(rows).map((row) => channelView(ctx, row))
}

export async function readChannel(ctx: Context, id: number): Promise<Channel> {
  const wanted = publicId(ctx, 'cha', id)
  const channel = (await listChannels(ctx)).find((one) => one.id === wanted)
  if (!channel) throw notFound('channel')
  return channel
}

/** Itself first, then its parents up to the root. */
export async function channelLine(ctx: Context, id: number): Promise<{ id: number; name: string; welcome: StoredWelcome | undefined }[]> {
  const { rows } = await sql<{ id: number; name: string; welcome: unknown }>`
    with recursive line as (
      select id, parent_id, name, welcome, 0 as step from channels where tenant_id = ${ctx.tenantId} and id = ${id}
      union all
      select c.id, c.parent_id, c.name, c.welcome, l.step + 1 from line l join channels c on c.tenant_id = ${ctx.tenantId} and c.id = l.parent_id
    )
    select id, name, welcome from line order by step`.execute(ctx.db)
  return rows.map((row) => ({ id: row.id, name: row.name, welcome: row.welcome ? StoredWelcome.parse(row.welcome) : undefined }))
}

/** Itself and everything below. */
export async function channelsBelow(ctx: Context, id: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive below as (
      select id from channels where tenant_id = ${ctx.tenantId} and id = ${id}
      union all
      select c.id from below b join channels c on c.tenant_id = ${ctx.tenantId} and c.parent_id = b.id
    )
    select id from below`.execute(ctx.db)
  return rows.map((row) => row.id)
}

function treeOrder(rows: Row[]): Row[] {
  const children = Map.groupBy(rows, ({ parentId }) => parentId)
  const walk = (parent: number | null): Row[] => (children.get(parent) ?? []).flatMap((row) => [row, ...walk(row.id)])
  return walk(null)
}

const channelView = (ctx: Context, row: Row): Channel => ({
  id: publicId(ctx, 'cha', row.id),
  name: row.name,
  kind: ChannelKind.catch('other').parse(row.kind),
  parentId: row.parentId === null ? null : publicId(ctx, 'cha', row.parentId),
  owner: row.ownerId === null ? null : { id: publicId(ctx, 'emp', row.ownerId), name: row.ownerName ?? '' },
  note: row.note,
  position: row.position,
  welcome: row.welcome ? showWelcome(StoredWelcome.parse(row.welcome), (file) => publicId(ctx, 'fil', file)) : null,
  archived: row.archivedAt !== null,
  codes: row.codes,
  customers: row.customers,
  createdAt: row.createdAt.toISOString(),
})
