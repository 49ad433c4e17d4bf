import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'

type Return = { redirectUri: string; state: string }

/**
 * Inside WeCom: who opened this page. `snsapi_privateinfo` asks for a consent and gives a ticket for details (doc 91022).
 * The address's domain must be trusted exactly, port included, else 50001.
 */
export function authorizeUrl(app: WecomApp, back: Return, scope: 'snsapi_base' | 'snsapi_privateinfo' = 'snsapi_base'): string {
  const url = new URL('/connect/oauth2/authorize', app.connection.openUrl)
  url.search = new URLSearchParams({
    appid: app.corpId,
    redirect_uri: back.redirectUri,
    response_type: 'code',
    scope,
    state: back.state,
    ...agent(app),
  }).toString()
  url.hash = 'wechat_redirect'
  return url.href
}

/** In a desktop browser: log in by scanning a code (doc 98152). */
export function qrLoginUrl(app: WecomApp, back: Return): string {
  const url = new URL('/wwlogin/sso/login', app.connection.loginUrl)
  url.search = new URLSearchParams({
    login_type: 'CorpApp',
    appid: app.corpId,
    ...agent(app),
    redirect_uri: back.redirectUri,
    state: back.state,
  }).toString()
  return url.href
}

/** A member, or a stranger who may be a customer of ours. */
export type Visitor = { userId: string; ticket: string | undefined } | { openId: string | undefined; externalUserId: string | undefined }

/** doc 91023: a code works once and for five minutes; 40029 means log in again. */
export async function readVisitor(app: WecomApp, code: string, options?: CallOptions): Promise<Visitor> {
  const answer = await callWecom(app, 'auth/getuserinfo', { query: { code } }, { lane: 'first', ...options })
  const userId = answer.userid ?? answer.UserId
  if (userId) return { userId, ticket: answer.user_ticket }
  return { openId: answer.openid ?? answer.OpenId, externalUserId: answer.external_userid }
}

/** doc 95833: what the member agreed to show. */
export function readVisitorDetail(app: WecomApp, ticket: string, options?: CallOptions): Promise<ResponseOf<'auth/getuserdetail'>> {
  return callWecom(app, 'auth/getuserdetail', { body: { user_ticket: ticket } }, { lane: 'first', ...options })
}

const agent = (app: WecomApp) => (app.agentId === undefined ? undefined : { agentid: String(app.agentId) })
