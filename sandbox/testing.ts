// A sandbox and a receiver for tests: real sockets, real encryption, a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCallback, parseKey } from '#connectors/wecom/crypto.ts'
import { type CorpLine, type Sandbox, startSandbox } from './server.ts'

export type Answer = Record<string, unknown> & { errcode: number; errmsg: string }
export type Received = { xml: string; fields: Record<string, string>; timestamp: string; body: string }

export type TestSandbox = {
  sandbox: Sandbox
  url: string
  corp: CorpLine
  /** A WeCom API call with the app's token; a body makes it a POST. */
  api(path: string, body?: unknown): Promise<Answer>
  control<Result = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Result>
  token(secret?: string): Promise<string>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startTestSandbox(): Promise<TestSandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-test-'))
  const start = () => startSandbox({ port: 0, host: '127.0.0.1', dataDir, logLevel: 'error', environment: {} })
  let sandbox = await start()
  const first = (): CorpLine => {
    const corp = sandbox.corps[0]
    if (!corp) throw new Error('a sandbox without a company')
    return corp
  }
  const token = async (secret = first().secret) => {
    const answer = await readJson<{ access_token: string }>(
      await fetch(`${sandbox.url}/cgi-bin/gettoken?corpid=${first().corpId}&corpsecret=${secret}`),
    )
    return answer.access_token
  }
  return {
    get sandbox() {
      return sandbox
    },
    get url() {
      return sandbox.url
    },
    get corp() {
      return first()
    },
    token,
    api: async (path, body) => {
      const separator = path.includes('?') ? '&' : '?'
      const url = `${sandbox.url}/cgi-bin/${path}${separator}access_token=${await token()}`
      return readJson<Answer>(await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }))
    },
    control: async <Result>(method: string, path: string, body?: unknown) =>
      readJson<Result>(
        await fetch(`${sandbox.url}/sandbox${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
      ),
    restart: async () => {
      await sandbox.close()
      sandbox = await start()
    },
    stop: async () => {
      await sandbox.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

const readJson = async <Result>(response: Response): Promise<Result> => (await response.json()) as Result

export type TestReceiver = {
  url: string
  token: string
  encodingAesKey: string
  received: Received[]
  /** What the next pushes are answered with; 200 when empty. */
  statuses: number[]
  delayMs: number
  waitFor(count: number, withinMs?: number): Promise<Received[]>
  stop(): Promise<void>
}

export async function startTestReceiver(corpId: string): Promise<TestReceiver> {
  const token = 'Qd6KpTestToken'
  const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
  const receiver: TestReceiver = {
    url: '',
    token,
    encodingAesKey,
    received: [],
    statuses: [],
    delayMs: 0,
    waitFor: async (count, withinMs = 5000) => {
      const until = Date.now() + withinMs
      while (receiver.received.length < count) {
        if (Date.now() > until)
          throw new Error(
            `expected ${count} callbacks, got ${receiver.received.length}: ${receiver.received.map((it) => it.fields.ChangeType ?? it.fields.Event).join(', ')}`,
          )
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      return receiver.received
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const open = (query: URLSearchParams, encrypted: string) =>
    openCallback(
      { token, key: parseKey(encodingAesKey), receiveIds: [corpId] },
      { signature: query.get('msg_signature') ?? '', timestamp: query.get('timestamp') ?? '', nonce: query.get('nonce') ?? '' },
      encrypted,
    ).message
  const server = createServer((request, response) => {
    answer(request, response, receiver, open).catch(() => {
      // What cannot be opened is refused, as a receiver should.
      response.statusCode = 403
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  return receiver
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  receiver: TestReceiver,
  open: (query: URLSearchParams, encrypted: string) => string,
): Promise<void> {
  const query = new URL(request.url ?? '/', 'http://receiver').searchParams
  if (request.method === 'GET') {
    response.end(open(query, query.get('echostr') ?? ''))
    return
  }
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const xml = open(query, /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/s.exec(body)?.[1] ?? '')
  receiver.received.push({ xml, fields: fieldsOf(xml), timestamp: query.get('timestamp') ?? '', body })
  if (receiver.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, receiver.delayMs))
  response.statusCode = receiver.statuses.shift() ?? 200
  response.end()
}

const fieldsOf = (xml: string): Record<string, string> =>
  Object.fromEntries(
    [...xml.matchAll(/<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))<\/\1>/gs)].map(([, name, text, bare]) => [name ?? '', text ?? bare ?? '']),
  )
