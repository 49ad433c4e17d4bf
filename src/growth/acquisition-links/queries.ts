import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { channelsBelow } from '#growth/channels/queries.ts'
import { greetersOf } from '#growth/welcomes/queries.ts'
import { StoredWelcome, showWelcome } from '#growth/welcomes/schema.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { addressOf, shortOf } from './addresses.ts'
import { chooseWelcome } from './greeting.ts'
import type { AcquisitionLink, AcquisitionLinkQuery, AcquisitionLinkRow, Variant } from './schema.ts'

type Person = { userId: string; id: number | null; name: string; avatar: string | null; left: boolean }
type Thing = { id: number; name: string }

type Row = {
  id: number
  name: string
  corp: number
  corpName: string | null
  channelId: number | null
  channelName: string | null
  state: AcquisitionLinkRow['state']
  origin: 'here' | 'wecom'
  url: string | null
  mainState: string | null
  variants: number
  people: Person[]
  departments: (Thing | null)[]
  tags: Thing[]
  friends: number
  added: number
  wrote: number
  addedLately: number
  leftLately: number
  clicksLately: number
  syncState: 'done' | 'waiting' | 'failed'
  syncError: unknown
  syncedAt: Date | null
  createdAt: Date
  updatedAt: Date
  // Of one link only.
  linkId: string | null
  skipVerify: boolean
  markSource: boolean
  priority: 'company' | 'listed' | null
  priorityPeople: Person[]
  welcome: unknown
  unavailableAt: Date | null
  goneAt: Date | null
  readAt: Date | null
}

const stateOf = sql`case when l.gone_at is not null then 'gone' when l.link_id is null then 'making' when l.unavailable_at is not null then 'unavailable' else 'active' end`

/** Members by WeCom's names, also those who are not known here (any more). */
const peopleOf = (column: string): RawBuilder<unknown> => sql`(
  select coalesce(jsonb_agg(jsonb_build_object('userId', u.user_id, 'id', e.id, 'name', coalesce(e.name, u.user_id), 'avatar', e.avatar, 'left', a.left_at is not null) order by u.place), '[]')
  from unnest(${sql.ref(column)}) with ordinality as u(user_id, place)
    left join employee_accounts a on a.tenant_id = l.tenant_id and a.corp_id = l.corp and a.user_id = u.user_id
    left join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id)`

const shownDays = 30

async function rowsOf(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Row[]> {
  const zone = await timezoneOf(ctx)
  const today = dayOf(ctx.now(), zone)
  const since = dayRange(addDays(today, 1 - shownDays), today, zone).from
  const { rows } = await sql<Row>`
    select l.id, l.name, l.corp, w.name as corp_name, l.channel_id, h.name as channel_name, ${stateOf} as state, l.origin, l.url,
      (select v.state from acquisition_variants v where v.tenant_id = l.tenant_id and v.link_id = l.id and v.is_main order by v.id limit 1) as main_state,
      (select count(*)::int from acquisition_variants v where v.tenant_id = l.tenant_id and v.link_id = l.id and v.deleted_at is null) as variants,
      ${peopleOf('l.userIds')} as people,
      (select coalesce(jsonb_agg(case when d.id is not null then jsonb_build_object('id', d.id, 'name', d.name) end order by n.place), '[]')
        from unnest(l.department_ids) with ordinality as n(number, place)
        left join departments d on d.tenant_id = l.tenant_id and d.corp_id = l.corp and d.wecom_id = n.number) as departments,
      (select coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name) order by t.id), '[]') from acquisition_link_tags g
        join tags t on t.tenant_id = g.tenant_id and t.id = g.tag_id where g.tenant_id = l.tenant_id and g.link_id = l.id) as tags,
      c.friends, c.added, c.wrote, c.added_lately, c.left_lately,
      (select coalesce(sum(d.clicks), 0)::int from acquisition_link_days d where d.tenant_id = l.tenant_id and d.link_id = l.id and d.day > ${addDays(today, -shownDays)}) as clicks_lately,
      case when l.sync_error is not null then 'failed' when l.synced_version < l.wanted_version and l.gone_at is null then 'waiting' else 'done' end as sync_state,
      l.sync_error, l.synced_at, l.created_at, l.updated_at, l.link_id, l.skip_verify, l.mark_source, l.priority, ${peopleOf('l.priorityUserIds')} as priority_people,
      l.welcome, l.unavailable_at, l.gone_at, l.read_at
    from acquisition_links l
      left join wecom_corps w on w.tenant_id = l.tenant_id and w.id = l.corp
      left join channels h on h.tenant_id = l.tenant_id and h.id = l.channel_id
      left join lateral (
        select count(*) filter (where a.ended_at is null)::int as friends, count(*)::int as added, count(*) filter (where a.chat = 'wrote')::int as wrote,
          count(*) filter (where a.added_at >= ${since})::int as added_lately, count(*) filter (where a.ended_at >= ${since})::int as left_lately
        from acquisition_customers a where a.tenant_id = l.tenant_id and a.link_id = l.id) c on true
    where l.tenant_id = ${ctx.tenantId} and l.deleted_at is null and ${where}
    order by l.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

const Cursor = z.object({ id: z.int() })

/** Newest first. */
export async function listAcquisitionLinks(
  ctx: Context,
  { q, channel, employee, state, limit, cursor }: AcquisitionLinkQuery,
): Promise<{ items: AcquisitionLinkRow[]; next: string | null }> {
  const after = decodeCursor(Cursor, cursor)
  const parts: RawBuilder<unknown>[] = [sql`true`]
  if (after) parts.push(sql`l.id < ${after.id}`)
  if (q) parts.push(sql`position(lower(${q}) in lower(l.name)) > 0`)
  if (state) parts.push(sql`${stateOf} = ${state}`)
  if (channel) parts.push(inChannels(ctx, await channelsBelow(ctx, internalId(ctx, 'cha', channel))))
  if (employee)
    parts.push(sql`exists (select from employee_accounts a where a.tenant_id = l.tenant_id and a.corp_id = l.corp
      and a.employee_id = ${employee === 'me' ? (ctx.actor.id ?? 0) : internalId(ctx, 'emp', employee)} and a.user_id = any(l.user_ids))`)
  const page = toPage(await rowsOf(ctx, sql.join(parts, sql` and `), limit + 1), limit, ({ id }) => ({ id }))
  return { items: page.items.map((row) => ({ ...common(ctx, row), variants: row.variants })), next: page.next }
}

/** The link's own channel or that of one of its places. */
const inChannels = (ctx: Context, ids: readonly number[]): RawBuilder<unknown> => sql`(l.channel_id = any(${[...ids]}::int[]) or exists (
  select from acquisition_variants v where v.tenant_id = ${ctx.tenantId} and v.link_id = l.id and v.deleted_at is null and v.channel_id = any(${[...ids]}::int[])))`

export async function readAcquisitionLink(ctx: Context, id: number): Promise<AcquisitionLink> {
  const [row] = await rowsOf(ctx, sql`l.id = ${id}`, 1)
  if (!row) throw notFound('acquisition_link')
  const file = (number: number) => publicId(ctx, 'fil', number)
  const chosen = await chooseWelcome(ctx, row)
  return {
    ...common(ctx, row),
    linkId: row.linkId,
    skipVerify: row.skipVerify,
    markSource: row.markSource,
    priority: row.priority && { kind: row.priority, employees: row.priorityPeople.map((one) => memberOf(ctx, one)) },
    welcome: row.welcome ? showWelcome(StoredWelcome.parse(row.welcome), file) : null,
    welcomeFrom: chosen?.from ?? null,
    greetedBy: chosen ? [] : await greetersOf(ctx),
    variants: await variantsOf(ctx, row),
    unavailableAt: row.unavailableAt?.toISOString() ?? null,
    goneAt: row.goneAt?.toISOString() ?? null,
    readAt: row.readAt?.toISOString() ?? null,
  }
}

const SyncError = z.object({ code: z.string(), message: z.string() })

const common = (ctx: Context, row: Row) => ({
  id: publicId(ctx, 'acl', row.id),
  name: row.name,
  corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
  channel: row.channelId === null ? null : { id: publicId(ctx, 'cha', row.channelId), name: row.channelName ?? '' },
  state: row.state,
  origin: row.origin,
  employees: row.people.map((one) => memberOf(ctx, one)),
  departments: row.departments.flatMap((one) => (one ? [{ id: publicId(ctx, 'dep', one.id), name: one.name }] : [])),
  tags: row.tags.map(({ id, name }) => ({ id: publicId(ctx, 'tag', id), name })),
  counts: {
    friends: row.friends,
    added: row.added,
    wrote: row.wrote,
    addedLately: row.addedLately,
    leftLately: row.leftLately,
    clicksLately: row.clicksLately,
  },
  url: row.url && row.mainState ? addressOf(row.url, row.mainState) : row.url,
  sync: {
    state: row.syncState,
    error: row.syncError === null ? null : SyncError.parse(row.syncError),
    at: row.syncedAt?.toISOString() ?? null,
  },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

/** Members outside our sight keep WeCom's name. */
const memberOf = (ctx: Context, { userId, id, name, avatar, left }: Person) => ({
  id: id === null ? userId : publicId(ctx, 'emp', id),
  name,
  avatar,
  left: left || id === null,
})

type VariantRow = {
  id: number
  name: string
  note: string | null
  channelId: number | null
  channelName: string | null
  isMain: boolean
  state: string
  added: number
  wrote: number
}

async function variantsOf(ctx: Context, { id, url }: Row): Promise<Variant[]> {
  const { rows } = await sql<VariantRow>`
    select v.id, v.name, v.note, v.channel_id, h.name as channel_name, v.is_main, v.state, count(a.id)::int as added, count(a.id) filter (where a.chat = 'wrote')::int as wrote
    from acquisition_variants v
      left join channels h on h.tenant_id = v.tenant_id and h.id = v.channel_id
      left join acquisition_customers a on a.tenant_id = v.tenant_id and a.variant_id = v.id
    where v.tenant_id = ${ctx.tenantId} and v.link_id = ${id} and v.deleted_at is null
    group by v.tenant_id, v.id, h.name order by v.is_main desc, v.id`.execute(ctx.db)
  return rows.map((row) => ({
    id: publicId(ctx, 'acv', row.id),
    name: row.name,
    note: row.note,
    channel: row.channelId === null ? null : { id: publicId(ctx, 'cha', row.channelId), name: row.channelName ?? '' },
    isMain: row.isMain,
    state: row.state,
    url: url && addressOf(url, row.state),
    shortUrl: shortOf(ctx, row.state),
    added: row.added,
    wrote: row.wrote,
  }))
}
