// 「联系我」 codes.
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { type Employee, listDepartments, listEmployees, subtree } from './directory.ts'
import { type Document, documents } from './documents.ts'
import { now, type World } from './world.ts'

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
export type ContactWay = Document<ContactWayBody, 'configId'>

const contactWays = documents({ table: 'contact_ways', column: 'config_id', name: 'configId', body: ContactWayBody, kind: 'code' })

export const createContactWay = (world: World, corpId: string, agentId: number, body: ContactWayBody): ContactWay =>
  contactWays.add(world, corpId, randomBytes(16).toString('hex'), body, { agent_id: agentId, is_temp: Number(body.is_temp) })
export const { find: findContactWay, change: updateContactWay, remove: deleteContactWay, newest: newestContactWays } = contactWays

export const markContactWayUsed = (world: World, way: ContactWay): void => {
  world.store.run('UPDATE contact_ways SET used_at = ? WHERE id = ?', now(world), way.id)
}

/** A temporary code opens one conversation. */
export const isContactWayUsed = (world: World, { id }: ContactWay): boolean =>
  world.store.get('SELECT 1 FROM contact_ways WHERE id = ? AND used_at IS NOT NULL', id) !== undefined

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
  contactWays.where(
    world,
    'corp_id = ? AND is_temp = 0 AND created_at >= ? AND created_at <= ? AND id > ? ORDER BY id LIMIT ?',
    corpId,
    fromMs,
    toMs,
    afterId,
    limit,
  )

/** Everybody behind a code, departments expanded. */
export function membersBehind(world: World, corpId: string, body: Pick<ContactWayBody, 'user' | 'party'>): Employee[] {
  const parties = subtree(listDepartments(world, corpId), body.party)
  return listEmployees(world, corpId).filter((it) => body.user.includes(it.userId) || it.departments.some((id) => parties.has(id)))
}

/** What a QR code says, and its picture: codes of employees, codes into groups, groups' own codes. */
export const codeUrl = (world: World, code: string): string => `${world.url}/q/${code}`
export const codeQrUrl = (world: World, code: string): string => `${world.url}/q/${code}.png`
