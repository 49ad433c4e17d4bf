// Customers on their way from one member to another (section 12 of the protocol notes): a day in which the customer may refuse.
import { emit, externalContactEvent } from '../callbacks/events.ts'
import { beginFollow, type Follow, findFollow, updateFollow } from './customers.ts'
import { findEmployee, listDepartments } from './directory.ts'
import { addMessage } from './messages.ts'
import { markTags, tagsOfFollow } from './tags.ts'
import { dayMs, now, publish, type World, worldAt } from './world.ts'

/** void: the relation had ended before the taker could have it, so nothing was handed over. */
export type TransferStatus = 'waiting' | 'done' | 'refused' | 'limit' | 'void'
export type Transfer = {
  id: number
  corpId: string
  kind: 'onjob' | 'resigned'
  handover: string
  takeover: string
  externalUserId: string
  status: TransferStatus
  message: string
  createdAt: number
  dueAt: number
  endedAt: number | undefined
}
type Row = {
  id: number
  corp_id: string
  kind: Transfer['kind']
  handover: string
  takeover: string
  external_userid: string
  status: TransferStatus
  message: string
  created_at: number
  due_at: number
  ended_at: number | null
}

const assignedByAdmin = 202

export type NewTransfer = Pick<Transfer, 'corpId' | 'kind' | 'handover' | 'takeover' | 'externalUserId' | 'message'>

export function beginTransfer(world: World, it: NewTransfer): void {
  const at = now(world)
  world.store.run(
    `INSERT INTO transfers (corp_id, kind, handover, takeover, external_userid, status, message, created_at, due_at) VALUES (?, ?, ?, ?, ?, 'waiting', ?, ?, ?)`,
    it.corpId,
    it.kind,
    it.handover,
    it.takeover,
    it.externalUserId,
    it.message,
    at,
    at + dayMs,
  )
  publish(world, { kind: 'friend', externalUserId: it.externalUserId, userId: it.handover })
}

export function findTransfer(world: World, id: number): Transfer | undefined {
  const row = world.store.get<Row>('SELECT * FROM transfers WHERE id = ?', id)
  return row && toTransfer(row)
}

export const waitingTransfers = (world: World, externalUserId: string): Transfer[] =>
  world.store
    .all<Row>(`SELECT * FROM transfers WHERE external_userid = ? AND status = 'waiting' ORDER BY id`, externalUserId)
    .map(toTransfer)

/** What counts against the two times in ninety days: refused ones were none. */
export const countTransfersSince = (world: World, corpId: string, handover: string, externalUserId: string, since: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM transfers WHERE external_userid = ?2 AND corp_id = ?1 AND kind = 'onjob' AND created_at > ?3
       AND (status = 'done' OR (status = 'waiting' AND handover = ?4))`,
    corpId,
    externalUserId,
    since,
    handover,
  )?.n ?? 0

/** The last word about each customer of the pair, oldest first. */
export const pageTransfers = (
  world: World,
  it: Pick<Transfer, 'corpId' | 'kind' | 'handover' | 'takeover'>,
  after: number,
  limit: number,
): Transfer[] =>
  world.store
    .all<Row>(
      `SELECT * FROM transfers WHERE id IN (SELECT max(id) FROM transfers WHERE corp_id = ? AND handover = ? AND takeover = ? AND kind = ? GROUP BY external_userid)
         AND id > ? ORDER BY id LIMIT ?`,
      it.corpId,
      it.handover,
      it.takeover,
      it.kind,
      after,
      limit,
    )
    .map(toTransfer)

/** Customers whom the API shows at this member: what the bound on a member's customers counts. */
export const countCustomersOf = (world: World, corpId: string, userId: string): number =>
  world.store.get<{ n: number }>(
    'SELECT count(*) AS n FROM follows WHERE corp_id = ? AND userid = ? AND member_side = 1 AND request IS NULL',
    corpId,
    userId,
  )?.n ?? 0

export type Unassigned = { id: number; userid: string; external_userid: string; left_at: number }

/** Customers of those who left and nobody takes yet; whoever left last comes first. */
export const pageUnassigned = (
  world: World,
  corpId: string,
  { after, offset, limit }: { after: { leftAt: number; id: number } | undefined; offset: number; limit: number },
): Unassigned[] =>
  world.store.all<Unassigned>(
    `SELECT follows.id, follows.userid, external_userid, left_at FROM follows JOIN employees USING (corp_id, userid)
       WHERE follows.corp_id = ?1 AND left_at IS NOT NULL AND member_side = 1 AND request IS NULL AND (left_at < ?2 OR (left_at = ?2 AND follows.id > ?3))
         AND NOT EXISTS (SELECT 1 FROM transfers WHERE transfers.external_userid = follows.external_userid AND handover = follows.userid AND transfers.status = 'waiting')
       ORDER BY left_at DESC, follows.id LIMIT ?4 OFFSET ?5`,
    corpId,
    after?.leftAt ?? Number.MAX_SAFE_INTEGER,
    after?.id ?? 0,
    limit,
    offset,
  )

/** The customer says no within the day: both stay as they were. */
export function refuseTransfer(world: World, it: Transfer): void {
  world.store.transaction(() => {
    end(world, it, 'refused')
    emit(world, it.corpId, externalContactEvent('transfer_fail', it.takeover, it.externalUserId, { FailReason: 'customer_refused' }))
  })
}

/** Whatever is due happens as of when it was due: neither a restart nor a moved clock leaves a customer on the way. */
export function settleTransfers(world: World): void {
  const due = world.store
    .all<Row>(`SELECT * FROM transfers WHERE status = 'waiting' AND due_at <= ? ORDER BY due_at, id`, now(world))
    .map(toTransfer)
  for (const it of due) world.store.transaction(() => takeOver(worldAt(world, new Date(it.dueAt)), it))
}

function takeOver(world: World, it: Transfer): void {
  const old = findFollow(world, it.corpId, it.handover, it.externalUserId)
  if (!old?.memberSide || !old.customerSide) {
    end(world, it, 'void')
    return
  }
  const known = findFollow(world, it.corpId, it.takeover, it.externalUserId)
  const wereFriends = known?.memberSide === true && known.customerSide && known.request === undefined
  const isFull = countCustomersOf(world, it.corpId, it.takeover) >= world.settings.limits.memberCustomers
  // The documents name two reasons only; a taker who left meanwhile can take nobody.
  if (!wereFriends && (isFull || !findEmployee(world, it.corpId, it.takeover))) {
    end(world, it, 'limit')
    const more = { FailReason: 'customer_limit_exceed' }
    emit(world, it.corpId, externalContactEvent('transfer_fail', it.takeover, it.externalUserId, more))
    return
  }
  const follow = wereFriends ? known : befriendTaker(world, it, old)
  markTags(world, follow.id, tagsOfFollow(world, old.id), [])
  endOldFriendship(world, old)
  end(world, it, 'done')
  const more = { Source: 'DELETE_BY_TRANSFER' }
  emit(world, it.corpId, externalContactEvent('del_external_contact', it.handover, it.externalUserId, more))
  if (!wereFriends) emit(world, it.corpId, externalContactEvent('add_external_contact', it.takeover, it.externalUserId))
  sayHello(world, it)
}

/** Remark and corp tags go along with the customer. */
function befriendTaker(world: World, it: Transfer, old: Follow): Follow {
  const fresh = beginFollow(world, {
    corpId: it.corpId,
    userId: it.takeover,
    externalUserId: it.externalUserId,
    memberSide: true,
    customerSide: true,
    request: undefined,
    addWay: assignedByAdmin,
    operUserId: listDepartments(world, it.corpId).find((department) => department.parentId === 0)?.leaders[0] ?? it.handover,
    state: '',
    createdAt: now(world),
  })
  const { remark, description, remarkCorpName, remarkMobiles } = old
  const follow = { ...fresh, remark, description, remarkCorpName, remarkMobiles }
  updateFollow(world, follow)
  return follow
}

function endOldFriendship(world: World, old: Follow): void {
  updateFollow(world, { ...old, memberSide: false, customerSide: false, request: undefined, personalTags: [] })
  world.store.run('DELETE FROM follow_tags WHERE follow_id = ?', old.id)
  publish(world, { kind: 'friend', externalUserId: old.externalUserId, userId: old.userId })
}

function sayHello(world: World, it: Transfer): void {
  const name = findEmployee(world, it.corpId, it.takeover)?.name ?? it.takeover
  const text = it.message || `您好，您的服务已升级，后续将由我${name}接替之前的同事，继续为您服务。`
  const shared = { corpId: it.corpId, userId: it.takeover, externalUserId: it.externalUserId, agentId: 0 }
  addMessage(world, { ...shared, sender: 'employee', source: 'system', kind: 'text', content: { text } })
}

function end(world: World, it: Transfer, status: TransferStatus): void {
  world.store.run('UPDATE transfers SET status = ?, ended_at = ? WHERE id = ?', status, now(world), it.id)
  publish(world, { kind: 'friend', externalUserId: it.externalUserId, userId: it.takeover })
}

const toTransfer = (row: Row): Transfer => ({
  id: row.id,
  corpId: row.corp_id,
  kind: row.kind,
  handover: row.handover,
  takeover: row.takeover,
  externalUserId: row.external_userid,
  status: row.status,
  message: row.message,
  createdAt: row.created_at,
  dueAt: row.due_at,
  endedAt: row.ended_at ?? undefined,
})
