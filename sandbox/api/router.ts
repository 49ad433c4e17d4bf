// /cgi-bin/: the way of every call from the door to the log.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { isClosed } from '../state/areas.ts'
import { type Agent, findAgentBySecret } from '../state/corps.ts'
import { record } from '../state/requests.ts'
import { settleDue } from '../state/settle.ts'
import { changeSetting, type World } from '../state/world.ts'
import { acquisitionEndpoints } from './acquisition.ts'
import { appCardEndpoints } from './app-card-updates.ts'
import { appMessageEndpoints } from './app-messages.ts'
import { archiveEndpoints } from './archive.ts'
import { baseEndpoints } from './base.ts'
import { behaviourEndpoints } from './behaviour.ts'
import { contactWayEndpoints } from './contact-ways.ts'
import { departmentEndpoints } from './departments.ts'
import { externalContactEndpoints } from './external-contacts.ts'
import { groupStatisticEndpoints } from './group-statistics.ts'
import { groupWelcomeEndpoints } from './group-welcomes.ts'
import { groupEndpoints } from './groups.ts'
import { idEndpoints } from './ids.ts'
import { interceptEndpoints } from './intercept-rules.ts'
import { joinWayEndpoints } from './join-ways.ts'
import { kfEndpoints } from './kf.ts'
import { kfFigureEndpoints } from './kf-figures.ts'
import { kfMessageEndpoints } from './kf-messages.ts'
import { kfUpgradeEndpoints } from './kf-upgrades.ts'
import { loginEndpoints } from './login.ts'
import { massMessageEndpoints } from './mass-messages.ts'
import { mediaEndpoints } from './media.ts'
import { mediaByUrlEndpoints } from './media-by-url.ts'
import { memberWriteEndpoints } from './member-writes.ts'
import { memberEndpoints } from './members.ts'
import { momentJobEndpoints } from './moment-jobs.ts'
import { momentEndpoints } from './moments.ts'
import { productEndpoints } from './products.ts'
import {
  type Answer,
  ApiError,
  type Call,
  type Endpoint,
  errorBody,
  newRequestId,
  refuse,
  texts,
  type UploadedFile,
  warned,
} from './protocol.ts'
import { strategyEndpoints } from './strategies.ts'
import { strategyTagEndpoints } from './strategy-tags.ts'
import { tagEndpoints } from './tags.ts'
import { agentOf, authenticate, getToken } from './tokens.ts'
import { admit, enter, newTraffic, type Traffic } from './traffic.ts'
import { transferEndpoints } from './transfers.ts'
import { welcomeEndpoints } from './welcome.ts'

export type Env = { Bindings: HttpBindings }

/** A new area adds its file and its line here. */
export const endpoints: Endpoint[] = [
  ...baseEndpoints,
  ...departmentEndpoints,
  ...memberEndpoints,
  ...memberWriteEndpoints,
  ...externalContactEndpoints,
  ...contactWayEndpoints,
  ...welcomeEndpoints,
  ...tagEndpoints,
  ...transferEndpoints,
  ...acquisitionEndpoints,
  ...productEndpoints,
  ...interceptEndpoints,
  ...behaviourEndpoints,
  ...strategyEndpoints,
  ...strategyTagEndpoints,
  ...groupEndpoints,
  ...groupStatisticEndpoints,
  ...groupWelcomeEndpoints,
  ...joinWayEndpoints,
  ...massMessageEndpoints,
  ...momentJobEndpoints,
  ...momentEndpoints,
  ...mediaEndpoints,
  ...mediaByUrlEndpoints,
  ...appMessageEndpoints,
  ...appCardEndpoints,
  ...kfEndpoints,
  ...kfMessageEndpoints,
  ...kfUpgradeEndpoints,
  ...kfFigureEndpoints,
  ...archiveEndpoints,
  ...loginEndpoints,
  ...idEndpoints,
]

const bodyMost = 25 * 1024 * 1024
const debugCallsPerMinute = 5

export function apiRouter(world: World): Hono<Env> {
  const traffic = newTraffic()
  const byPath = new Map(endpoints.map((it) => [it.path, it]))
  const router = new Hono<Env>()
  router.use(bodyLimit({ maxSize: bodyMost, onError: (c) => c.json(errorBody(new ApiError(40006, texts[40006]), ipOf(c), {})) }))
  router.all('/*', async (c) => {
    const startedAt = performance.now()
    const path = c.req.path.replace(/^\/cgi-bin\//, '')
    const turn: Turn = { world, traffic, c, path, ip: ipOf(c), agent: undefined, requestId: newRequestId(), request: '', answer: '' }
    c.header('X-Request-Id', turn.requestId)
    const response = await respond(turn, byPath.get(path))
    record(world, {
      requestId: turn.requestId,
      corpId: turn.agent?.corpId ?? '',
      agentId: turn.agent?.agentId ?? 0,
      method: c.req.method,
      path,
      status: response.status,
      errcode: Number(response.headers.get('error-code') ?? 0),
      ms: performance.now() - startedAt,
      ip: turn.ip,
      request: turn.request,
      response: turn.answer || `[${response.headers.get('content-type') ?? 'empty'}]`,
    })
    return response
  })
  return router
}

type Turn = {
  world: World
  traffic: Traffic
  c: Context<Env>
  path: string
  ip: string
  agent: Agent | undefined
  requestId: string
  request: string
  answer: string
}

async function respond(turn: Turn, endpoint: Endpoint | undefined): Promise<Response> {
  const { world, c, path } = turn
  const empty = endpoint?.empty ?? {}
  await note(turn, endpoint)
  const fault = takeFault(world, path)
  if (fault && !fault.after) return faultResponse(turn, fault, empty)
  try {
    const { answer, warning } =
      path === 'gettoken' ? { answer: await answerGetToken(turn), warning: false } : await answerEndpoint(turn, endpoint)
    if (fault) return faultResponse(turn, fault, empty)
    if (answer instanceof Response) return answer
    const errmsg = warned(typeof answer.errmsg === 'string' ? answer.errmsg : 'ok', warning)
    const body = Object.assign({ errcode: 0, errmsg: '' }, answer, { errmsg })
    return json(turn, body, 0, 'ok')
  } catch (error) {
    if (error instanceof UnknownApi) return c.text('404 page not found', 404)
    if (!(error instanceof ApiError)) throw error
    return json(turn, errorBody(error, turn.ip, empty, turn.requestId), error.errcode, error.message)
  }
}

class UnknownApi extends Error {}

/** For the log, before anything can refuse it: what was asked, and by whose token. A file is named by its query alone. */
async function note(turn: Turn, endpoint: Endpoint | undefined): Promise<void> {
  const { world, c } = turn
  const { access_token: token, ...query } = c.req.query()
  turn.request = c.req.method === 'GET' || endpoint?.upload ? JSON.stringify(query) : await c.req.text()
  turn.agent = agentOf(world, token)
}

async function answerGetToken(turn: Turn): Promise<Answer> {
  const { world, traffic, c, ip, path } = turn
  const { corpid, corpsecret } = c.req.query()
  turn.agent = findAgentBySecret(world, corpid ?? '', corpsecret ?? '')
  await sleep(world.settings.faults.latencyMs)
  if (!admit(world, traffic, `${ip}|${path}`, world.settings.limits.ipPerMinute, world.settings.limits.ipPerHour)) refuse(45009)
  return getToken(world, traffic, ip, corpid ?? '', corpsecret ?? '')
}

async function answerEndpoint(turn: Turn, endpoint: Endpoint | undefined): Promise<{ answer: Answer; warning: boolean }> {
  const { world, traffic, c, ip, path } = turn
  if (!endpoint) throw new UnknownApi()
  const { limits } = world.settings
  if (!admit(world, traffic, `${ip}|${path}`, limits.ipPerMinute, limits.ipPerHour)) refuse(45009)
  const agent = authenticate(world, c.req.query('access_token'))
  turn.agent = agent
  if (agent.trustedIps.length > 0 && !agent.trustedIps.includes(ip)) refuse(60020)
  if (!agent.permissions.includes(endpoint.permission) || isClosed(agent.closed, path)) refuse(48002)
  const who = `${agent.corpId}|${path}`
  // A login with a valid code is not counted (90454).
  if (
    path !== 'auth/getuserinfo' &&
    !admit(world, traffic, who, limits.corpPerMinute, path.includes('ticket') ? limits.ticketsPerHour : limits.corpPerHour)
  )
    refuse(45009)
  if (path.includes('ticket') && !admit(world, traffic, `${who}|${agent.agentId}`, undefined, limits.ticketsPerHourOfApp)) refuse(45009)
  if (c.req.query('debug') === '1' && !admit(world, traffic, `${agent.corpId}|debug`, debugCallsPerMinute, undefined)) refuse(45009)
  const leave = enter(traffic, who, endpoint.list ? limits.parallelLists : limits.parallel) ?? refuse(45033)
  try {
    return await run(turn, agent, endpoint)
  } finally {
    leave()
  }
}

async function run(turn: Turn, agent: Agent, endpoint: Endpoint): Promise<{ answer: Answer; warning: boolean }> {
  const { world, c, ip } = turn
  if (endpoint.method !== c.req.method && endpoint.method !== 'ANY') refuse(endpoint.method === 'GET' ? 43001 : 43002)
  // Even without latency this is a breath, so that calls which arrive together count as parallel.
  await sleep(world.settings.faults.latencyMs)
  settleDue(world)
  const query = c.req.query()
  const range = c.req.header('range')
  const call: Call = { world, agent, ip, query: range ? { ...query, range } : query, file: undefined }
  if (endpoint.upload) call.file = await readFile(c)
  if (endpoint.upload || c.req.method === 'GET') {
    const { access_token: _, ...input } = query
    return world.store.transaction(() => endpoint.answer(call, input))
  }
  const { value, broken } = parseBody(turn.request)
  const done = world.store.transaction(() => endpoint.answer(call, value))
  return { ...done, warning: done.warning || broken }
}

/** A body that is no JSON counts as empty; errors then carry the warning through the missing fields. */
function parseBody(text: string): { value: unknown; broken: boolean } {
  if (/(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}/.test(text)) refuse(40033)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value, broken: false } : { value: {}, broken: true }
  } catch {
    return { value: {}, broken: text.trim() !== '' }
  }
}

/** The field must be called media and carry a plain filename="…"; filename*= alone is no file (lesson 14). */
async function readFile(c: Context<Env>): Promise<UploadedFile | undefined> {
  if (!(c.req.header('content-type') ?? '').startsWith('multipart/form-data')) return undefined
  const raw = Buffer.from(await c.req.arrayBuffer())
  const boundary = /boundary="?([^";]+)"?/.exec(c.req.header('content-type') ?? '')?.[1]
  if (!boundary) return undefined
  const head = raw.indexOf(`--${boundary}`)
  for (let at = head; at >= 0; ) {
    const headersEnd = raw.indexOf('\r\n\r\n', at)
    const next = raw.indexOf(`\r\n--${boundary}`, headersEnd)
    if (headersEnd < 0 || next < 0) return undefined
    const headers = raw.subarray(at, headersEnd).toString('utf8')
    const name = /[;\s]name="([^"]*)"/i.exec(headers)?.[1]
    const fileName = /[;\s]filename="([^"]*)"/i.exec(headers)?.[1]
    if (name === 'media' && fileName !== undefined) {
      const contentType = /content-type:\s*([^\r\n]+)/i.exec(headers)?.[1] ?? 'application/octet-stream'
      return { fileName, contentType, bytes: raw.subarray(headersEnd + 4, next) }
    }
    at = next + 2
  }
  return undefined
}

type Fault = World['settings']['faults']['fail'][number]

/** The first rule for this path that is still good; "times" counts down and then goes. */
function takeFault(world: World, path: string): Fault | undefined {
  const { faults } = world.settings
  const rule = faults.fail.find((it) => matches(it.path, path) && (it.share === undefined || Math.random() < it.share))
  if (rule?.times === undefined) return rule
  const left = faults.fail.flatMap((it) =>
    it !== rule ? [it] : rule.times === 1 || rule.times === undefined ? [] : [{ ...it, times: rule.times - 1 }],
  )
  changeSetting(world, 'faults', { ...faults, fail: left })
  return rule
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.replace(/^\/?(cgi-bin\/)?/, '')
  return wanted.endsWith('*') ? path.startsWith(wanted.slice(0, -1)) : path === wanted
}

function faultResponse(turn: Turn, fault: Fault, empty: Record<string, unknown[]>): Response {
  const { c, ip } = turn
  if (fault.status === 0) {
    // Cut without a word: the caller cannot know whether the call took effect.
    c.env.incoming.socket.destroy()
    return new Response(null, { status: 502 })
  }
  if (fault.status !== undefined) return new Response(`${fault.status}`, { status: fault.status })
  const code = fault.errcode ?? -1
  const error = new ApiError(code, (texts as Record<number, string>)[code] ?? 'system busy')
  return json(turn, errorBody(error, ip, empty, turn.requestId), code, error.message)
}

function json(turn: Turn, body: Record<string, unknown>, errcode: number, message: string): Response {
  const { c } = turn
  const text = JSON.stringify(body)
  turn.answer = text
  c.header('Error-Code', String(errcode))
  c.header('Error-Msg', message.replace(/[^\x20-\x7e]/g, '?'))
  c.header('Content-Type', 'application/json; charset=UTF-8')
  return c.body(text)
}

const ipOf = (c: Context<Env>): string => (c.env.incoming.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '')
