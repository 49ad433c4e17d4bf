import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Random, seededRandom } from '#platform/random.ts'

// The line between the product and the sandbox, with everything that happens to real lines. All chance comes from one seed, so
// that the same world meets the same weather.

/** What becomes of a call of the API: `before` it does anything, or after it was done, when only the answer is lost. */
export type Trouble = 'refused' | 'lost' | 'busy' | 'crowded' | 'limited' | 'cursor' | 'slow' | 'odd'

export type Weather = {
  /** Of so many calls something becomes what `troubles` says. */
  api: number
  troubles: readonly Trouble[]
  /** Of so many callbacks. `deaf`: we answer 503 and WeCom comes again; `forgetful`: we have it and answer 500 all the same. */
  callbacks: { lost: number; twice: number; late: number; deaf: number; forgetful: number }
}

export const calm: Weather = { api: 0, troubles: [], callbacks: { lost: 0, twice: 0, late: 0, deaf: 0, forgetful: 0 } }

export type Line = {
  /** What the product takes for WeCom. */
  apiUrl: string
  /** What WeCom takes for the product. */
  doorUrl: string
  weather: Weather
  /** Lists come in pages of so many, whatever was asked for. */
  pageOf: number | undefined
  /** Answers a call in the sandbox's place. */
  refuse: ((path: string, body: string, corpId: string) => [errcode: number, errmsg: string] | Trouble | undefined) | undefined
  /** Changes an answer on its way. */
  change: ((path: string, answer: Record<string, unknown>) => unknown) | undefined
  /** Callbacks that are being held back. */
  held(): number
  lost(): number
  seed(seed: number): void
  close(): Promise<void>
}

type Receive = (request: Request) => Promise<Response>

/** `corpOf`: whose token that is. */
export async function openLine(sandboxUrl: () => string, corpOf: (token: string) => string, receive: Receive): Promise<Line> {
  let random: Random = seededRandom('line')
  let [held, lost] = [0, 0]
  const api = await listen((request, response) => callThrough(request, response))
  const door = await listen((request, response) => pushThrough(request, response))
  const line: Line = {
    apiUrl: api.url,
    doorUrl: door.url,
    weather: calm,
    pageOf: undefined,
    refuse: undefined,
    change: undefined,
    held: () => held,
    lost: () => lost,
    seed: (seed) => {
      random = seededRandom(`line ${seed}`)
      lost = 0
    },
    close: async () => {
      await Promise.all([close(api.server), close(door.server)])
    },
  }

  async function callThrough(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://line')
    const path = url.pathname.replace('/cgi-bin/', '')
    const body = withPages(await textOf(request), url.searchParams.has('access_token') ? line.pageOf : undefined)
    const isCursor = /"cursor":"./.test(body)
    const special = line.refuse?.(path, body, url.searchParams.get('corpid') ?? corpOf(url.searchParams.get('access_token') ?? ''))
    if (Array.isArray(special)) return void answer(response, { errcode: special[0], errmsg: special[1] })
    const chosen = special ?? (random.chance(line.weather.api) ? random.pick(line.weather.troubles) : undefined)
    // Only a call that goes on where another one stopped has a cursor that may be too old.
    const trouble = chosen === 'cursor' && !isCursor ? undefined : chosen
    if (trouble === 'refused') return void response.writeHead(502).end('bad gateway')
    if (trouble === 'slow') await sleep(20)
    const refusal = trouble && refusals[trouble]
    if (refusal) return void answer(response, { errcode: refusal[0], errmsg: refusal[1] })
    const asked = await fetch(`${sandboxUrl()}${request.url}`, {
      method: request.method ?? 'GET',
      ...(request.method === 'POST' && { body, headers: { 'content-type': request.headers['content-type'] ?? 'application/json' } }),
    }).catch(() => undefined)
    if (!asked || trouble === 'lost') return void request.socket.destroy()
    if (!/json/.test(asked.headers.get('content-type') ?? ''))
      return void response.writeHead(asked.status).end(Buffer.from(await asked.arrayBuffer()))
    const said = (await asked.json()) as Record<string, unknown>
    answer(response, line.change?.(path, said) ?? (trouble === 'odd' ? oddly(said) : said))
  }

  /** What the receiver answers is what WeCom sees; what happens on the way only the line knows. */
  async function pushThrough(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { lost: losing, twice, late, deaf, forgetful } = line.weather.callbacks
    const body = await textOf(request)
    const pass = async () => {
      const passed = await receive(
        new Request(`${door.url}${request.url}`, {
          method: request.method ?? 'GET',
          ...(request.method === 'POST' && { body, headers: { 'content-type': 'text/xml' } }),
        }),
      )
      return { status: passed.status, text: await passed.text() }
    }
    const reply = ({ status, text }: { status: number; text: string }) => void response.writeHead(status).end(text)
    if (request.method === 'GET') return reply(await pass())
    const chances = [losing, twice, late, deaf, forgetful].map((share) => random.chance(share))
    if (chances[0]) {
      lost++
      return reply({ status: 200, text: 'success' })
    }
    if (chances[3]) return reply({ status: 503, text: '' })
    if (chances[2]) {
      const waitMs = 20 + random.below(400)
      held++
      // Others overtake it meanwhile, those about the same friend too.
      void sleep(waitMs)
        .then(pass)
        .finally(() => held--)
      return reply({ status: 200, text: 'success' })
    }
    const [first] = await Promise.all([pass(), ...(chances[1] ? [pass()] : [])])
    reply(chances[4] ? { status: 500, text: '' } : first)
  }
  return line
}

const refusals: Partial<Record<Trouble, [number, string]>> = {
  busy: [-1, 'system busy'],
  crowded: [45033, 'api concurrent out of limit'],
  limited: [45009, 'api freq out of limit'],
  cursor: [50100, 'invalid cursor'],
}

const answer = (response: ServerResponse, said: unknown): unknown =>
  response.writeHead(200, { 'content-type': 'application/json; charset=UTF-8' }).end(typeof said === 'string' ? said : JSON.stringify(said))

/** Fields nobody knows, words and numbers nobody has heard of: nothing that is needed is missing. */
const oddly = (said: Record<string, unknown>): Record<string, unknown> => ({
  ...(deepOddly(said) as Record<string, unknown>),
  a_field_of_tomorrow: { nested: [null, true, '<b>new</b>'] },
})

function deepOddly(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => deepOddly(one))
  if (typeof value !== 'object' || value === null) return key === 'add_way' ? 9_001 : key === 'gender' ? 77 : value
  return {
    ...Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepOddly(inner, name)])),
    unheard_of: 'ä\u0001<script>',
    nothing: null,
  }
}

/** The figure that was asked for stays a bound: smaller pages are what makes a list long. */
const withPages = (body: string, pageOf: number | undefined): string =>
  pageOf === undefined ? body : body.replace(/"limit":\d+/, `"limit":${pageOf}`)

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
