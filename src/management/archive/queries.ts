import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { readArchiveMessage } from '#connectors/wecom/archive/messages.ts'
import { findCustomers } from '#management/customers/queries.ts'
import { membersOf } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, encodeCursor, toPage } from '#platform/http/paging.ts'
import { may } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { mediaShown, storedMedia } from './media.ts'
import { nameOf, type PersonRow, personIn, personOf, talkVisible } from './people.ts'
import type { Consent, ConsentState, MessageItem, MessageList, MessageQuery, TalkDetail, TalkItem, TalkKind, TalkQuery } from './schema.ts'
import { maskPhones, textOf } from './words.ts'

type TalkRow = {
  id: number
  kind: TalkKind
  key: string
  name: string
  groupId: number | null
  corp: number
  corpName: string | null
  messages: number
  firstAt: Date
  lastAt: Date
  people: PersonRow[]
  peopleCount: number
  last: { type: string; body: unknown; sender: PersonRow; recalled: boolean } | null
  agreed: number
  refused: number
  unasked: number
  /** With all digits, which a Date has not. */
  sortKey: string
}

/** A room may have hundreds; a list shows the first few. */
const peopleShown = 4

/** Who talked last comes first. */
export async function listTalks(ctx: Context, query: TalkQuery): Promise<{ items: TalkItem[]; next: string | null }> {
  const after = decodeCursor(z.tuple([z.iso.datetime({ offset: true }), z.int()]), query.cursor)
  const beyond = after ? sql`and (t.last_at, t.id) < (${after[0]}::timestamptz, ${after[1]})` : sql``
  const rows = await selectTalks(
    ctx,
    sql`${await talksWhere(ctx, query)} ${beyond} order by t.last_at desc, t.id desc limit ${query.limit + 1}`,
  )
  const page = toPage(rows, query.limit, ({ sortKey, id }) => [sortKey, id])
  return { items: page.items.map((row) => talkItem(ctx, row)), next: page.next }
}

/** When somebody in these talks last said something; null where there are none. Says nothing of what it was. */
export async function lastSaid(ctx: Context, query: Omit<TalkQuery, 'cursor' | 'limit'>): Promise<string | null> {
  const { rows } = await sql<{ lastAt: Date | null }>`
    select max(t.last_at) as last_at from archive_talks t where ${await talksWhere(ctx, query)}`.execute(ctx.db)
  return rows[0]?.lastAt?.toISOString() ?? null
}

async function talksWhere(
  ctx: Context,
  { q, kind, employee, customer, corp }: Omit<TalkQuery, 'cursor' | 'limit'>,
): Promise<RawBuilder<boolean>> {
  const parts = [sql<boolean>`t.tenant_id = ${ctx.tenantId}`, talkVisible(ctx, 't.id')]
  const withPerson = (condition: RawBuilder<unknown>) =>
    sql<boolean>`exists (select from archive_people p where p.tenant_id = t.tenant_id and p.talk_id = t.id and ${condition})`
  if (kind) parts.push(sql`t.kind = ${kind}`)
  if (corp) parts.push(sql`t.corp = ${internalId(ctx, 'cor', corp)}`)
  if (employee) parts.push(withPerson(sql`p.employee_id = ${internalId(ctx, 'emp', employee)}`))
  if (customer) parts.push(withPerson(sql`p.customer_id = any(${await membersOf(ctx, internalId(ctx, 'cus', customer))}::int[])`))
  if (q) parts.push(await namedLike(ctx, q))
  return sql<boolean>`${sql.join(parts, sql` and `)}`
}

/** The name of a room or of somebody who takes part. */
async function namedLike(ctx: Context, q: string): Promise<RawBuilder<boolean>> {
  const customers = await findCustomers(ctx, q)
  return sql<boolean>`(position(lower(${q}) in lower(t.name)) > 0
    or t.id in (select p.talk_id from archive_people p join customers o on o.tenant_id = p.tenant_id and o.id = p.customer_id
      where p.tenant_id = ${ctx.tenantId} and o.canonical_id = any(${customers}::int[]))
    or t.id in (select p.talk_id from archive_people p join employees e on e.tenant_id = p.tenant_id and e.id = p.employee_id
      where p.tenant_id = ${ctx.tenantId} and position(lower(${q}) in lower(e.name)) > 0))`
}

async function selectTalks(ctx: Context, where: RawBuilder<unknown>): Promise<TalkRow[]> {
  const { rows } = await sql<TalkRow>`
    with chosen as materialized (select t.* from archive_talks t where ${where})
    select t.id, t.kind, t.key, t.name, t.group_id, t.corp, w.name as corp_name, t.messages, t.first_at, t.last_at,
      to_char(t.last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as sort_key,
      coalesce(f.people, '[]') as people, f.people_count, v.last, c.agreed, c.refused, c.unasked
    from chosen t left join wecom_corps w on w.tenant_id = t.tenant_id and w.id = t.corp
    left join lateral (
      select jsonb_agg(${personIn(ctx, 'p')} order by p.place) as people, max(p.total)::int as people_count
      from (select p.*, row_number() over (order by p.kind, p.member) as place, count(*) over () as total from archive_people p
        where p.tenant_id = t.tenant_id and p.talk_id = t.id order by p.kind, p.member limit ${peopleShown}) p
    ) f on true
    left join lateral (
      select jsonb_build_object('type', l.type, 'body', l.body, 'sender', ${personIn(ctx, 'l')}, 'recalled', l.recalled_at is not null) as last
      from (select m.tenant_id, m.type, m.body, m.recalled_at, m.sender as member, m.sender_kind as kind, m.employee_id, m.customer_id
        from archive_messages m where m.tenant_id = t.tenant_id and m.id = t.last_message) l
    ) v on true
    left join lateral (
      select (count(*) filter (where s.status = 'agreed'))::int as agreed, (count(*) filter (where s.status = 'refused'))::int as refused,
        (count(*) filter (where s.status = 'default' or s.status is null))::int as unasked
      from archive_people p left join archive_consents s on ${consentOf}
      where p.tenant_id = t.tenant_id and p.talk_id = t.id and p.kind = 'customer'
    ) c on true
    order by t.last_at desc, t.id desc`.execute(ctx.db)
  return rows
}

/** The consent of customer `p` in talk `t`: to the room, or to the colleague of a talk of two. */
const consentOf = sql`s.tenant_id = t.tenant_id and s.corp = t.corp and s.external_userid = p.member
  and s.room_id = case when t.kind = 'room' then t.key else '' end
  and (t.kind = 'room' or exists (select from archive_people o where o.tenant_id = t.tenant_id and o.talk_id = t.id and o.kind = 'employee' and o.member = s.user_id))`

const talkItem = (ctx: Context, row: TalkRow): TalkItem => ({
  id: publicId(ctx, 'art', row.id),
  kind: row.kind,
  name: row.name,
  groupId: row.groupId === null ? null : publicId(ctx, 'grp', row.groupId),
  corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
  people: row.people.map((person) => personOf(ctx, person)),
  peopleCount: row.peopleCount ?? 0,
  messages: row.messages,
  firstAt: row.firstAt.toISOString(),
  lastAt: row.lastAt.toISOString(),
  last: row.last && {
    type: row.last.type,
    text: shownText(ctx, textOf(row.last.body)).slice(0, 120),
    sender: nameOf(row.last.sender),
    recalled: row.last.recalled,
  },
  consent: { agreed: row.agreed ?? 0, refused: row.refused ?? 0, default: row.unasked ?? 0 },
})

/** Phone numbers whole only for those who may see them. */
export const shownText = (ctx: Context, text: string): string => (may(ctx, 'phone.reveal') ? text : maskPhones(text))

/** 404 for talks that are not there or in which nobody of the actor's data scope takes part. */
export async function readTalk(ctx: Context, id: number): Promise<TalkDetail> {
  const [row] = await selectTalks(ctx, sql`t.tenant_id = ${ctx.tenantId} and t.id = ${id} and ${talkVisible(ctx, 't.id')}`)
  if (!row) throw notFound('archive_talk')
  const { last: _, ...talk } = talkItem(ctx, row)
  return { ...talk, consents: await consentsOf(ctx, id) }
}

/** Of the customer in `p`. */
const customerName = sql`(select k.name from customers k where k.tenant_id = p.tenant_id
  and k.id = (select o.canonical_id from customers o where o.tenant_id = p.tenant_id and o.id = p.customer_id))`

async function consentsOf(ctx: Context, talk: number): Promise<Consent[]> {
  const { rows } = await sql<{ member: string; name: string | null; status: ConsentState; changedAt: Date | null; checkedAt: Date }>`
    select p.member, ${customerName} as name, s.status, s.changed_at, s.checked_at from archive_talks t
    join archive_people p on p.tenant_id = t.tenant_id and p.talk_id = t.id and p.kind = 'customer'
    join archive_consents s on ${consentOf}
    where t.tenant_id = ${ctx.tenantId} and t.id = ${talk}
    order by array_position(array['refused', 'agreed', 'default'], s.status), p.member limit 500`.execute(ctx.db)
  return rows.map(({ member, name, status, changedAt, checkedAt }) => ({
    member,
    name: name || member,
    status,
    changedAt: changedAt?.toISOString() ?? null,
    checkedAt: checkedAt.toISOString(),
  }))
}

type MessageRow = {
  id: number
  talkId: number
  corp: number
  type: string
  at: Date
  key: string
  body: Record<string, unknown>
  sender: PersonRow
  recalledAt: Date | null
  recalled: number | null
}

const Place = z.tuple([z.iso.datetime({ offset: true }), z.int()])

/** Messages of a talk in the order in which they were said. The talk's visibility is the caller's to check. */
export async function listMessages(ctx: Context, talk: number, query: MessageQuery): Promise<MessageList> {
  const { limit } = query
  const [earlier, later] = [decodeCursor(Place, query.earlier), decodeCursor(Place, query.later)]
  if (earlier) return toList(ctx, await messagesBefore(ctx, talk, earlier, limit + 1), limit, { laterIsMore: true })
  if (later) return toListLater(ctx, await messagesAfter(ctx, talk, later, limit + 1), limit)
  if (query.around) return around(ctx, talk, query.around, limit)
  return toList(ctx, await messagesBefore(ctx, talk, undefined, limit + 1), limit, { laterIsMore: false })
}

async function around(ctx: Context, talk: number, id: string, limit: number): Promise<MessageList> {
  const row = await ctx.db
    .selectFrom('archiveMessages')
    .select(['id', sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('key')])
    .where('tenantId', '=', ctx.tenantId)
    .where('talkId', '=', talk)
    .where('id', '=', internalId(ctx, 'arm', id))
    .executeTakeFirst()
  if (!row) throw notFound('archive_message')
  const half = Math.ceil(limit / 2)
  const place: [string, number] = [row.key, row.id]
  const [before, after] = await Promise.all([messagesBefore(ctx, talk, place, half + 1), messagesFrom(ctx, talk, place, half + 1)])
  const [first, second] = [toList(ctx, before, half, { laterIsMore: false }), toListLater(ctx, after, half)]
  const [one, other] = await Promise.all([first, second])
  return { items: [...one.items, ...other.items], earlier: one.earlier, later: other.later }
}

const keyOf = ({ key, id }: MessageRow): string => encodeCursor([key, id])

/** Rows come newest first, one too many. */
async function toList(ctx: Context, rows: MessageRow[], limit: number, { laterIsMore }: { laterIsMore: boolean }): Promise<MessageList> {
  const kept = rows.slice(0, limit).reverse()
  const [first, last] = [kept.at(0), kept.at(-1)]
  return {
    items: await messageItems(ctx, kept),
    earlier: rows.length > limit && first ? keyOf(first) : null,
    later: laterIsMore && last ? keyOf(last) : null,
  }
}

/** Rows come oldest first, one too many. */
async function toListLater(ctx: Context, rows: MessageRow[], limit: number): Promise<MessageList> {
  const kept = rows.slice(0, limit)
  const [first, last] = [kept.at(0), kept.at(-1)]
  return {
    items: await messageItems(ctx, kept),
    earlier: first ? keyOf(first) : null,
    later: rows.length > limit && last ? keyOf(last) : null,
  }
}

type Place = z.infer<typeof Place>

const messagesBefore = (ctx: Context, talk: number, place: Place | undefined, limit: number) =>
  selectMessages(
    ctx,
    sql`m.talk_id = ${talk} ${place ? sql`and (m.at, m.id) < (${place[0]}::timestamptz, ${place[1]})` : sql``} order by m.at desc, m.id desc limit ${limit}`,
    sql`desc`,
  )

const messagesAfter = (ctx: Context, talk: number, [at, id]: Place, limit: number) =>
  selectMessages(ctx, sql`m.talk_id = ${talk} and (m.at, m.id) > (${at}::timestamptz, ${id}) order by m.at, m.id limit ${limit}`, sql`asc`)

const messagesFrom = (ctx: Context, talk: number, [at, id]: Place, limit: number) =>
  selectMessages(ctx, sql`m.talk_id = ${talk} and (m.at, m.id) >= (${at}::timestamptz, ${id}) order by m.at, m.id limit ${limit}`, sql`asc`)

async function selectMessages(ctx: Context, where: RawBuilder<unknown>, way: RawBuilder<unknown>): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    with chosen as materialized (
      select m.*, m.sender as member, m.sender_kind as kind from archive_messages m where m.tenant_id = ${ctx.tenantId} and ${where}
    )
    select m.id, m.talk_id, m.corp, m.type, m.at, m.body, m.recalled_at, to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as key,
      ${personIn(ctx, 'm')} as sender, r.id as recalled
    from chosen m
    left join archive_messages r on m.recalls is not null and r.tenant_id = m.tenant_id and r.corp = m.corp and r.msgid = m.recalls
    order by m.at ${way}, m.id ${way}`.execute(ctx.db)
  return rows
}

async function messageItems(ctx: Context, rows: readonly MessageRow[]): Promise<MessageItem[]> {
  const stored = await storedMedia(ctx, rows)
  return rows.map((row) => ({
    id: publicId(ctx, 'arm', row.id),
    talkId: publicId(ctx, 'art', row.talkId),
    type: row.type,
    known: readArchiveMessage(row.body).known,
    at: row.at.toISOString(),
    sender: personOf(ctx, row.sender),
    body: shownBody(ctx, row.body),
    text: shownText(ctx, textOf(row.body)),
    media: mediaShown(ctx, row, stored),
    recalledAt: row.recalledAt?.toISOString() ?? null,
    recalls: row.recalled === null ? null : publicId(ctx, 'arm', row.recalled),
  }))
}

/** What a bubble needs: without the ids by which files are fetched, which open them to whoever holds the secret. */
function shownBody(ctx: Context, value: unknown): Record<string, unknown> {
  return (shown(ctx, value) ?? {}) as Record<string, unknown>
}

function shown(ctx: Context, value: unknown): unknown {
  if (typeof value === 'string') return shownText(ctx, value)
  if (Array.isArray(value)) return value.map((one) => shown(ctx, one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (key === 'sdkfileid' ? [] : [[key, shown(ctx, one)] as const])))
}

/** The talk of somebody who may see it; 404 otherwise. */
export async function visibleTalk(ctx: Context, id: number): Promise<void> {
  const { rows } =
    await sql`select from archive_talks t where t.tenant_id = ${ctx.tenantId} and t.id = ${id} and ${talkVisible(ctx, 't.id')}`.execute(
      ctx.db,
    )
  if (rows.length === 0) throw notFound('archive_talk')
}
