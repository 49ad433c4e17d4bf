// The request log: what was asked, what was answered, without tokens and secrets.
import { now, publish, type World } from './world.ts'

export type Request = {
  id: number
  at: number
  corpId: string
  agentId: number
  method: string
  path: string
  status: number
  errcode: number
  ms: number
  ip: string
  request: string
  response: string
}
type Row = {
  id: number
  at: number
  corp_id: string
  agent_id: number
  method: string
  path: string
  status: number
  errcode: number
  ms: number
  ip: string
  request: string
  response: string
}

const kept = 20_000
const waiting = new WeakMap<World, Omit<Request, 'id'>[]>()

/** Written in batches a moment later: the log must not slow down what it watches. */
export function record(world: World, it: Omit<Request, 'id' | 'at'>): void {
  const batch = waiting.get(world) ?? []
  if (batch.length === 0) setTimeout(() => flushRequests(world), 200).unref()
  batch.push({ ...it, at: now(world), request: mask(it.request).slice(0, 4000), response: mask(it.response) })
  waiting.set(world, batch)
}

export function flushRequests(world: World): void {
  const batch = waiting.get(world) ?? []
  waiting.delete(world)
  if (batch.length === 0) return
  world.store.transaction(() => {
    for (const it of batch) {
      world.store.run(
        'INSERT INTO requests (at, corp_id, agent_id, method, path, status, errcode, ms, ip, request, response) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        it.at,
        it.corpId,
        it.agentId,
        it.method,
        it.path,
        it.status,
        it.errcode,
        it.ms,
        it.ip,
        it.request,
        it.response,
      )
    }
    world.store.run('DELETE FROM requests WHERE id < (SELECT max(id) FROM requests) - ?', kept)
  })
  publish(world, { kind: 'request' })
}

export type RequestFilter = {
  path?: string | undefined
  text?: string | undefined
  errcode?: number | undefined
  failed?: boolean | undefined
  after?: number | undefined
  limit: number
}

/** Newest first. */
export function listRequests(world: World, filter: RequestFilter): Request[] {
  flushRequests(world)
  const { path = null, text = null, errcode = null, failed = false, after = null, limit } = filter
  return world.store
    .all<Row>(
      `SELECT * FROM requests WHERE (? IS NULL OR path LIKE '%' || ? || '%') AND (? IS NULL OR request LIKE '%' || ? || '%' OR response LIKE '%' || ? || '%' OR path LIKE '%' || ? || '%')
         AND (? IS NULL OR errcode = ?) AND (? = 0 OR errcode <> 0 OR status >= 400) AND (? IS NULL OR id > ?) ORDER BY id DESC LIMIT ?`,
      path,
      path,
      text,
      text,
      text,
      text,
      errcode,
      errcode,
      Number(failed),
      after,
      after,
      limit,
    )
    .map((row) => ({ ...row, corpId: row.corp_id, agentId: row.agent_id }))
    .map(({ corp_id: _, agent_id: __, ...it }: Row & Request) => it)
}

const mask = (text: string): string => text.replace(/("(?:access_token|ticket|corpsecret|user_ticket)":")[^"]{6,}"/g, '$1…"')
