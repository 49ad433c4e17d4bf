// What is said to customer service accounts: sessions, messages, the codes and tokens that go with them.
import { emit } from '../callbacks/events.ts'
import { kfEvent } from '../callbacks/service-events.ts'
import type { KfAccount } from './kf.ts'
import { issueKfCode } from './kf-codes.ts'
import { beginSitting, endSittings, noteWord } from './kf-sittings.ts'
import { freshSecret, now, publish, type World } from './world.ts'

/** 0 new, 1 robot, 2 waiting pool, 3 a person, 4 ended or not begun. */
export type KfState = 0 | 1 | 2 | 3 | 4
export type KfSession = {
  openKfId: string
  externalUserId: string
  state: KfState
  servicer: string
  scene: string
  sceneParam: string
  enteredAt: number
  wroteAt: number | undefined
  sent: number
  /** The customer has had enough: what is sent fails on the customer's side. */
  rejectedAt: number | undefined
}
type SessionRow = {
  open_kfid: string
  external_userid: string
  state: KfState
  servicer: string
  scene: string
  scene_param: string
  entered_at: number
  wrote_at: number | null
  sent: number
  rejected_at: number | null
}
export const kfOrigins = { api: 0, customer: 3, system: 4, servicer: 5 } as const
export type KfOrigin = (typeof kfOrigins)[keyof typeof kfOrigins]
export type KfMessage = {
  id: number
  msgId: string
  corpId: string
  openKfId: string
  externalUserId: string
  origin: KfOrigin
  servicer: string
  msgtype: string
  body: Record<string, unknown>
  at: number
}
type MessageRow = {
  id: number
  msgid: string
  corp_id: string
  open_kfid: string
  external_userid: string
  origin: KfOrigin
  servicer: string
  msgtype: string
  body: string
  at: number
}

/** Of the documented kinds of failure the sandbox knows the one that lies with the customer. */
const failTypes = { rejected: 10 } as const
export const kfWindowMs = 48 * 3600_000

export function findKfSession(world: World, openKfId: string, externalUserId: string): KfSession | undefined {
  const row = world.store.get<SessionRow>('SELECT * FROM kf_sessions WHERE open_kfid = ? AND external_userid = ?', openKfId, externalUserId)
  return row && toSession(row)
}

/** Who waits for an answer (state 2) or gets one from a person (state 3), the longest waiting first. */
export const sessionsInHand = (world: World, openKfId: string, limit: number): KfSession[] =>
  world.store
    .all<SessionRow>(
      'SELECT * FROM kf_sessions WHERE open_kfid = ? AND state IN (2, 3) ORDER BY state, wrote_at, entered_at LIMIT ?',
      openKfId,
      limit,
    )
    .map(toSession)

export const sessionsOfCustomer = (world: World, externalUserId: string): KfSession[] =>
  world.store.all<SessionRow>('SELECT * FROM kf_sessions WHERE external_userid = ?', externalUserId).map(toSession)

export function saveKfSession(world: World, it: KfSession): void {
  world.store.run(
    `INSERT INTO kf_sessions (open_kfid, external_userid, state, servicer, scene, scene_param, entered_at, wrote_at, sent, rejected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (open_kfid, external_userid) DO UPDATE SET state = excluded.state, servicer = excluded.servicer, scene = excluded.scene,
       scene_param = excluded.scene_param, entered_at = excluded.entered_at, wrote_at = excluded.wrote_at, sent = excluded.sent,
       rejected_at = excluded.rejected_at`,
    it.openKfId,
    it.externalUserId,
    it.state,
    it.servicer,
    it.scene,
    it.sceneParam,
    it.enteredAt,
    it.wroteAt ?? null,
    it.sent,
    it.rejectedAt ?? null,
  )
}

/** The conversation goes on in another state, with whoever takes it up. */
export function moveKfSession(world: World, it: KfSession, state: KfState, servicer = ''): void {
  saveKfSession(world, { ...it, state, servicer })
  const sitting = { openKfId: it.openKfId, externalUserId: it.externalUserId, at: now(world) }
  if (state === 3) beginSitting(world, { ...sitting, servicer })
  if (state === 4) endSittings(world, sitting)
  publish(world, { kind: 'message', externalUserId: it.externalUserId })
}

export type NewKfMessage = Pick<KfMessage, 'externalUserId' | 'origin' | 'msgtype' | 'body'> & {
  msgId?: string | undefined
  servicer?: string
}

/** Whatever the API did not send itself is told to the receiver, who then pulls. */
export function addKfMessage(world: World, account: KfAccount, it: NewKfMessage): string {
  const msgId = it.msgId ?? freshSecret(32)
  world.store.run(
    'INSERT INTO kf_messages (msgid, corp_id, open_kfid, external_userid, origin, servicer, msgtype, body, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    msgId,
    account.corpId,
    account.openKfId,
    it.externalUserId,
    it.origin,
    it.servicer ?? '',
    it.msgtype,
    JSON.stringify(it.body),
    now(world),
  )
  publish(world, { kind: 'message', externalUserId: it.externalUserId })
  if (it.origin !== kfOrigins.api) emit(world, account.corpId, kfEvent(issueKfCode(world, 'token', account), account.openKfId))
  return msgId
}

export const addKfEvent = (world: World, account: KfAccount, externalUserId: string, event: Record<string, unknown>): string =>
  addKfMessage(world, account, {
    externalUserId,
    origin: kfOrigins.system,
    msgtype: 'event',
    body: { open_kfid: account.openKfId, ...event },
  })

/** Comes in through a link: a welcome code only for somebody who heard and said nothing for two days. */
export function enterKf(world: World, account: KfAccount, externalUserId: string, scene: string, sceneParam: string): KfSession {
  const at = now(world)
  const before = findKfSession(world, account.openKfId, externalUserId)
  const isQuiet = !before || (at - before.enteredAt > kfWindowMs && (before.wroteAt === undefined || at - before.wroteAt > kfWindowMs))
  const session: KfSession = {
    ...(before ?? { state: 4, servicer: '', wroteAt: undefined, sent: 0, rejectedAt: undefined }),
    openKfId: account.openKfId,
    externalUserId,
    scene,
    sceneParam,
    enteredAt: at,
  }
  saveKfSession(world, session)
  addKfEvent(world, account, externalUserId, {
    event_type: 'enter_session',
    external_userid: externalUserId,
    scene,
    scene_param: sceneParam,
    ...(isQuiet && { welcome_code: issueKfCode(world, 'welcome', account, externalUserId) }),
  })
  return session
}

/** An ended conversation begins anew with the customer's next word; five messages may be sent again. */
export function customerWrites(
  world: World,
  account: KfAccount,
  session: KfSession,
  msgtype: string,
  body: Record<string, unknown>,
): string {
  const { externalUserId } = session
  const state = session.state === 4 ? 0 : session.state
  saveKfSession(world, { ...session, state, servicer: state === 3 ? session.servicer : '', wroteAt: now(world), sent: 0 })
  const sitting = { openKfId: account.openKfId, externalUserId, servicer: '', at: now(world) }
  if (session.state === 4) beginSitting(world, sitting)
  noteWord(world, sitting)
  return addKfMessage(world, account, { externalUserId, origin: kfOrigins.customer, msgtype, body })
}

/** What the company sends: taken from the API at once, and told later to have failed where the customer wants nothing from here. */
export function companyWrites(
  world: World,
  account: KfAccount,
  session: KfSession,
  it: Pick<NewKfMessage, 'msgtype' | 'body' | 'msgId'>,
): string {
  const { externalUserId } = session
  if (session.rejectedAt === undefined) return addKfMessage(world, account, { ...it, externalUserId, origin: kfOrigins.api })
  const msgId = it.msgId ?? freshSecret(32)
  addKfEvent(world, account, externalUserId, {
    event_type: 'msg_send_fail',
    external_userid: externalUserId,
    fail_msgid: msgId,
    fail_type: failTypes.rejected,
  })
  return msgId
}

export const kfMessagesAfter = (
  world: World,
  corpId: string,
  openKfId: string | undefined,
  after: number,
  sinceMs: number,
  limit: number,
): KfMessage[] =>
  world.store
    .all<MessageRow>(
      'SELECT * FROM kf_messages WHERE corp_id = ? AND (? IS NULL OR open_kfid = ?) AND id > ? AND at >= ? ORDER BY id LIMIT ?',
      corpId,
      openKfId ?? null,
      openKfId ?? null,
      after,
      sinceMs,
      limit,
    )
    .map(toMessage)

export const kfTalk = (world: World, openKfId: string, externalUserId: string, limit: number): KfMessage[] =>
  world.store
    .all<MessageRow>(
      'SELECT * FROM kf_messages WHERE external_userid = ? AND open_kfid = ? ORDER BY id DESC LIMIT ?',
      externalUserId,
      openKfId,
      limit,
    )
    .map(toMessage)
    .reverse()

export function lastKfWord(world: World, openKfId: string, externalUserId: string): KfMessage | undefined {
  const row = world.store.get<MessageRow>(
    `SELECT * FROM kf_messages WHERE external_userid = ? AND open_kfid = ? AND msgtype <> 'event' ORDER BY id DESC LIMIT 1`,
    externalUserId,
    openKfId,
  )
  return row && toMessage(row)
}

export function findKfMessage(world: World, msgId: string): KfMessage | undefined {
  const row = world.store.get<MessageRow>('SELECT * FROM kf_messages WHERE msgid = ?', msgId)
  return row && toMessage(row)
}

const toSession = (row: SessionRow): KfSession => ({
  openKfId: row.open_kfid,
  externalUserId: row.external_userid,
  state: row.state,
  servicer: row.servicer,
  scene: row.scene,
  sceneParam: row.scene_param,
  enteredAt: row.entered_at,
  wroteAt: row.wrote_at ?? undefined,
  sent: row.sent,
  rejectedAt: row.rejected_at ?? undefined,
})

const toMessage = (row: MessageRow): KfMessage => ({
  id: row.id,
  msgId: row.msgid,
  corpId: row.corp_id,
  openKfId: row.open_kfid,
  externalUserId: row.external_userid,
  origin: row.origin,
  servicer: row.servicer,
  msgtype: row.msgtype,
  body: JSON.parse(row.body) as Record<string, unknown>,
  at: row.at,
})
