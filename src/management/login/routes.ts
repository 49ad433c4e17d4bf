import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { appError, describeError } from '#platform/errors.ts'
import { behindTls } from '#platform/http/caller.ts'
import { allow, describe, query, router } from '#platform/http/router.ts'
import { giveSession, visitOf } from '../team/sessions/cookie.ts'
import { finishWecomLogin, startWecomLogin } from './wecom.ts'

const stateCookie = 'liuliang_wecom_login'
const path = '/api/v1/session/wecom'

const StartQuery = z.object({
  /** WeCom's corp id, for when several are connected. */
  corp: z.string().max(64).optional(),
  /** A path of the console to land on. */
  next: z.string().max(500).optional(),
})

const Url = z.object({ url: z.string() })

/** Login through WeCom: the console asks where to go, WeCom sends the browser back with a code. */
export const wecomLogin = router()
  .get('/', allow('session', 'public'), describe('Where to log in through WeCom', Url), query(StartQuery), async (c) => {
    const { corp, next } = c.req.valid('query')
    const returnTo = next && /^\/(?![/\\])/.test(next) ? next : '/'
    const insideWecom = /wxwork/i.test(c.req.header('user-agent') ?? '')
    const { url, cookie } = await startWecomLogin(c.var.installation, { corp, returnTo, insideWecom, requestId: c.var.requestId })
    setCookie(c, stateCookie, cookie, { path, httpOnly: true, sameSite: 'Lax', secure: behindTls(c), maxAge: 600 })
    c.header('Cache-Control', 'no-store')
    return c.json({ url })
  })
  .get('/callback', allow('session', 'public'), describe('WeCom sends the browser back here', undefined, 302), async (c) => {
    const cookie = getCookie(c, stateCookie)
    deleteCookie(c, stateCookie, { path })
    try {
      const { code, state } = c.req.query()
      if (!code || !state) throw appError('session.wecom_refused', { status: 403, message: 'The login was not allowed in WeCom.' })
      const opened = await finishWecomLogin(c.var.installation, { code, state, cookie }, visitOf(c))
      giveSession(c, opened)
      return c.redirect(opened.returnTo)
    } catch (error) {
      // A browser stands here, not a program: it goes back to the login page, which has words for the code.
      const { code } = describeError(error)
      if (code === 'internal.error') throw error
      return c.redirect(`/login?problem=${encodeURIComponent(code)}`)
    }
  })
