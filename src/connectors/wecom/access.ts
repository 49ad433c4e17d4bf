import type { WecomApp } from './connection.ts'
import { baseEndpoints } from './endpoints/base.ts'
import { WecomError, WecomUnreachable } from './errors.ts'
import { isFresh, type Token, tokenKey } from './tokens.ts'
import { exchange } from './transport.ts'

type Options = { requestId?: string | undefined; signal?: AbortSignal | undefined }

/** A token for a call: the stored one, or a new one that everybody waiting shares. */
export async function accessToken(app: WecomApp, options: Options = {}): Promise<string> {
  const { tokens, now } = app.connection
  const key = tokenKey(app.tenantId, app.corpId, app.secret)
  const stored = await tokens.read(key)
  if (isFresh(stored, now())) return stored.token
  return (await tokens.renew(key, undefined, now, () => fetchToken(app, options))).token
}

/** The token that follows one WeCom refused. */
export async function replaceToken(app: WecomApp, failed: string, options: Options = {}): Promise<string> {
  const { tokens, now } = app.connection
  return (await tokens.renew(tokenKey(app.tenantId, app.corpId, app.secret), failed, now, () => fetchToken(app, options))).token
}

/** After a wrong secret nobody asks again for a while: about 2000 wrong calls in an hour block the address for an hour. */
const refusedForMs = 60_000
const refusals = new WeakMap<object, Map<string, { until: number; error: WecomError }>>()

/** Tries of gettoken; reading it again gives the same token. */
const tries = 3

async function fetchToken(app: WecomApp, options: Options): Promise<Token> {
  const { connection } = app
  const refused = refusalsOf(app).get(secretName(app))
  if (refused && refused.until > connection.now().getTime()) throw refused.error
  for (let attempt = 1; ; attempt++) {
    try {
      return await fetchOnce(app, options)
    } catch (error) {
      const again = error instanceof WecomUnreachable || (error instanceof WecomError && error.errcode === -1)
      if (!again || attempt >= tries) throw remembered(app, error)
      await connection.sleep(200 * 2 ** attempt * (1 + Math.random()), options.signal)
    }
  }
}

async function fetchOnce(app: WecomApp, options: Options): Promise<Token> {
  const { connection } = app
  const url = new URL('/cgi-bin/gettoken', connection.baseUrl)
  url.searchParams.set('corpid', app.corpId)
  url.searchParams.set('corpsecret', app.secret)
  const { status, bytes } = await exchange({
    endpoint: 'gettoken',
    url,
    method: 'GET',
    timeoutMs: connection.timeoutMs,
    signal: options.signal,
  })
  const json = parsed(bytes, status)
  const errcode = Number(json.errcode ?? 0)
  connection.log.info({ endpoint: 'gettoken', corpId: app.corpId, requestId: options.requestId, errcode }, 'wecom token')
  if (errcode !== 0) throw new WecomError({ endpoint: 'gettoken', errcode, errmsg: String(json.errmsg ?? '') })
  const answer = baseEndpoints.gettoken.response.safeParse(json)
  if (!answer.success) throw new WecomUnreachable('gettoken', 'an answer without a token')
  const lifetimeMs = (answer.data.expires_in ?? 7200) * 1000
  return { token: answer.data.access_token, expiresAt: new Date(connection.now().getTime() + lifetimeMs) }
}

function parsed(bytes: Buffer, status: number): Record<string, unknown> {
  try {
    if (status < 500) return JSON.parse(bytes.toString('utf8'))
  } catch {
    // Falls through: a page of a proxy, not WeCom.
  }
  throw new WecomUnreachable('gettoken', `HTTP ${status}`)
}

function remembered(app: WecomApp, error: unknown): unknown {
  if (error instanceof WecomError && (error.errcode === 40001 || error.errcode === 40013))
    refusalsOf(app).set(secretName(app), { until: app.connection.now().getTime() + refusedForMs, error })
  return error
}

function refusalsOf(app: WecomApp) {
  const found = refusals.get(app.connection) ?? new Map<string, { until: number; error: WecomError }>()
  refusals.set(app.connection, found)
  return found
}

const secretName = (app: WecomApp) => `${app.corpId}\n${app.secret}`
