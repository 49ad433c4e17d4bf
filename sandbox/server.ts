// The sandbox as one thing that starts and stops.
import type { AddressInfo } from 'node:net'
import { type HttpBindings, serve } from '@hono/node-server'
import { Hono } from 'hono'
import pino from 'pino'
import { apiRouter } from './api/router.ts'
import { startDelivery } from './callbacks/deliver.ts'
import { createFirstCompany } from './company/generate.ts'
import { acquisitionRoutes } from './control/acquisition.ts'
import { adminRoutes } from './control/admin.ts'
import { archiveRoutes } from './control/archive.ts'
import { cardRoutes } from './control/cards.ts'
import { companyRoutes, corpView } from './control/company.ts'
import { ControlError } from './control/errors.ts'
import { groupRoutes } from './control/groups.ts'
import { handoverRoutes } from './control/handovers.ts'
import { kfRoutes } from './control/kf.ts'
import { kfDeskRoutes } from './control/kf-desk.ts'
import { massMessageRoutes } from './control/mass-messages.ts'
import { momentRoutes } from './control/moments.ts'
import { peopleRoutes } from './control/people.ts'
import { phoneRoutes } from './control/phone.ts'
import { requestLogRoutes } from './control/request-log.ts'
import { sidebarRoutes } from './control/sidebar.ts'
import { switchRoutes } from './control/switches.ts'
import { talkRoutes } from './control/talk.ts'
import { pageRoutes } from './pages.ts'
import { listCorps } from './state/corps.ts'
import { flushRequests } from './state/requests.ts'
import { startSettling } from './state/settle.ts'
import type { Store } from './state/store.ts'
import { openWorld, type World } from './state/world.ts'

export type Options = { port: number; host: string; dataDir: string; logLevel?: string; environment?: Record<string, string | undefined> }
export type CorpLine = {
  corpId: string
  name: string
  agentId: number
  secret: string
  contactSecret?: string | undefined
  directorySecret?: string | undefined
  archiveSecret?: string | undefined
}
/** `store`: the tables themselves, for tests that hold what a product knows against what is true. */
export type Sandbox = { url: string; phoneUrl: string; corps: CorpLine[]; store: Store; close(): Promise<void> }

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost'])

export async function startSandbox(options: Options): Promise<Sandbox> {
  if (!loopbackHosts.has(options.host)) throw new Error(`The sandbox listens on this machine only; ${options.host} is not loopback.`)
  refuseBesideRealCredentials(options.environment ?? process.env)
  const log = pino({ level: options.logLevel ?? 'info', base: { part: 'sandbox' } }, pino.destination(2))
  const world = openWorld(options.dataDir, log)
  if (listCorps(world).length === 0) createFirstCompany(world)
  forgetOldCallbacks(world)
  const server = serve({ fetch: createApp(world).fetch, port: options.port, hostname: options.host, overrideGlobalObjects: false })
  const port = await listening(server)
  world.url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`
  const stopDelivery = startDelivery(world)
  const stopSettling = startSettling(world)
  return {
    url: world.url,
    phoneUrl: `${world.url}/phone`,
    corps: listCorps(world).map((it) => corpLine(world, it.corpId)),
    store: world.store,
    close: async () => {
      stopSettling()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await Promise.all([closed, stopDelivery()])
      flushRequests(world)
      world.store.close()
    },
  }
}

function createApp(world: World): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  // A page from elsewhere must not reach the sandbox through the browser, neither by a rebound name nor by posting.
  app.use(async (c, next) => {
    const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
    if (!loopbackHosts.has(host))
      return c.json({ error: { code: 'request.not_loopback', message: 'The sandbox answers on this machine only.' } }, 403)
    if (c.req.method !== 'GET' && c.req.header('sec-fetch-site') === 'cross-site')
      return c.json({ error: { code: 'request.cross_site', message: 'Another site cannot work the sandbox.' } }, 403)
    return next()
  })
  app.route('/cgi-bin', apiRouter(world))
  for (const routes of [
    massMessageRoutes,
    momentRoutes,
    peopleRoutes,
    talkRoutes,
    cardRoutes,
    groupRoutes,
    handoverRoutes,
    acquisitionRoutes,
    phoneRoutes,
    sidebarRoutes,
    kfRoutes,
    kfDeskRoutes,
    archiveRoutes,
    companyRoutes,
    adminRoutes,
    switchRoutes,
    requestLogRoutes,
  ])
    app.route('/sandbox', routes(world))
  app.get('/healthz', (c) => c.json({ ok: true }))
  app.route('/', pageRoutes(world))
  app.notFound((c) => c.json({ error: { code: 'route.unknown', message: `There is nothing at ${c.req.path}.` } }, 404))
  app.onError((error, c) => {
    if (error instanceof ControlError)
      return c.json({ error: { code: error.code, message: error.message, ...(error.field ? { field: error.field } : {}) } }, error.status)
    world.log.error({ error, path: c.req.path }, 'request failed')
    return c.json({ error: { code: 'sandbox.failed', message: 'The sandbox itself failed; its log says why.' } }, 500)
  })
  return app
}

function listening(server: ReturnType<typeof serve>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    if (server.listening) resolve((server.address() as AddressInfo).port)
    else server.once('listening', () => resolve((server.address() as AddressInfo).port))
  })
}

function corpLine(world: World, corpId: string): CorpLine {
  const { name, agentId, secret, contactSecret, directorySecret, archiveSecret } = corpView(world, corpId)
  return { corpId, name, agentId, secret, contactSecret, directorySecret, archiveSecret }
}

/** The record of what was delivered is for looking at; what still waits is never dropped. */
function forgetOldCallbacks(world: World): void {
  world.store.run(`DELETE FROM callbacks WHERE state <> 'waiting' AND id < (SELECT max(id) FROM callbacks) - 100000`)
}

/** Whoever has real credentials in the environment is about to mix up the two worlds. */
function refuseBesideRealCredentials(environment: Record<string, string | undefined>): void {
  const base = environment.WECOM_BASE_URL ?? environment.LIULIANG_WECOM_BASE_URL
  const isSandbox = base !== undefined && URL.canParse(base) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(base).hostname)
  const secret = environment.WECOM_CORP_SECRET ?? environment.LIULIANG_WECOM_CORP_SECRET
  if (secret && !isSandbox)
    throw new Error('WECOM_CORP_SECRET is set and WECOM_BASE_URL is not a sandbox: the sandbox does not run beside real credentials.')
}
