import { appError } from '#platform/errors.ts'
import { accessToken, replaceToken } from './access.ts'
import type { WecomApp } from './connection.ts'
import { type EndpointName, endpointOf, type RequestOf, type ResponseOf } from './endpoints/catalogue.ts'
import { errorCode } from './error-codes.ts'
import { blockMs, WecomError, WecomUnreachable } from './errors.ts'
import { readLeniently } from './lenient.ts'
import { addressBounds, boundsOf, type Lane, longestWaitMs } from './limits.ts'
import { multipart, type Upload } from './multipart.ts'
import { checkLimits, checkSpan } from './request-limits.ts'
import { exchange, type Incoming } from './transport.ts'
import { withoutNull } from './without-null.ts'

export type CallInput<Name extends EndpointName> = {
  query?: RequestOf<Name>
  body?: RequestOf<Name>
  multipart?: Upload
}

export type CallOptions = { lane?: Lane; requestId?: string | undefined; signal?: AbortSignal | undefined; timeoutMs?: number }

/** Tries of one call, the first included. */
const tries = 4

/**
 * One call of WeCom's API: waits for the budget, brings the token, tries again where that does no harm, and gives the typed
 * answer or a `WecomError` that says what to do.
 */
export async function callWecom<Name extends EndpointName>(
  app: WecomApp,
  endpoint: Name,
  input: CallInput<Name> = {},
  options: CallOptions = {},
): Promise<ResponseOf<Name>> {
  const request = { ...(input.query as object), ...(input.body as object) }
  checkLimits(endpoint, endpointOf(endpoint).limits, request)
  checkSpan(endpoint, endpointOf(endpoint).span, request)
  const { json } = await perform(app, endpoint, input, options)
  return understood(app, endpoint, json) as ResponseOf<Name>
}

export type Download = { bytes: Buffer; contentType: string; fileName: string | undefined }

/** The same for endpoints that answer with a file. */
export async function downloadWecom<Name extends EndpointName>(
  app: WecomApp,
  endpoint: Name,
  query: RequestOf<Name>,
  options: CallOptions = {},
): Promise<Download> {
  const { incoming } = await perform(app, endpoint, { query }, options)
  const disposition = incoming.headers.get('content-disposition') ?? ''
  return {
    bytes: incoming.bytes,
    contentType: incoming.headers.get('content-type') ?? 'application/octet-stream',
    // Header values arrive as Latin-1; the name inside is raw UTF-8.
    fileName: /filename="?([^";]+)/.exec(Buffer.from(disposition, 'latin1').toString('utf8'))?.[1],
  }
}

type Done = { incoming: Incoming; json: Record<string, unknown> }

async function perform(app: WecomApp, endpoint: EndpointName, input: CallInput<EndpointName>, options: CallOptions): Promise<Done> {
  const { connection } = app
  const { repeatable = false, parallel } = endpointOf(endpoint)
  let token = await accessToken(app, options)
  let renewed = false
  for (let attempt = 1; ; attempt++) {
    await waitForBudget(app, endpoint, options)
    const lane = options.lane ?? 'bulk'
    const result = await connection.lanes.run(laneName(app, endpoint), lane, parallel, () =>
      attemptOnce(app, endpoint, token, input, options),
    )
    if (!(result instanceof Error)) return result
    const next = await reactionTo(app, endpoint, result, { attempt, renewed, repeatable })
    if (next === 'give_up') throw result
    if (next === 'renew') {
      token = await replaceToken(app, token, options)
      renewed = true
    } else await connection.sleep(next.waitMs, options.signal)
  }
}

type Next = 'give_up' | 'renew' | { waitMs: number }
type Situation = { attempt: number; renewed: boolean; repeatable: boolean }

/** What was refused may be asked again; what may have happened only when twice is like once. */
async function reactionTo(
  app: WecomApp,
  endpoint: EndpointName,
  error: WecomError | WecomUnreachable,
  situation: Situation,
): Promise<Next> {
  const { attempt, renewed, repeatable } = situation
  const reaction = error instanceof WecomError ? error.reaction : 'retry'
  if (reaction === 'refresh_token') return renewed ? 'give_up' : 'renew'
  if (error instanceof WecomError && reaction === 'back_off') await pauseApi(app, endpoint, error)
  if (reaction === 'slow_down') app.connection.lanes.slowDown(laneName(app, endpoint))
  const again = reaction === 'slow_down' || (reaction === 'retry' && repeatable)
  return again && attempt < tries ? { waitMs: jittered(attempt) } : 'give_up'
}

/** A refusal comes back as a value: the caller decides, the lane is free meanwhile. */
async function attemptOnce(
  app: WecomApp,
  endpoint: EndpointName,
  token: string,
  input: CallInput<EndpointName>,
  options: CallOptions,
): Promise<Done | WecomError | WecomUnreachable> {
  const { connection } = app
  const startedAt = performance.now()
  const facts = { endpoint, corpId: app.corpId, requestId: options.requestId, ...subjectOf(input) }
  try {
    const incoming = await exchange({
      endpoint,
      ...outgoing(app, endpoint, token, input),
      timeoutMs: options.timeoutMs ?? connection.timeoutMs,
      signal: options.signal,
    })
    const json = jsonOf(endpoint, incoming)
    const errcode = Number(json.errcode ?? 0)
    const errmsg = String(json.errmsg ?? '')
    const milliseconds = Math.round(performance.now() - startedAt)
    connection.log.debug({ ...facts, errcode, milliseconds, ...(errcode !== 0 && { why: errmsg }) }, 'wecom call')
    if (errcode === 0) return { incoming, json }
    const { reaction } = errorCode(errcode)
    const retryAfterMs = reaction === 'back_off' ? blockMs(errmsg, connection.now().getTime()) : undefined
    return new WecomError({ endpoint, errcode, errmsg, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  } catch (error) {
    if (!(error instanceof WecomUnreachable)) throw error
    connection.log.warn({ ...facts, milliseconds: Math.round(performance.now() - startedAt), why: error.message }, 'wecom unreachable')
    return error
  }
}

/** Whom a call is about, so that support finds it; of a list the first stands for all. */
function subjectOf({ query, body }: CallInput<EndpointName>): { externalUserId?: string; userId?: string } {
  const given: Record<string, unknown> = { ...(query as object), ...(body as object) }
  const named = (...names: string[]) => names.map((name) => [given[name]].flat()[0]).find((one) => typeof one === 'string')
  const externalUserId = named('external_userid', 'external_userid_list') as string | undefined
  const userId = named('userid', 'userid_list', 'handover_userid', 'sender', 'touser') as string | undefined
  return { ...(externalUserId && { externalUserId }), ...(userId && { userId }) }
}

function outgoing(app: WecomApp, endpoint: EndpointName, token: string, input: CallInput<EndpointName>) {
  const { method } = endpointOf(endpoint)
  const url = new URL(`/cgi-bin/${endpoint}`, app.connection.baseUrl)
  url.searchParams.set('access_token', token)
  for (const [name, value] of Object.entries(input.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value))
  if (input.multipart) return { url, method, ...multipart(input.multipart) }
  if (method === 'GET') return { url, method }
  // Plain UTF-8 and no \uXXXX: WeCom answers escapes with 40033.
  return { url, method, contentType: 'application/json', body: JSON.stringify(input.body ?? {}) }
}

/** Errors are JSON with status 200; a file is anything else. A proxy's page or a 5xx is no answer of WeCom. */
function jsonOf(endpoint: string, incoming: Incoming): Record<string, unknown> {
  if (incoming.status >= 500) throw new WecomUnreachable(endpoint, `HTTP ${incoming.status}`)
  const isJson = /json|text\/plain/i.test(incoming.headers.get('content-type') ?? 'json')
  const isFile =
    endpoint.startsWith('media/get') && !endpoint.includes('upload') && (!isJson || incoming.headers.has('content-disposition'))
  if (isFile && incoming.status < 300) return {}
  try {
    const value: unknown = JSON.parse(incoming.bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Falls through: whatever it was, it was not WeCom speaking.
  }
  throw new WecomUnreachable(endpoint, `HTTP ${incoming.status} without JSON`)
}

function understood(app: WecomApp, endpoint: EndpointName, json: unknown): unknown {
  const read = readLeniently(endpointOf(endpoint).response, withoutNull(json))
  if (!read)
    throw appError('wecom.unexpected_answer', {
      status: 502,
      message: `${endpoint}: WeCom answered in another shape.`,
      details: { endpoint, ...faultOf(endpoint, json) },
    })
  if (read.odd.length > 0)
    app.connection.log.warn(
      { endpoint, fields: read.odd.map((one) => one.path.join('.')).slice(0, 20) },
      'wecom answered odd values, left out',
    )
  return read.value
}

/** Where the model and the answer differ; the answer itself may hold personal data and stays out. */
function faultOf(endpoint: EndpointName, json: unknown) {
  const issue = endpointOf(endpoint).response.safeParse(withoutNull(json)).error?.issues[0]
  return { at: issue?.path.join('.'), fault: issue?.message }
}

async function waitForBudget(app: WecomApp, endpoint: EndpointName, options: CallOptions): Promise<void> {
  const { budgets, now, sleep } = app.connection
  const lane = options.lane ?? 'bulk'
  const longest = now().getTime() + longestWaitMs[lane]
  for (const { key, bounds } of accounts(app, endpoint))
    for (let waitMs = await budgets.take(key, bounds, lane, now()); waitMs > 0; waitMs = await budgets.take(key, bounds, lane, now())) {
      if (now().getTime() + waitMs > longest)
        throw new WecomError({ endpoint, errcode: 45009, errmsg: 'our own budget for this api is used up', retryAfterMs: waitMs })
      await sleep(waitMs, options.signal)
    }
}

function accounts(app: WecomApp, endpoint: EndpointName) {
  const corp = { tenantId: app.tenantId, corpId: app.corpId, api: endpoint }
  return [
    { key: { tenantId: 0, corpId: '', api: endpoint }, bounds: addressBounds },
    { key: corp, bounds: boundsOf(endpoint) },
  ]
}

async function pauseApi(app: WecomApp, endpoint: EndpointName, error: WecomError): Promise<void> {
  const { budgets, log, now } = app.connection
  const until = new Date(now().getTime() + (error.retryAfterMs ?? 60_000))
  log.warn({ endpoint, corpId: app.corpId, until }, 'wecom rate limit: this api rests')
  await budgets.pause({ tenantId: app.tenantId, corpId: app.corpId, api: endpoint }, until)
}

const laneName = (app: WecomApp, endpoint: string) => `${app.corpId}|${endpoint}`

/** 0.2 to 0.4 s, then double each time. */
const jittered = (attempt: number): number => 100 * 2 ** attempt * (1 + Math.random())
