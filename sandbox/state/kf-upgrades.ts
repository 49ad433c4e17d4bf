// Customer service that leads on to a friend: members and groups recommended to a customer, and what became of it.
import { z } from 'zod'
import { now, publish, type World } from './world.ts'

/** Whom the administrator lets be recommended. */
const Range = z.object({ userIds: z.array(z.string()), departments: z.array(z.int()), chatIds: z.array(z.string()) })
export type UpgradeRange = z.infer<typeof Range>

export function upgradeRange(world: World, corpId: string): UpgradeRange {
  const row = world.store.get<{ body: string }>('SELECT body FROM kf_upgrade_ranges WHERE corp_id = ?', corpId)
  return row ? Range.parse(JSON.parse(row.body)) : { userIds: [], departments: [], chatIds: [] }
}

export const saveUpgradeRange = (world: World, corpId: string, range: UpgradeRange): void => {
  world.store.run('INSERT OR REPLACE INTO kf_upgrade_ranges (corp_id, body) VALUES (?, ?)', corpId, JSON.stringify(range))
}

export type Upgrade = {
  id: number
  corpId: string
  openKfId: string
  externalUserId: string
  servicer: string
  /** One of the two is set. */
  userId: string
  chatId: string
  wording: string
  createdAt: number
  acceptedAt: number | undefined
}
type Row = {
  id: number
  corp_id: string
  open_kfid: string
  external_userid: string
  servicer: string
  userid: string
  chat_id: string
  wording: string
  created_at: number
  accepted_at: number | null
}

/** A newer recommendation takes the place of the one before. */
export function addUpgrade(world: World, it: Omit<Upgrade, 'id' | 'createdAt' | 'acceptedAt'>): void {
  cancelUpgrade(world, it.openKfId, it.externalUserId)
  world.store.run(
    'INSERT INTO kf_upgrades (corp_id, open_kfid, external_userid, servicer, userid, chat_id, wording, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    it.corpId,
    it.openKfId,
    it.externalUserId,
    it.servicer,
    it.userId,
    it.chatId,
    it.wording,
    now(world),
  )
  publish(world, { kind: 'message', externalUserId: it.externalUserId })
}

export function cancelUpgrade(world: World, openKfId: string, externalUserId: string): void {
  world.store.run(
    'UPDATE kf_upgrades SET cancelled_at = ? WHERE open_kfid = ? AND external_userid = ? AND cancelled_at IS NULL AND accepted_at IS NULL',
    now(world),
    openKfId,
    externalUserId,
  )
  publish(world, { kind: 'message', externalUserId })
}

/** What stands over the customer's talk now. */
export function openUpgrade(world: World, openKfId: string, externalUserId: string): Upgrade | undefined {
  const row = world.store.get<Row>(
    'SELECT * FROM kf_upgrades WHERE open_kfid = ? AND external_userid = ? AND cancelled_at IS NULL ORDER BY id DESC LIMIT 1',
    openKfId,
    externalUserId,
  )
  return row && toUpgrade(row)
}

export const acceptUpgrade = (world: World, it: Upgrade): void => {
  world.store.run('UPDATE kf_upgrades SET accepted_at = coalesce(accepted_at, ?) WHERE id = ?', now(world), it.id)
}

export const upgradesBetween = (world: World, accounts: string[], from: number, to: number): Upgrade[] =>
  world.store
    .all<Row>(
      'SELECT * FROM kf_upgrades WHERE open_kfid IN (SELECT value FROM json_each(?)) AND created_at >= ? AND created_at < ?',
      JSON.stringify(accounts),
      from,
      to,
    )
    .map(toUpgrade)

const toUpgrade = (row: Row): Upgrade => ({
  id: row.id,
  corpId: row.corp_id,
  openKfId: row.open_kfid,
  externalUserId: row.external_userid,
  servicer: row.servicer,
  userId: row.userid,
  chatId: row.chat_id,
  wording: row.wording,
  createdAt: row.created_at,
  acceptedAt: row.accepted_at ?? undefined,
})
