// The request log: what was asked, what was answered, without tokens and secrets.
import { now, publish, type World } from './world.ts'

export type Request = {
  id: number
  /** What a refusal quotes as its hint, and every answer in its X-Request-Id. */
  requestId: string
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
type Row = Omit<Request, 'corpId' | 'agentId' | 'requestId'> & { corp_id: string; agent_id: number; request_id: string }

const kept = 20_000
/** A longer body is kept up to here, and ends in an ellipsis. */
export const bodyMost = 8000
const waiting = new WeakMap<World, Omit<Request, 'id'>[]>()

/** Written in batches a moment later: the log must not slow down what it watches. */
export function record(world: World, it: Omit<Request, 'id' | 'at'>): void {
  const batch = waiting.get(world) ?? []
  if (batch.length === 0) setTimeout(() => flushRequests(world), 200).unref()
  batch.push({ ...it, at: now(world), request: shortened(it.request), response: shortened(it.response) })
  waiting.set(world, batch)
}

export function flushRequests(world: World): void {
  const batch = waiting.get(world) ?? []
  waiting.delete(world)
  if (batch.length === 0) return
  world.store.transaction(() => {
    for (const it of batch) {
      world.store.run(
        'INSERT INTO requests (at, corp_id, agent_id, method, path, status, errcode, ms, ip, request, response, request_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
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
        it.requestId,
      )
    }
    world.store.run('DELETE FROM requests WHERE id < (SELECT max(id) FROM requests) - ?', kept)
  })
  publish(world, { kind: 'request' })
}

export type RequestFilter = {
  corp?: string | undefined
  path?: string | undefined
  /** Anywhere in path, request, answer, or the whole request id. */
  text?: string | undefined
  request?: string | undefined
  errcode?: number | undefined
  failed?: boolean | undefined
  after?: number | undefined
  before?: number | undefined
  limit: number
}

/** Newest first. */
export function listRequests(world: World, filter: RequestFilter): Request[] {
  flushRequests(world)
  return world.store
    .all<Row>(
      `SELECT * FROM requests WHERE (?1 IS NULL OR corp_id = ?1) AND (?2 IS NULL OR path LIKE '%' || ?2 || '%')
         AND (?3 IS NULL OR request LIKE '%' || ?3 || '%' OR response LIKE '%' || ?3 || '%' OR path LIKE '%' || ?3 || '%' OR request_id = ?3)
         AND (?4 IS NULL OR request_id = ?4) AND (?5 IS NULL OR errcode = ?5) AND (?6 = 0 OR errcode <> 0 OR status >= 400)
         AND (?7 IS NULL OR id > ?7) AND (?8 IS NULL OR id < ?8) ORDER BY id DESC LIMIT ?9`,
      filter.corp ?? null,
      filter.path ?? null,
      filter.text ?? null,
      filter.request ?? null,
      filter.errcode ?? null,
      Number(filter.failed ?? false),
      filter.after ?? null,
      filter.before ?? null,
      filter.limit,
    )
    .map(toRequest)
}

export function findRequest(world: World, id: number): Request | undefined {
  flushRequests(world)
  const row = world.store.get<Row>('SELECT * FROM requests WHERE id = ?', id)
  return row && toRequest(row)
}

const toRequest = ({ corp_id: corpId, agent_id: agentId, request_id: requestId, ...it }: Row): Request => ({
  ...it,
  corpId,
  agentId,
  requestId,
})

const shortened = (text: string): string => {
  const masked = mask(text)
  return masked.length > bodyMost ? `${masked.slice(0, bodyMost)}…` : masked
}

const mask = (text: string): string => text.replace(/("(?:access_token|ticket|corpsecret|user_ticket)":")[^"]{6,}"/g, '$1…"')
