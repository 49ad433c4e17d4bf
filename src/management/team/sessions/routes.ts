import type { Context as HonoContext } from 'hono'
import { deleteCookie, getCookie } from 'hono/cookie'
import { refuseOtherSites } from '#platform/http/caller.ts'
import { type AppEnv, allow, body, describe, router } from '#platform/http/router.ts'
import { sessionCookie } from '../authenticate.ts'
import { changePassword, closeSession, logIn, type Opened } from './commands.ts'
import { giveSession, visitOf } from './cookie.ts'
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
