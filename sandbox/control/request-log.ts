// What was asked and answered: searched, and handed out in forms that other tools take.
import { Hono } from 'hono'
import { z } from 'zod'
import { findAgent } from '../state/corps.ts'
import { bodyMost, findRequest, listRequests, type Request } from '../state/requests.ts'
import type { World } from '../state/world.ts'
import { check, fail, Limit, readQuery } from './errors.ts'

const Whole = z.coerce.number().int()
const Filter = z.object({
  corp: z.string().optional(),
  path: z.string().optional(),
  text: z.string().optional(),
  request: z.string().optional(),
  errcode: Whole.optional(),
  failed: z.stringbool().optional(),
  after: Whole.optional(),
  before: Whole.optional(),
  limit: Limit,
})

export function requestLogRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/log', (c) => c.json({ items: listRequests(world, readQuery(c, Filter)).map(requestView) }))

  // The archive form of browsers and proxies, newest last as they write it.
  routes.get('/log.har', (c) => {
    const entries = listRequests(world, readQuery(c, Filter))
      .reverse()
      .map((it) => harEntry(world, it))
    c.header('content-disposition', 'attachment; filename="wecom-sandbox.har"')
    return c.json({ log: { version: '1.2', creator: { name: 'wecom-sandbox', version: '1' }, entries } })
  })

  routes.get('/log/:id/curl', (c) => {
    const request =
      findRequest(world, check(Whole, c.req.param('id'))) ?? fail(404, 'request.unknown', 'The log has no such call (any more).')
    return c.text(curlOf(world, request))
  })
  return routes
}

const requestView = (it: Request) => ({ ...it, at: new Date(it.at).toISOString() })

/** The query of a GET or an upload was kept as JSON; what is masked is asked for anew. */
function queryOf(it: Request): Record<string, string> {
  if (it.method === 'POST' && !isUpload(it)) return {}
  try {
    return z.record(z.string(), z.string()).parse(JSON.parse(it.request || '{}'))
  } catch {
    return {}
  }
}

const isUpload = (it: Request): boolean => /^media\/upload(img|_attachment)?$/.test(it.path)
const bodyOf = (it: Request): string => (it.method === 'POST' && !isUpload(it) ? it.request : '')

/** Runs as it stands: with the secret of the app that called, because the token it used is masked. */
function curlOf(world: World, it: Request): string {
  const agent = findAgent(world, it.corpId, it.agentId)
  const secret = agent?.secret ?? 'SECRET'
  const enter = `${world.url}/cgi-bin/gettoken?corpid=${it.corpId || 'CORPID'}&corpsecret=${secret}`
  if (it.path === 'gettoken') return `curl -sS '${enter}'\n`
  const query = new URLSearchParams(queryOf(it)).toString()
  const url = `${world.url}/cgi-bin/${it.path}?${query ? `${query}&` : ''}access_token=`
  const body = bodyOf(it)
  const lines = [
    `TOKEN=$(curl -sS '${enter}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    [
      `curl -sS -X ${it.method} ${quoted(url)}"$TOKEN"`,
      ...(isUpload(it) ? [`-F 'media=@FILE'`] : []),
      ...(body ? [`-H 'content-type: application/json'`, `--data-raw ${quoted(body)}`] : []),
    ].join(' \\\n  '),
  ]
  const cut = body.length > bodyMost ? [`# The body is longer than what the log keeps (${bodyMost} characters): complete it first.`] : []
  return `${[...cut, ...lines].join('\n')}\n`
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function harEntry(world: World, it: Request) {
  const query = queryOf(it)
  const search = new URLSearchParams(query).toString()
  const body = bodyOf(it)
  const nothing = { cookies: [], headers: [], headersSize: -1 }
  return {
    startedDateTime: new Date(it.at).toISOString(),
    time: it.ms,
    request: {
      ...nothing,
      method: it.method,
      url: `${world.url}/cgi-bin/${it.path}${search ? `?${search}` : ''}`,
      httpVersion: 'HTTP/1.1',
      queryString: Object.entries(query).map(([name, value]) => ({ name, value })),
      bodySize: Buffer.byteLength(body),
      ...(body && { postData: { mimeType: 'application/json', text: body } }),
    },
    response: {
      ...nothing,
      status: it.status,
      statusText: '',
      httpVersion: 'HTTP/1.1',
      redirectURL: '',
      bodySize: Buffer.byteLength(it.response),
      content: { size: Buffer.byteLength(it.response), mimeType: 'application/json', text: it.response },
    },
    cache: {},
    timings: { send: 0, wait: it.ms, receive: 0 },
    _requestId: it.requestId,
    _errcode: it.errcode,
    _corpId: it.corpId,
  }
}
