import type { Context as HonoContext } from 'hono'
import { appError } from '../errors.ts'
import type { AppEnv } from './router.ts'

type NodeEnv = { incoming?: { socket?: { remoteAddress?: string | undefined } } }

/**
 * The caller's address. A forwarded one counts only when the connection comes from this machine and the workspace is served
 * behind TLS, which means through a proxy beside it; the proxy's own entry is the last.
 */
export function callerAddress(c: HonoContext<AppEnv>): string | undefined {
  const direct = (c.env as NodeEnv | undefined)?.incoming?.socket?.remoteAddress?.replace(/^::ffff:/, '')
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim()
  const proxied = behindTls(c) && (direct === undefined || direct === '127.0.0.1' || direct === '::1')
  return proxied && forwarded && /^[0-9a-fA-F.:]{2,45}$/.test(forwarded) ? forwarded : direct
}

export const behindTls = (c: HonoContext<AppEnv>): boolean => c.var.installation.config.publicUrl.startsWith('https:')

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * What a cookie vouches for must come from our own pages. Browsers say so themselves: Sec-Fetch-Site, or Origin in older ones.
 * A request with neither was not made by a browser, so nobody's cookie was borrowed.
 */
export function refuseOtherSites(c: HonoContext<AppEnv>): void {
  if (safeMethods.has(c.req.method)) return
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const own =
    site === undefined
      ? origin === undefined || isOwnOrigin(c, origin)
      : site === 'same-origin' || site === 'none' || (origin !== undefined && isOwnOrigin(c, origin))
  if (!own) throw appError('request.cross_site', { status: 403, message: 'This request was sent by a page of another site.' })
}

function isOwnOrigin(c: HonoContext<AppEnv>, origin: string): boolean {
  const own = URL.canParse(origin) ? new URL(origin) : undefined
  return own !== undefined && (own.host === c.req.header('host') || own.origin === new URL(c.var.installation.config.publicUrl).origin)
}
