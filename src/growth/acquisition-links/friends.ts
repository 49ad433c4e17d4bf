import { sql } from 'kysely'
import { acquisitionLinkAdded, acquisitionLinkChatStarted, acquisitionLinkLeft } from '#growth/events.ts'
import { setFollowChannels } from '#management/customers/commands.ts'
import { tagCustomers } from '#management/tags/commands.ts'
import { employeeNames } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { type LinkFacts, linkOfState, propertiesOf } from './stored.ts'

/** A friendship as it is known here, with WeCom's names for both. */
export type Friendship = {
  externalUserid: string
  userId: string
  customerId: number
  employeeId: number
  addedAt: Date
  endedAt: Date | null
  endedBy: string | null
  state: string | null
}

/**
 * Friendships that came through a link, once each, however often and from whichever side they are told: the channel, the tags
 * and the fact come with the first telling. Gives those that were new.
 */
export const recordFriends = (ctx: Context, link: LinkFacts, friends: readonly Friendship[]): Promise<Friendship[]> =>
  inTransaction(ctx, async (ctx) => {
    if (friends.length === 0) return []
    const fresh = await insertFriends(ctx, link, friends)
    if (fresh.length === 0) return []
    const { channelId } = link
    if (channelId !== null)
      await setFollowChannels(
        ctx,
        fresh.map(({ customerId, employeeId }) => ({ customerId, employeeId, channelId })),
      )
    await tagFriends(ctx, link, fresh)
    const names = await employeeNames(
      ctx,
      fresh.map(({ employeeId }) => employeeId),
    )
    for (const { customerId, employeeId, addedAt } of fresh)
      emit(ctx, acquisitionLinkAdded, {
        customerId,
        at: addedAt,
        properties: { ...propertiesOf(link), employee: employeeId, employeeName: names.get(employeeId) ?? '', corp: link.corp },
      })
    // Over already when it became known.
    for (const one of fresh)
      if (one.endedAt && one.endedBy) await endFriendships(ctx, { ...one, at: one.endedAt, by: one.endedBy as 'customer' })
    return fresh
  })

async function insertFriends(ctx: Context, link: LinkFacts, friends: readonly Friendship[]): Promise<Friendship[]> {
  const { rows } = await sql<{ externalUserid: string; userId: string }>`
    insert into acquisition_customers (tenant_id, link_id, variant_id, external_userid, user_id, customer_id, employee_id, added_at)
    select ${ctx.tenantId}, ${link.id}, ${link.variant}, n."externalUserid", n."userId", n."customerId", n."employeeId", n."addedAt"
    from jsonb_to_recordset(${JSON.stringify(friends)}::jsonb)
      as n("externalUserid" text, "userId" text, "customerId" int, "employeeId" int, "addedAt" timestamptz)
    where not exists (
      select from acquisition_customers c join acquisition_links l on l.tenant_id = c.tenant_id and l.id = c.link_id
      where c.tenant_id = ${ctx.tenantId} and c.external_userid = n."externalUserid" and c.user_id = n."userId" and l.corp = ${link.corp}
        and (c.added_at >= n."addedAt" or (c.link_id = ${link.id} and (c.ended_at is null or c.ended_at >= n."addedAt"))))
    on conflict do nothing
    returning external_userid, user_id`.execute(ctx.db)
  const made = new Set(rows.map(nameOf))
  return friends.filter((one) => made.has(nameOf(one)))
}

const nameOf = ({ externalUserid, userId }: { externalUserid: string; userId: string }): string => `${externalUserid} ${userId}`

async function tagFriends(ctx: Context, link: LinkFacts, friends: readonly Friendship[]): Promise<void> {
  const tags = await ctx.db
    .selectFrom('acquisitionLinkTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('linkId', '=', link.id)
    .orderBy('tagId')
    .execute()
  const customers = friends.filter(({ endedAt }) => endedAt === null).map(({ customerId }) => customerId)
  for (const { tagId } of tags) await tagCustomers(ctx, tagId, customers, { source: 'acquisition_link' })
}

type End = { customerId: number; employeeId: number; at: Date; by: 'customer' | 'employee' | 'transfer' }

export async function endFriendships(ctx: Context, { customerId, employeeId, at, by }: End): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    update acquisition_customers c set ended_at = ${at}, ended_by = ${by}
    where c.tenant_id = ${ctx.tenantId} and c.customer_id = ${customerId} and c.employee_id = ${employeeId} and c.ended_at is null and c.added_at <= ${at}
    returning c.id`.execute(ctx.db)
  const ended = await tellersOf(
    ctx,
    rows.map(({ id }) => id),
  )
  for (const { link, employeeName, addedAt } of ended.values()) {
    const daysKept = Math.floor((at.getTime() - addedAt.getTime()) / 86_400_000)
    emit(ctx, acquisitionLinkLeft, {
      customerId,
      at,
      properties: { ...propertiesOf(link), employee: employeeId, employeeName, by, daysKept },
    })
  }
}

type Teller = { link: LinkFacts; customerId: number; employeeId: number; employeeName: string; addedAt: Date }

/** Rows with what events say of them. */
async function tellersOf(ctx: Context, ids: readonly number[]): Promise<Map<number, Teller>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<LinkFacts & Omit<Teller, 'link'> & { row: number }>`
    select c.id as row, l.id, l.corp, l.name, l.url, l.welcome, h.id as channel_id, h.name as channel_name, v.id as variant, v.name as variant_name,
      l.deleted_at, l.gone_at, c.customer_id, c.employee_id, c.added_at, coalesce(e.name, '') as employee_name
    from acquisition_customers c
      join acquisition_links l on l.tenant_id = c.tenant_id and l.id = c.link_id
      left join acquisition_variants v on v.tenant_id = c.tenant_id and v.id = c.variant_id
      left join channels h on h.tenant_id = l.tenant_id and h.id = coalesce(v.channel_id, l.channel_id)
      left join employees e on e.tenant_id = c.tenant_id and e.id = c.employee_id
    where c.tenant_id = ${ctx.tenantId} and c.id = any(${[...ids]}::bigint[])`.execute(ctx.db)
  return new Map(
    rows.map(({ row, customerId, employeeId, employeeName, addedAt, ...link }) => [
      row,
      { link, customerId, employeeId, employeeName, addedAt },
    ]),
  )
}

export type Chat = {
  externalUserid: string
  userId: string
  /** Null where only WeCom's list says that they wrote. */
  wroteAt: Date | null
  messages: number
}

/** Who wrote, by pairs of one corp; of one link where it is known. Gives how many friendships were meant, and how many are new in it. */
export const noteChats = (
  ctx: Context,
  { corp, link }: { corp: number; link?: number | undefined },
  chats: readonly Chat[],
): Promise<{ known: number; started: number }> =>
  inTransaction(ctx, async (ctx) => {
    if (chats.length === 0) return { known: 0, started: 0 }
    const { rows } = await sql<{ id: number; started: boolean; wroteAt: Date | null }>`
      with meant as (
        select distinct on (c.external_userid, c.user_id) c.id, c.chat as before, n."wroteAt", n.messages
        from jsonb_to_recordset(${JSON.stringify(chats)}::jsonb) as n("externalUserid" text, "userId" text, "wroteAt" timestamptz, messages int)
          join acquisition_customers c on c.tenant_id = ${ctx.tenantId} and c.external_userid = n."externalUserid" and c.user_id = n."userId"
          join acquisition_links l on l.tenant_id = c.tenant_id and l.id = c.link_id and l.corp = ${corp}
        where ${link === undefined ? sql`true` : sql`c.link_id = ${link}`}
        order by c.external_userid, c.user_id, c.added_at desc, c.id desc
      )
      update acquisition_customers c
      set chat = 'wrote', messages = greatest(c.messages, m.messages), wrote_at = least(c.wrote_at, m."wroteAt")
      from meant m where c.tenant_id = ${ctx.tenantId} and c.id = m.id
      returning c.id, m.before <> 'wrote' as started, m."wroteAt" as wrote_at`.execute(ctx.db)
    const started = rows.filter((row) => row.started)
    const tellers = await tellersOf(
      ctx,
      started.map(({ id }) => id),
    )
    for (const { id, wroteAt } of started) {
      const teller = tellers.get(id)
      if (!teller) continue
      const { link, customerId, employeeId, employeeName } = teller
      emit(ctx, acquisitionLinkChatStarted, {
        customerId,
        ...(wroteAt && { at: wroteAt }),
        properties: { ...propertiesOf(link), employee: employeeId, employeeName },
      })
    }
    return { known: rows.length, started: started.length }
  })

/** Friendships of a corp as they stand here, by WeCom's names; those whose beginning is not known yet are left out. */
export async function friendshipsOf(
  ctx: Context,
  corp: number,
  pairs: readonly { externalUserid: string; userId: string }[],
): Promise<Friendship[]> {
  if (pairs.length === 0) return []
  const { rows } = await sql<Friendship>`
    select w.external_userid, w.user_id, f.customer_id, f.employee_id, f.added_at, f.ended_at, f.ended_by, w.state
    from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as n("externalUserid" text, "userId" text)
      join wecom_follows w on w.tenant_id = ${ctx.tenantId} and w.corp = ${corp} and w.external_userid = n."externalUserid" and w.user_id = n."userId"
      join follows f on f.tenant_id = w.tenant_id and f.customer_id = w.customer_id and f.employee_id = w.employee_id
    where f.added_at is not null`.execute(ctx.db)
  return rows
}

export type Friend = { customerId: number; employeeId: number }

/** Where these people met. */
export async function corpsOfFriends(ctx: Context, friends: readonly Friend[]): Promise<number[]> {
  if (friends.length === 0) return []
  const { rows } = await sql<{ corp: number }>`
    select distinct w.corp from jsonb_to_recordset(${JSON.stringify(friends)}::jsonb) as n("customerId" int, "employeeId" int)
    join wecom_follows w on w.tenant_id = ${ctx.tenantId} and w.customer_id = n."customerId" and w.employee_id = n."employeeId"`.execute(
    ctx.db,
  )
  return rows.map(({ corp }) => corp)
}

/** The same of one customer and employee, whichever corps they met in. */
export async function friendshipsBetween(ctx: Context, { customerId, employeeId }: Friend): Promise<(Friendship & { corp: number })[]> {
  const { rows } = await sql<Friendship & { corp: number }>`
    select w.corp, w.external_userid, w.user_id, f.customer_id, f.employee_id, f.added_at, f.ended_at, f.ended_by, w.state
    from wecom_follows w join follows f on f.tenant_id = w.tenant_id and f.customer_id = w.customer_id and f.employee_id = w.employee_id
    where w.tenant_id = ${ctx.tenantId} and w.customer_id = ${customerId} and w.employee_id = ${employeeId} and f.added_at is not null`.execute(
    ctx.db,
  )
  return rows
}

/** What WeCom lists of a link: those who came without any place in the address are only known from here. */
export const applyListed = (
  ctx: Context,
  link: LinkFacts,
  listed: readonly { externalUserid: string; userId: string; state: string; chat: 'silent' | 'wrote' | 'unknown' }[],
): Promise<{ added: number; started: number }> =>
  inTransaction(ctx, async (ctx) => {
    const known = await friendshipsOf(ctx, link.corp, listed)
    let added = 0
    const states = new Map(listed.map((one) => [nameOf(one), one.state]))
    for (const [state, friends] of Map.groupBy(known, (one) => one.state || (states.get(nameOf(one)) ?? ''))) {
      const place = state === '' ? undefined : await linkOfState(ctx, state)
      // Came through another link since.
      if (place && place.id !== link.id) continue
      added += (await recordFriends(ctx, place ?? link, friends)).length
    }
    const wrote = listed.filter(({ chat }) => chat === 'wrote').map((one) => ({ ...one, wroteAt: null, messages: 0 }))
    const { started } = await noteChats(ctx, { corp: link.corp, link: link.id }, wrote)
    return { added, started }
  })
