import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join, normalize, sep } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import type { Installation } from '../context.ts'
import { type AppEnv, allow } from './router.ts'

const folder = fileURLToPath(new URL('../../../console/dist', import.meta.url))

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.woff2': 'font/woff2',
}

/**
 * The page may load itself and nothing else but pictures: faces come from WeCom, over https or from its sandbox. Inline styles are how
 * antd works. The heat map is drawn over pages of the company, which stand anywhere; they get a frame that may not do anything.
 */
const policy = (wecomUrl: string): string =>
  `default-src 'self'; img-src 'self' data: blob: https: ${new URL(wecomUrl).origin}; style-src 'self' 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-src https: http:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'`

/** The built console: files by name (their names carry a hash, so they never change), its index for every page address. */
export function serveConsole(app: Hono<AppEnv>, { config }: Installation): void {
  app.get('*', allow('console', 'public'), async (c, next) => {
    const { path } = c.req
    if (/^\/(api|t|p|callback|hooks|sandbox)\//.test(path)) return next()
    const file = join(folder, normalize(path).replaceAll('..', ''))
    const isAsset = file.startsWith(folder + sep) && extname(file) !== '' && existsSync(file) && statSync(file).isFile()
    if (isAsset)
      return c.body(Readable.toWeb(createReadStream(file)) as ReadableStream, 200, {
        'Content-Type': types[extname(file)] ?? 'application/octet-stream',
        'Cache-Control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      })
    if (extname(path) !== '' || !existsSync(join(folder, 'index.html'))) return next()
    return c.html(readFileSync(join(folder, 'index.html'), 'utf8'), 200, {
      'Cache-Control': 'no-cache',
      'Content-Security-Policy': policy(config.wecom.baseUrl),
      'Referrer-Policy': 'same-origin',
      'X-Frame-Options': 'DENY',
    })
  })
}
