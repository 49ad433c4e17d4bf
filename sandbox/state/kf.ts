// Customer service accounts: who answers for them, the links that lead to them.
import { freshId, freshSecret, now, publish, type World } from './world.ts'

export type KfAccount = { id: number; corpId: string; openKfId: string; name: string; mediaId: string; createdAt: number }
type AccountRow = { id: number; corp_id: string; open_kfid: string; name: string; media_id: string; created_at: number }
/** A member, or everybody of a department; status 0 answers, 1 has stopped. */
export type Servicer = { userId: string; departmentId: number; status: number }

export function addKfAccount(world: World, corpId: string, name: string, mediaId: string): string {
  const openKfId = freshId('wk')
  world.store.run(
    'INSERT INTO kf_accounts (corp_id, open_kfid, name, media_id, created_at) VALUES (?, ?, ?, ?, ?)',
    corpId,
    openKfId,
    name,
    mediaId,
    now(world),
  )
  publish(world, { kind: 'code' })
  return openKfId
}

export const listKfAccounts = (world: World, corpId: string): KfAccount[] =>
  world.store.all<AccountRow>('SELECT * FROM kf_accounts WHERE corp_id = ? AND deleted = 0 ORDER BY id', corpId).map(toAccount)

export function findKfAccount(world: World, openKfId: string): KfAccount | undefined {
  const row = world.store.get<AccountRow>('SELECT * FROM kf_accounts WHERE open_kfid = ? AND deleted = 0', openKfId)
  return row && toAccount(row)
}

export const updateKfAccount = (world: World, it: KfAccount): void => {
  world.store.run('UPDATE kf_accounts SET name = ?, media_id = ? WHERE open_kfid = ?', it.name, it.mediaId, it.openKfId)
}

export const deleteKfAccount = (world: World, openKfId: string): void => {
  world.store.run('UPDATE kf_accounts SET deleted = 1 WHERE open_kfid = ?', openKfId)
}

export const listServicers = (world: World, openKfId: string): Servicer[] =>
  world.store
    .all<{ userid: string; department_id: number; status: number }>(
      'SELECT * FROM kf_servicers WHERE open_kfid = ? ORDER BY department_id, userid',
      openKfId,
    )
    .map((row) => ({ userId: row.userid, departmentId: row.department_id, status: row.status }))

/** Whether something changed: adding and removing twice is like once. */
export const addServicer = (world: World, openKfId: string, userId: string, departmentId: number): boolean =>
  world.store.run('INSERT OR IGNORE INTO kf_servicers (open_kfid, userid, department_id) VALUES (?, ?, ?)', openKfId, userId, departmentId)
    .changes > 0

export const removeServicer = (world: World, openKfId: string, userId: string, departmentId: number): boolean =>
  world.store.run('DELETE FROM kf_servicers WHERE open_kfid = ? AND userid = ? AND department_id = ?', openKfId, userId, departmentId)
    .changes > 0

export const setServicerStatus = (world: World, openKfId: string, userId: string, status: number): void => {
  world.store.run(
    `INSERT INTO kf_servicers (open_kfid, userid, status) VALUES (?, ?, ?) ON CONFLICT (open_kfid, userid, department_id) DO UPDATE SET status = excluded.status`,
    openKfId,
    userId,
    status,
  )
}

export type KfWay = { code: string; openKfId: string; scene: string }

export function addKfWay(world: World, openKfId: string, scene: string): KfWay {
  const known = world.store.get<{ code: string }>('SELECT code FROM kf_ways WHERE open_kfid = ? AND scene = ?', openKfId, scene)
  if (known) return { code: known.code, openKfId, scene }
  const code = `kf${freshSecret(17).replace(/[^0-9a-zA-Z]/g, '0')}`
  world.store.run('INSERT INTO kf_ways (code, open_kfid, scene, created_at) VALUES (?, ?, ?, ?)', code, openKfId, scene, now(world))
  publish(world, { kind: 'code' })
  return { code, openKfId, scene }
}

export function findKfWay(world: World, code: string): KfWay | undefined {
  const row = world.store.get<{ open_kfid: string; scene: string }>('SELECT * FROM kf_ways WHERE code = ?', code)
  return row && { code, openKfId: row.open_kfid, scene: row.scene }
}

export const listKfWays = (world: World, corpId: string): KfWay[] =>
  world.store
    .all<{ code: string; open_kfid: string; scene: string }>(
      `SELECT w.code, w.open_kfid, w.scene FROM kf_ways w JOIN kf_accounts a ON a.open_kfid = w.open_kfid AND a.deleted = 0
       WHERE a.corp_id = ? ORDER BY w.created_at DESC`,
      corpId,
    )
    .map((row) => ({ code: row.code, openKfId: row.open_kfid, scene: row.scene }))

export const kfUrl = (world: World, way: KfWay): string => `${world.url}/kf/${way.code}${way.scene ? `?enc_scene=${way.scene}` : ''}`

const toAccount = (row: AccountRow): KfAccount => ({
  id: row.id,
  corpId: row.corp_id,
  openKfId: row.open_kfid,
  name: row.name,
  mediaId: row.media_id,
  createdAt: row.created_at,
})
