// 获客链接: links that lead to a friendship, and the quota each new friend takes one of.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { acquisitionEvent } from '../callbacks/acquisition-events.ts'
import { emit } from '../callbacks/events.ts'
import type { Follow } from './customers.ts'
import { dayMs, freshSecret, now, publish, toSeconds, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const LinkBody = z.object({
  link_name: z.string(),
  range: z.object({ user_list: z.array(z.string()), department_list: z.array(z.number()) }),
  skip_verify: z.boolean(),
  mark_source: z.boolean(),
  priority_option: z.object({ priority_type: z.number(), priority_userid_list: z.array(z.string()) }).optional(),
})
export type LinkBody = z.infer<typeof LinkBody>
export type Link = {
  id: number
  corpId: string
  linkId: string
  agentId: number
  code: string
  body: LinkBody
  createdAt: number
  unavailableAt: number | undefined
}
type LinkRow = {
  id: number
  corp_id: string
  link_id: string
  agent_id: number
  code: string
  body: string
  created_at: number
  unavailable_at: number | null
}

export function createLink(world: World, corpId: string, agentId: number, body: LinkBody): Link {
  const link = { corpId, linkId: `caw${randomBytes(8).toString('hex')}`, agentId, code: freshSecret(12), body, createdAt: now(world) }
  const { lastId } = world.store.run(
    'INSERT INTO acquisition_links (corp_id, link_id, agent_id, code, body, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    corpId,
    link.linkId,
    agentId,
    link.code,
    JSON.stringify(body),
    link.createdAt,
  )
  publish(world, { kind: 'code' })
  return { ...link, id: lastId, unavailableAt: undefined }
}

/** A link with other people behind it may work again. */
export function updateLink(world: World, link: Link, body: LinkBody): void {
  world.store.run('UPDATE acquisition_links SET body = ?, unavailable_at = NULL WHERE id = ?', JSON.stringify(body), link.id)
  publish(world, { kind: 'code' })
}

export function deleteLink(world: World, link: Link): void {
  world.store.run('UPDATE acquisition_links SET deleted = 1 WHERE id = ?', link.id)
  publish(world, { kind: 'code' })
}

/** Told once: nobody is left who could take a customer. */
export function markUnavailable(world: World, link: Link): void {
  if (link.unavailableAt !== undefined) return
  world.store.run('UPDATE acquisition_links SET unavailable_at = ? WHERE id = ?', now(world), link.id)
  emit(world, link.corpId, acquisitionEvent('link_unavailable', { LinkId: link.linkId }))
}

export function findLink(world: World, linkId: string): Link | undefined {
  const row = world.store.get<LinkRow>('SELECT * FROM acquisition_links WHERE link_id = ? AND deleted = 0', linkId)
  return row && toLink(row)
}

export function findLinkByCode(world: World, code: string): Link | undefined {
  const row = world.store.get<LinkRow>('SELECT * FROM acquisition_links WHERE code = ? AND deleted = 0', code)
  return row && toLink(row)
}

export const countLinks = (world: World, corpId: string): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM acquisition_links WHERE corp_id = ? AND deleted = 0', corpId)?.n ?? 0

export const pageLinks = (world: World, corpId: string, agentId: number, after: number, limit: number): Link[] =>
  world.store
    .all<LinkRow>(
      'SELECT * FROM acquisition_links WHERE corp_id = ? AND agent_id = ? AND deleted = 0 AND id > ? ORDER BY id LIMIT ?',
      corpId,
      agentId,
      after,
      limit,
    )
    .map(toLink)

export const newestLinks = (world: World, corpId: string | undefined, limit: number): Link[] =>
  world.store
    .all<LinkRow>(
      'SELECT * FROM acquisition_links WHERE deleted = 0 AND (?1 IS NULL OR corp_id = ?1) ORDER BY id DESC LIMIT ?2',
      corpId ?? null,
      limit,
    )
    .map(toLink)

export const linkUrl = (world: World, link: Link): string => `${world.url}/ca/${link.code}`

export const recordClick = (world: World, link: Link, externalUserId: string): void => {
  const sql = 'INSERT INTO acquisition_clicks (link_id, external_userid, at) VALUES (?, ?, ?)'
  world.store.run(sql, link.linkId, externalUserId, now(world))
}

export type Acquired = {
  id: number
  link_id: string
  userid: string
  external_userid: string
  state: string
  added_at: number | null
  said: number
}

/** Asked, and not yet counted: confirming counts. A friendship that begins again by another link belongs to that one. */
export const beginAcquired = (world: World, link: Link, userId: string, externalUserId: string, state: string): void => {
  world.store.run(
    `INSERT INTO acquired (link_id, corp_id, userid, external_userid, state) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, userid, external_userid) DO UPDATE SET link_id = excluded.link_id, state = excluded.state, added_at = NULL, said = 0`,
    link.linkId,
    link.corpId,
    userId,
    externalUserId,
    state,
  )
}

const findAcquired = (world: World, corpId: string, userId: string, externalUserId: string): Acquired | undefined =>
  world.store.get<Acquired>(
    'SELECT * FROM acquired WHERE corp_id = ? AND userid = ? AND external_userid = ?',
    corpId,
    userId,
    externalUserId,
  )

/** Both are friends now: one of the quota is gone. */
export function countAcquired(world: World, { corpId, userId, externalUserId }: Follow): void {
  const it = findAcquired(world, corpId, userId, externalUserId)
  if (!it || it.added_at !== null) return
  world.store.run('UPDATE acquired SET added_at = ? WHERE id = ?', now(world), it.id)
  takeOne(world, corpId)
}

export const pageAcquired = (world: World, linkId: string, after: number, limit: number): Acquired[] =>
  world.store.all<Acquired>(
    'SELECT * FROM acquired WHERE link_id = ? AND added_at IS NOT NULL AND id > ? ORDER BY id LIMIT ?',
    linkId,
    after,
    limit,
  )

export const countBetween = (world: World, linkId: string, from: number, to: number): { clicked: number; added: number } =>
  world.store.get<{ clicked: number; added: number }>(
    `SELECT (SELECT count(DISTINCT external_userid) FROM acquisition_clicks WHERE link_id = ?1 AND at >= ?2 AND at < ?3) AS clicked,
            (SELECT count(*) FROM acquired WHERE link_id = ?1 AND added_at >= ?2 AND added_at < ?3) AS added`,
    linkId,
    from,
    to,
  ) ?? { clicked: 0, added: 0 }

const chatKeyLifeMs = 30 * 60_000

/** The customer wrote to whom the link led to: told each time, with a key to the counts of their talk. */
export function heardFromCustomer(world: World, corpId: string, userId: string, externalUserId: string): void {
  const it = findAcquired(world, corpId, userId, externalUserId)
  if (!it || it.added_at === null) return
  const said = it.said + 1
  const who = { UserID: userId, ExternalUserID: externalUserId }
  const chatKey = freshSecret(43)
  world.store.run('UPDATE acquired SET said = ? WHERE id = ?', said, it.id)
  const sql = 'INSERT INTO chat_keys (chat_key, acquired_id, said, expires_at) VALUES (?, ?, ?, ?)'
  world.store.run(sql, chatKey, it.id, said, now(world) + chatKeyLifeMs)
  if (said === 1) emit(world, corpId, acquisitionEvent('customer_start_chat', who))
  emit(world, corpId, acquisitionEvent('message_from_customer', { ...who, LinkId: it.link_id, ChatSeq: said, ChatKey: chatKey }))
}

export const findByChatKey = (world: World, corpId: string, chatKey: string): Acquired | undefined =>
  world.store.get<Acquired>(
    'SELECT acquired.* FROM chat_keys JOIN acquired ON acquired.id = acquired_id WHERE chat_key = ? AND corp_id = ? AND expires_at > ?',
    chatKey,
    corpId,
    now(world),
  )

export type Quota = { id: number; total: number; balance: number; expires_at: number }
const firstQuota = 1000
const lowAt = 20

/** What is not yet expired; a company that never bought any begins with a thousand for a year. */
export function quotasOf(world: World, corpId: string): Quota[] {
  if (!world.store.get('SELECT 1 FROM acquisition_quotas WHERE corp_id = ? LIMIT 1', corpId)) addQuota(world, corpId, firstQuota, 365)
  return world.store.all<Quota>(
    'SELECT * FROM acquisition_quotas WHERE corp_id = ? AND expires_at > ? ORDER BY expires_at, id',
    corpId,
    now(world),
  )
}

export const balanceOf = (world: World, corpId: string): number => quotasOf(world, corpId).reduce((sum, it) => sum + it.balance, 0)

function addQuota(world: World, corpId: string, total: number, days: number): void {
  const sql = 'INSERT INTO acquisition_quotas (corp_id, total, balance, expires_at) VALUES (?, ?, ?, ?)'
  world.store.run(sql, corpId, total, total, now(world) + days * dayMs)
}

export function buyQuota(world: World, corpId: string, total: number, days: number): void {
  const before = balanceOf(world, corpId)
  addQuota(world, corpId, total, days)
  if (before === 0) emit(world, corpId, acquisitionEvent('balance_increased'))
}

export const forgetQuotas = (world: World, corpId: string): void => {
  world.store.run('UPDATE acquisition_quotas SET balance = 0, expires_at = min(expires_at, ?) WHERE corp_id = ?', now(world), corpId)
}

/** What ends first is used first. */
function takeOne(world: World, corpId: string): void {
  const before = balanceOf(world, corpId)
  const first = quotasOf(world, corpId).find((it) => it.balance > 0)
  if (!first) return
  world.store.run('UPDATE acquisition_quotas SET balance = balance - 1 WHERE id = ?', first.id)
  if (before === 1) emit(world, corpId, acquisitionEvent('balance_exhausted'))
  else if (before === lowAt) emit(world, corpId, acquisitionEvent('balance_low'))
}

const warnings = [1, 2, 3, 7, 14]

/** 14, 7, 3, 2 and 1 days before the end, each told once. */
export function warnOfQuotasEnding(world: World): void {
  const at = now(world)
  const ending = world.store.all<Quota & { corp_id: string; warned_days: number | null }>(
    'SELECT * FROM acquisition_quotas WHERE balance > 0 AND expires_at > ?1 AND expires_at <= ?2 AND (warned_days IS NULL OR warned_days > 1)',
    at,
    at + 14 * dayMs,
  )
  for (const it of ending) {
    const step = warnings.find((days) => it.expires_at - at <= days * dayMs)
    if (step === undefined || (it.warned_days !== null && it.warned_days <= step)) continue
    world.store.transaction(() => {
      world.store.run('UPDATE acquisition_quotas SET warned_days = ? WHERE id = ?', step, it.id)
      const more = { ExpireTime: toSeconds(it.expires_at), ExpireQuotaNum: it.balance }
      emit(world, it.corp_id, acquisitionEvent('quota_expire_soon', more))
    })
  }
}

const toLink = (row: LinkRow): Link => ({
  id: row.id,
  corpId: row.corp_id,
  linkId: row.link_id,
  agentId: row.agent_id,
  code: row.code,
  body: LinkBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
  unavailableAt: row.unavailable_at ?? undefined,
})
