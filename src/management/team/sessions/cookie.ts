import type { Context as HonoContext } from 'hono'
import { setCookie } from 'hono/cookie'
import { behindTls, callerAddress } from '#platform/http/caller.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { longestMs, sessionCookie } from '../authenticate.ts'
import type { Opened, Visit } from './commands.ts'

/** The server alone decides how long a session lives; the cookie only has to outlive it. */
export function giveSession(c: HonoContext<AppEnv>, { token }: Opened): void {
  setCookie(c, sessionCookie, token, { path: '/', httpOnly: true, sameSite: 'Lax', secure: behindTls(c), maxAge: longestMs / 1000 })
}

export const visitOf = (c: HonoContext<AppEnv>): Visit => ({
  ip: callerAddress(c),
  userAgent: c.req.header('user-agent'),
  requestId: c.var.requestId,
})
