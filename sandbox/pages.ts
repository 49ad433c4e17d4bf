// What a browser or camera sees: QR pictures, avatars, files, the login pages, the sandbox's own pages.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import { Hono } from 'hono'
import { html } from 'hono/html'
import encodeQR from 'qr'
import { issueCode } from './api/login.ts'
import { fileResponse } from './api/media.ts'
import { avatarSvg } from './company/avatar.ts'
import { findCode, isLoopbackUrl } from './control/codes.ts'
import { findLinkByCode, linkUrl } from './state/acquisition.ts'
import { codeUrl } from './state/contact-ways.ts'
import { type Agent, findAgent, findCorp } from './state/corps.ts'
import { findCustomer } from './state/customers.ts'
import { type Employee, findEmployee, visibleEmployees } from './state/directory.ts'
import { findMedia, readMedia } from './state/media.ts'
import type { World } from './state/world.ts'

const kinds: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}
const shownInline = /^(image|video|audio)\//

export function pageRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/', (c) => c.body(asset('home', 'home.html'), 200, { 'content-type': kinds.html ?? '' }))
  routes.get('/phone', (c) => c.body(asset('phone', 'phone.html'), 200, { 'content-type': kinds.html ?? '' }))
  // The shop changes its pages without loading them: every address of it is the same file.
  for (const path of ['/shop', '/shop/story', '/shop/item/:id'])
    routes.get(path, (c) => c.body(asset('shop', 'shop.html'), 200, { 'content-type': kinds.html ?? '' }))
  routes.get('/assets/:folder{home|phone|shop}/:name{[a-z0-9-]+\\.(css|js|svg)}', (c) => {
    const name = c.req.param('name')
    try {
      return c.body(asset(c.req.param('folder'), name), 200, {
        'content-type': kinds[name.split('.').at(-1) ?? ''] ?? '',
        'cache-control': 'no-cache',
      })
    } catch {
      return c.notFound()
    }
  })

  // The reader of QR codes, as its package brings it: the phone reads pictures in the browser.
  routes.get('/assets/qr/:name{(decode|index)\\.js}', (c) =>
    c.body(readFileSync(new URL(c.req.param('name'), import.meta.resolve('qr/decode.js')), 'utf8'), 200, {
      'content-type': kinds.js ?? '',
      'cache-control': 'max-age=3600',
    }),
  )

  routes.get('/q/:code', async (c) => {
    const id = c.req.param('code').replace(/\.png$/, '')
    if (!findCode(world, id)) return c.text('This code does not exist (any more).', 404)
    if (!c.req.param('code').endsWith('.png')) return c.redirect(`/phone?code=${id}`)
    const svg = encodeQR(codeUrl(world, id), 'svg', { ecc: 'medium', border: 2 })
    const png = new Resvg(svg, { fitTo: { mode: 'width', value: 430 }, background: '#fff' }).render().asPng()
    return c.body(new Uint8Array(png), 200, {
      'content-type': 'image/png',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
    })
  })

  routes.get('/ca/:code', (c) => {
    const link = findLinkByCode(world, c.req.param('code'))
    if (!link) return c.text('This link does not exist (any more).', 404)
    // The phone opens the whole address: the channel stands in its query.
    return c.redirect(`/phone?${new URLSearchParams({ code: `${linkUrl(world, link)}${new URL(c.req.url).search}` })}`)
  })

  // A link into a customer service chat opens the phone, which comes in.
  routes.get('/kf/:code', (c) => {
    const { pathname, search } = new URL(c.req.url)
    return c.redirect(`/phone?${new URLSearchParams({ tab: 'scan', code: `${world.url}${pathname}${search}` })}`)
  })

  routes.get('/avatar/:file{.+\\.svg}', (c) => {
    const id = decodeURIComponent(c.req.param('file').replace(/\.svg$/, ''))
    const employeeName = world.store.get<{ name: string }>('SELECT name FROM employees WHERE userid = ? LIMIT 1', id)?.name
    return c.body(avatarSvg(id, findCustomer(world, id)?.name ?? employeeName ?? '?'), 200, {
      'content-type': 'image/svg+xml',
      'access-control-allow-origin': '*',
      'cache-control': 'max-age=3600',
    })
  })

  // The phones and uploadimg's addresses: what was delivered stays visible after the media_id has ended.
  routes.get('/media/:id', (c) => {
    const media = findMedia(world, c.req.param('id'))
    if (!media) return c.text('There is no such file.', 404)
    const response = fileResponse(media, (it) => readMedia(world, it), c.req.header('range'))
    if (shownInline.test(media.contentType)) response.headers.delete('content-disposition')
    response.headers.set('access-control-allow-origin', '*')
    return response
  })

  for (const path of ['/connect/oauth2/authorize', '/wwlogin/sso/login', '/wwopen/sso/qrConnect'])
    routes.get(path, (c) => loginPage(world, new URL(c.req.url), path !== '/connect/oauth2/authorize', holderOf(c.req.raw)))
  return routes
}

const asset = (folder: string, name: string): string => readFileSync(join(import.meta.dirname, folder, name), 'utf8')

/** Inside WeCom the page answers at once; here somebody must say who is holding the phone. &as=USERID says it for tests. */
function loginPage(world: World, url: URL, isQr: boolean, holder: string | undefined): Response {
  const query = url.searchParams
  const corp = findCorp(world, query.get('appid') ?? '')
  const wanted = Number(query.get('agentid') ?? 0)
  // agentid may be left out in the OAuth link; then the corp's app is meant.
  const agent = corp && (findAgent(world, corp.corpId, wanted) ?? (wanted === 0 ? findAgent(world, corp.corpId, 1000002) : undefined))
  if (!corp || !agent) return page('参数错误', html`<p class="bad">appid 或 agentid 不正确（40013 / 40056）。</p>`, 400)
  const target = query.get('redirect_uri') ?? ''
  if (!isTrusted(agent, target))
    return page('redirect_uri 错误', html`<p class="bad">redirect_uri 与可信域名不一致（50001）：<code>${target}</code></p>`, 400)
  const who = query.get('as') ?? holder
  if (who) return signIn(world, agent, query, target, who)
  const members = visibleEmployees(world, agent).slice(0, 200)
  return page(
    isQr ? '扫码登录' : '网页授权',
    html`
    <p class="hint">${isQr ? '用谁的企业微信扫码？' : '以谁的身份打开这个页面？'}<small>${corp.name} · ${agent.name}</small></p>
    <ul>${members.map((it) => memberLink(url, it))}</ul>`,
  )
}

/** A page inside the virtual phone is opened by whoever holds that phone. */
function holderOf(request: Request): string | undefined {
  if (request.headers.get('sec-fetch-dest') !== 'iframe') return undefined
  const note = /(?:^|;\s*)sandbox_holder=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return note && decodeURIComponent(note)
}

function memberLink(url: URL, it: Employee) {
  const link = new URL(url)
  link.searchParams.set('as', it.userId)
  return html`<li><a href="${link.pathname}${link.search}"><img src="/avatar/${encodeURIComponent(it.userId)}.svg" alt="" width="40" height="40"><span>${it.name}<small>${it.position || it.userId}</small></span></a></li>`
}

function signIn(world: World, agent: Agent, query: URLSearchParams, target: string, who: string): Response {
  const employee = findEmployee(world, agent.corpId, who)
  const customer = findCustomer(world, who)
  const owner = employee
    ? { userid: employee.userId, external_userid: '' }
    : customer?.corpId === agent.corpId
      ? { userid: '', external_userid: customer.externalUserId }
      : undefined
  if (!owner) return page('没有这个人', html`<p class="bad">企业里没有 <code>${who}</code>（60111）。</p>`, 404)
  const code = issueCode(world, {
    corp_id: agent.corpId,
    agent_id: agent.agentId,
    ...owner,
    scope: query.get('scope') ?? 'snsapi_base',
    kind: 'code',
  })
  const back = new URL(target)
  back.searchParams.set('code', code)
  const state = query.get('state')
  if (state !== null) back.searchParams.set('state', state)
  return new Response(null, { status: 302, headers: { location: back.href } })
}

/** The domain must be the trusted one with its port; without a setting every page of this machine is trusted. */
const isTrusted = (agent: Agent, target: string): boolean =>
  URL.canParse(target) &&
  /^https?:$/.test(new URL(target).protocol) &&
  (agent.trustedDomain === '' ? isLoopbackUrl(target) : new URL(target).host === agent.trustedDomain)

function page(title: string, body: ReturnType<typeof html>, status = 200): Response {
  const whole = html`<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title} · 企业微信沙盒</title>
    <link rel="stylesheet" href="/assets/home/login.css"><main><h1>${title}</h1>${body}</main></html>`
  return new Response(String(whole), { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}
