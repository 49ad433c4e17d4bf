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
  const key = ticketKey(app, kind)
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

/**
 * A page was refused with this signature (40093, 42012): when the kept ticket made it, WeCom took that ticket back early, so it is
 * dropped and a new one fetched, once for all pages that hold it. Otherwise another page has done so already. Either way the page
 * gets a new signature.
 */
export async function signRefusedPage(
  app: WecomApp,
  kind: TicketKind,
  url: string,
  refused: PageSignature,
  options: CallOptions = {},
): Promise<PageSignature> {
  const kept = await app.connection.tokens.read(ticketKey(app, kind))
  const isItsTicket = kept && jsSdkSignature(kept.token, refused.nonceStr, refused.timestamp, url) === refused.signature
  if (isItsTicket) await forgetTicket(app, kind, kept.token, options)
  return signPage(app, kind, url, options)
}

/** The ticket that follows one that no longer counts; whoever comes second with the same gets what the first one fetched. */
export async function forgetTicket(app: WecomApp, kind: TicketKind, ticket: string, options: CallOptions = {}): Promise<string> {
  await accessToken(app, options)
  const { tokens, now } = app.connection
  return (await tokens.renew(ticketKey(app, kind), ticket, now, () => fetchTicket(app, kind, options))).token
}

const ticketKey = (app: WecomApp, kind: TicketKind) => tokenKey(app.tenantId, app.corpId, `${app.secret}\n${kind} ticket`)

async function fetchTicket(app: WecomApp, kind: TicketKind, options: CallOptions): Promise<Token> {
  const answer =
    kind === 'corp'
      ? await callWecom(app, 'get_jsapi_ticket', {}, options)
      : await callWecom(app, 'ticket/get', { query: { type: 'agent_config' } }, options)
  return { token: answer.ticket, expiresAt: new Date(app.connection.now().getTime() + (answer.expires_in ?? 7200) * 1000) }
}
