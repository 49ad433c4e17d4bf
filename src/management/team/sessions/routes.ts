import type { Context as HonoContext } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { behindTls, callerAddress, refuseOtherSites } from '#platform/http/caller.ts'
import { type AppEnv, allow, body, describe, router } from '#platform/http/router.ts'
import { longestMs, sessionCookie } from '../authenticate.ts'
import { changePassword, closeSession, logIn, type Opened, type Visit } from './commands.ts'
import { chooseLanguage } from './language.ts'
import { describeSession } from './queries.ts'
import { Credentials, PasswordChange, Session, SessionPatch } from './schema.ts'

export const sessions = router()
  .get('/', allow('session', 'self'), describe('Who is logged in', Session), async (c) => c.json(await describeSession(c.var.ctx)))
  .post('/', allow('session', 'public'), describe('Log in', Session), body(Credentials), async (c) => {
    refuseOtherSites(c)
    return answerOpened(c, await logIn(c.var.installation, c.req.valid('json'), visitOf(c)))
  })
  .put('/password', allow('session', 'public'), describe('Change the password and log in', Session), body(PasswordChange), async (c) => {
    refuseOtherSites(c)
    return answerOpened(c, await changePassword(c.var.installation, c.req.valid('json'), visitOf(c)))
  })
  .patch('/', allow('session', 'self'), describe('Choose the own language', Session), body(SessionPatch), async (c) => {
    await chooseLanguage(c.var.ctx, c.req.valid('json').language)
    return c.json(await describeSession(c.var.ctx))
  })
  .delete('/', allow('session', 'self'), describe('Log out', undefined, 204), async (c) => {
    const token = getCookie(c, sessionCookie)
    if (token) await closeSession(c.var.ctx, token)
    deleteCookie(c, sessionCookie, { path: '/' })
    return c.body(null, 204)
  })

async function answerOpened(c: HonoContext<AppEnv>, opened: Opened): Promise<Response> {
  giveSession(c, opened)
  return c.json(await describeSession(opened.ctx))
}

/** The server alone decides how long a session lives; the cookie only has to outlive it. */
export function giveSession(c: HonoContext<AppEnv>, { token }: Opened): void {
  setCookie(c, sessionCookie, token, { path: '/', httpOnly: true, sameSite: 'Lax', secure: behindTls(c), maxAge: longestMs / 1000 })
}

export const visitOf = (c: HonoContext<AppEnv>): Visit => ({
  ip: callerAddress(c),
  userAgent: c.req.header('user-agent'),
  requestId: c.var.requestId,
})
