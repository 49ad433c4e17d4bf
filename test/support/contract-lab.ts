import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import { type Callback, readCallback } from '#connectors/wecom/events/read-callback.ts'
import { type Page, type PageAt, pages } from '#connectors/wecom/paging.ts'
import { createLogger } from '#platform/log.ts'
import { type Sandbox, startSandbox } from '../../sandbox/server.ts'
import { startTestReceiver, type TestReceiver } from '../../sandbox/testing.ts'

type Answer = Record<string, unknown> & { errcode: number; errmsg: string }
type Fault = { path: string; errcode?: number; status?: number; times?: number; share?: number; after?: boolean }

export const daySeconds = 86_400
export const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])
export const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(64)])
export const picture = { fileName: 'a.png', contentType: 'image/png', bytes: png }
export const film = { fileName: 'a.mp4', contentType: 'video/mp4', bytes: mp4 }

/**
 * The connector on one side and a sandbox of its own on the other, for a file of contract tests. Every test has a new line: no
 * token, no budget and no refusal of another test remains.
 */
export function contractLab({ callbacks = false }: { callbacks?: boolean } = {}) {
  let folder = ''
  let sandbox: Sandbox
  let receiver: TestReceiver | undefined
  let app: WecomApp
  let made = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liuliang-contract-'))
    await start()
    if (!callbacks) return
    receiver = await startTestReceiver(app.corpId)
    const { url, token, encodingAesKey } = receiver
    await control('PUT', `corps/${app.corpId}/callback`, { url, token, encodingAesKey })
  })
  afterAll(async () => {
    await sandbox.close()
    await receiver?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    connect()
    if (receiver) receiver.received.length = 0
  })
  afterEach(() => control('PUT', 'faults', {}))

  async function start(): Promise<void> {
    sandbox = await startSandbox({ port: 0, host: '127.0.0.1', dataDir: folder, logLevel: 'silent', environment: {} })
    connect()
  }

  function connect(): void {
    const { url } = sandbox
    const connection = openConnection({ baseUrl: url, openUrl: url, loginUrl: url, log: createLogger('silent', 'test') })
    const { corpId, secret, agentId } = corp()
    app = { connection, tenantId: 1, corpId, secret, agentId }
  }

  function corp() {
    const [first] = sandbox.corps
    if (!first) throw new Error('The sandbox has no first corp.')
    return first
  }

  async function control<Result = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Result> {
    const init = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...init })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Result
  }

  /** What WeCom itself says to a call that our own checks would not let out. */
  async function raw(path: string, body: unknown, secret = app.secret): Promise<Answer> {
    const at = (name: string) => `${sandbox.url}/cgi-bin/${name}`
    const grant = await fetch(at(`gettoken?corpid=${app.corpId}&corpsecret=${secret}`))
    const { access_token } = (await grant.json()) as { access_token: string }
    const response = await fetch(at(`${path}?access_token=${access_token}`), { method: 'POST', body: JSON.stringify(body) })
    return (await response.json()) as Answer
  }

  const callbacksSoFar = (): Callback[] => (receiver?.received ?? []).map(({ xml }) => readCallback(xml))

  return {
    get app() {
      return app
    },
    get corp() {
      return corp()
    },
    get url() {
      return sandbox.url
    },
    get folder() {
      return folder
    },
    get callbackUrl() {
      return receiver?.url ?? ''
    },
    get received() {
      return callbacksSoFar()
    },
    /** The same line with another of the corp's secrets. */
    withSecret: (name: 'contactSecret' | 'directorySecret' | 'archiveSecret'): WecomApp => ({
      ...app,
      secret: corp()[name] ?? '',
      agentId: undefined,
    }),
    connect,
    control,
    raw,
    fail: (...fail: Fault[]) => control('PUT', 'faults', { fail }),
    forgetCallbacks: () => {
      if (receiver) receiver.received.length = 0
    },
    restart: async () => {
      await sandbox.close()
      await start()
    },
    advance: (seconds: number) => control('PUT', 'clock', { advanceSeconds: seconds }),
    nowSeconds: async () => Math.floor(Date.parse((await control<{ now: string }>('GET', 'clock')).now) / 1000),
    /** How often this endpoint was asked, whatever it answered, or with this code. */
    calls: async (path: string, errcode?: number): Promise<number> => {
      const filter = errcode === undefined ? '' : `&errcode=${errcode}`
      const { items } = await control<{ items: unknown[] }>('GET', `log?path=${encodeURIComponent(path)}&limit=1000${filter}`)
      return items.length
    },
    /** The event about this person, group or link, once it has come. */
    event: async (type: string, about: Record<string, unknown> = {}): Promise<Callback & Record<string, unknown>> => {
      const isIt = (one: Callback) =>
        one.type === type && Object.entries(about).every(([name, value]) => (one as Record<string, unknown>)[name] === value)
      await expect.poll(() => callbacksSoFar().some(isIt)).toBe(true)
      return callbacksSoFar().find(isIt) as Callback & Record<string, unknown>
    },
    /** A member of their own for a test: nobody else's customers, groups and tasks get in its way. */
    newMember: async (): Promise<string> => {
      const userId = `member${++made}`
      await control('POST', 'employees', { userId, name: `成员${made}`, contact: true })
      return userId
    },
    /** Customers who have just scanned a code of this member. */
    newCustomers: async (userId: string, count: number): Promise<string[]> => {
      const { configId } = await addContactWay(app, { type: 1, scene: 2, user: [userId] })
      const ids: string[] = []
      for (let index = 0; index < count; index++)
        ids.push((await control<{ externalUserId: string }>('POST', 'scan', { code: configId, name: `客户${++made}` })).externalUserId)
      return ids
    },
    newGroup: async (owner: string, more: object = {}): Promise<string> =>
      (await control<{ chatId: string }>('POST', 'groups', { owner, name: `群${++made}`, ...more })).chatId,
  }
}

export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error,
  )

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Every item of a paged list, so many at a time; no page is longer than was asked for. */
export const allPages = <Item>(read: (at: PageAt) => Promise<Page<Item>>, limit?: number): Promise<Item[]> =>
  all(
    pages(async (cursor) => {
      const page = await read({ cursor, limit })
      if (limit !== undefined) expect(page.items.length).toBeLessThanOrEqual(limit)
      return page
    }),
  )

export const names = (count: number, prefix = 'u'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`)
