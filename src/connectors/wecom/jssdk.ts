import { createHash, randomBytes } from 'node:crypto'
import { accessToken } from './access.ts'
import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import { isFresh, type Token, tokenKey } from './tokens.ts'

/** Two tickets that must never be mixed (42012): the corp's signs wx.config, the app's signs agentConfig (docs 90506, 94313). */
export type TicketKind = 'corp' | 'agent'

export type PageSignature = { timestamp: number; nonceStr: string; signature: string }

/** In this order, nothing encoded, the address without what follows its # (doc 90506). */
export function jsSdkSignature(ticket: string, nonce: string, timestamp: number, url: string): string {
  const page = url.split('#', 1)[0]
  return createHash('sha1').update(`jsapi_ticket=${ticket}&noncestr=${nonce}&timestamp=${timestamp}&url=${page}`).digest('hex')
}

/** A ticket of this app: kept and shared like its tokens, because only a hundred an hour may be fetched. */
export async function jsTicket(app: WecomApp, kind: TicketKind, options: CallOptions = {}): Promise<string> {
  const { tokens, now } = app.connection
  const key = tokenKey(app.tenantId, app.corpId, `${app.secret}\n${kind} ticket`)
  const stored = await tokens.read(key)
  if (isFresh(stored, now())) return stored.token
  // Known before the ticket's row is held, so that no call waits for another row meanwhile.
  await accessToken(app, options)
  return (await tokens.renew(key, undefined, now, () => fetchTicket(app, kind, options))).token
}

/** What a page of the sidebar needs to be let in; `url` is the page's own address as its browser shows it. */
export async function signPage(app: WecomApp, kind: TicketKind, url: string, options: CallOptions = {}): Promise<PageSignature> {
  const nonceStr = randomBytes(12).toString('hex')
  const timestamp = Math.floor(app.connection.now().getTime() / 1000)
  return { timestamp, nonceStr, signature: jsSdkSignature(await jsTicket(app, kind, options), nonceStr, timestamp, url) }
}

async function fetchTicket(app: WecomApp, kind: TicketKind, options: CallOptions): Promise<Token> {
  const answer =
    kind === 'corp'
      ? await callWecom(app, 'get_jsapi_ticket', {}, options)
      : await callWecom(app, 'ticket/get', { query: { type: 'agent_config' } }, options)
  return { token: answer.ticket, expiresAt: new Date(app.connection.now().getTime() + (answer.expires_in ?? 7200) * 1000) }
}
