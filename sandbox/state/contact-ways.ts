// 「联系我」 codes.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Employee, listDepartments, listEmployees, subtree } from './directory.ts'
import { now, publish, type World } from './world.ts'

export const Conclusions = z.object({
  text: z.object({ content: z.string() }).optional(),
  image: z.object({ media_id: z.string().optional(), pic_url: z.string().optional() }).optional(),
  link: z.object({ title: z.string(), picurl: z.string().optional(), desc: z.string().optional(), url: z.string() }).optional(),
  miniprogram: z.object({ title: z.string(), pic_media_id: z.string(), appid: z.string(), page: z.string() }).optional(),
})
export type Conclusions = z.infer<typeof Conclusions>

/** Kept in the names of the protocol: the row is what the API gives back. */
export const ContactWayBody = z.object({
  type: z.number(),
  scene: z.number(),
  style: z.number().optional(),
  remark: z.string(),
  skip_verify: z.boolean(),
  state: z.string(),
  user: z.array(z.string()),
  party: z.array(z.number()),
  is_temp: z.boolean(),
  expires_in: z.number(),
  chat_expires_in: z.number(),
  unionid: z.string(),
  is_exclusive: z.boolean(),
  mark_source: z.boolean(),
  conclusions: Conclusions.optional(),
})
export type ContactWayBody = z.infer<typeof ContactWayBody>
export type ContactWay = {
  id: number
  corpId: string
  configId: string
  agentId: number
  body: ContactWayBody
  createdAt: number
  usedAt: number | undefined
}
type Row = { id: number; corp_id: string; config_id: string; agent_id: number; body: string; created_at: number; used_at: number | null }

export function createContactWay(world: World, corpId: string, agentId: number, body: ContactWayBody): ContactWay {
  const configId = randomBytes(16).toString('hex')
  const createdAt = now(world)
  const { lastId } = world.store.run(
    'INSERT INTO contact_ways (corp_id, config_id, agent_id, body, is_temp, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    corpId,
    configId,
    agentId,
    JSON.stringify(body),
    Number(body.is_temp),
    createdAt,
  )
  publish(world, { kind: 'code' })
  return { id: lastId, corpId, configId, agentId, body, createdAt, usedAt: undefined }
}

export function findContactWay(world: World, configId: string): ContactWay | undefined {
  const row = world.store.get<Row>('SELECT * FROM contact_ways WHERE config_id = ? AND deleted = 0', configId)
  return row && toContactWay(row)
}

export function updateContactWay(world: World, way: ContactWay, body: ContactWayBody): void {
  world.store.run('UPDATE contact_ways SET body = ? WHERE id = ?', JSON.stringify(body), way.id)
  publish(world, { kind: 'code' })
}

export function deleteContactWay(world: World, way: ContactWay): void {
  world.store.run('UPDATE contact_ways SET deleted = 1 WHERE id = ?', way.id)
  publish(world, { kind: 'code' })
}

export const markContactWayUsed = (world: World, way: ContactWay): void => {
  world.store.run('UPDATE contact_ways SET used_at = ? WHERE id = ?', now(world), way.id)
}

/** One quota for these codes and those that lead into groups; temporary ones stand outside. */
export const codeQuota = 500_000
export const countCodes = (world: World, corpId: string): number =>
  world.store.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM contact_ways WHERE corp_id = ?1 AND deleted = 0 AND is_temp = 0)
          + (SELECT count(*) FROM join_ways WHERE corp_id = ?1 AND deleted = 0) AS n`,
    corpId,
  )?.n ?? 0

/** Temporary codes are never listed. */
export const pageContactWays = (world: World, corpId: string, fromMs: number, toMs: number, afterId: number, limit: number): ContactWay[] =>
  world.store
    .all<Row>(
      'SELECT * FROM contact_ways WHERE corp_id = ? AND deleted = 0 AND is_temp = 0 AND created_at >= ? AND created_at <= ? AND id > ? ORDER BY id LIMIT ?',
      corpId,
      fromMs,
      toMs,
      afterId,
      limit,
    )
    .map(toContactWay)

export const newestContactWays = (world: World, corpId: string | undefined, limit: number): ContactWay[] =>
  world.store
    .all<Row>(
      'SELECT * FROM contact_ways WHERE deleted = 0 AND (? IS NULL OR corp_id = ?) ORDER BY id DESC LIMIT ?',
      corpId ?? null,
      corpId ?? null,
      limit,
    )
    .map(toContactWay)

/** Everybody behind a code, departments expanded. */
export function membersBehind(world: World, corpId: string, body: Pick<ContactWayBody, 'user' | 'party'>): Employee[] {
  const parties = subtree(listDepartments(world, corpId), body.party)
  return listEmployees(world, corpId).filter((it) => body.user.includes(it.userId) || it.departments.some((id) => parties.has(id)))
}

/** What a QR code says, and its picture: codes of employees, codes into groups, groups' own codes. */
export const codeUrl = (world: World, code: string): string => `${world.url}/q/${code}`
export const codeQrUrl = (world: World, code: string): string => `${world.url}/q/${code}.png`

const toContactWay = (row: Row): ContactWay => ({
  id: row.id,
  corpId: row.corp_id,
  configId: row.config_id,
  agentId: row.agent_id,
  body: ContactWayBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
  usedAt: row.used_at ?? undefined,
})
