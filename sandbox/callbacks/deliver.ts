// Carries the queue to the receivers: five seconds, three tries, encrypted anew each time, in order within a lane.
import { randomBytes, randomInt } from 'node:crypto'
import { encrypt, parseKey, sign } from '#connectors/wecom/crypto.ts'
import { findCorp, type Receiver } from '../state/corps.ts'
import { publish, type World } from '../state/world.ts'
import { toXml } from './events.ts'

type Head = { id: number; corp_id: string; lane: string; due_at: number }
type Row = { id: number; corp_id: string; agent_id: number; xml: string; attempts: number }

const tries = 3
const parallel = 16

/** Returns how to stop: what is not delivered then waits for the next start. */
export function startDelivery(world: World): () => Promise<void> {
  const busy = new Map<string, Promise<void>>()
  let heads: Head[] = []
  let timer: NodeJS.Timeout | undefined
  let soon: NodeJS.Timeout | undefined
  let stopped = false

  const lookSoon = () => {
    if (!stopped) soon ??= setTimeout(look, 2)
  }
  const look = () => {
    soon = undefined
    heads = readHeads(world)
    startDue()
  }
  const startDue = () => {
    clearTimeout(timer)
    const now = Date.now()
    while (busy.size < parallel && heads[0] && heads[0].due_at <= now) {
      const head = heads.shift()
      if (head) start(head)
    }
    if (busy.size < parallel && heads[0]) timer = setTimeout(startDue, Math.max(1, heads[0].due_at - now))
  }
  const start = (head: Head) => {
    const lane = `${head.corp_id}|${head.lane}`
    if (busy.has(lane)) return
    const work = attempt(world, head.id)
      .catch((error: unknown) => world.log.error({ error }, 'callback attempt failed'))
      .finally(() => {
        busy.delete(lane)
        if (stopped) return
        // Looking again finds the next of this lane; with much to do, once for many.
        if (heads.length > parallel) startDue()
        else lookSoon()
      })
    busy.set(lane, work)
  }

  world.wakeCallbacks = lookSoon
  lookSoon()
  return async () => {
    stopped = true
    clearTimeout(timer)
    clearTimeout(soon)
    world.wakeCallbacks = () => undefined
    await Promise.all(busy.values())
  }
}

/** The oldest of each lane goes next, also while it waits for its retry: nobody overtakes in a lane. */
const readHeads = (world: World): Head[] =>
  world.store.all<Head>(
    `SELECT id, corp_id, lane, due_at FROM callbacks
     WHERE id IN (SELECT min(id) FROM callbacks WHERE state = 'waiting' GROUP BY corp_id, lane) ORDER BY due_at, id LIMIT 500`,
  )

async function attempt(world: World, id: number): Promise<void> {
  const row = world.store.get<Row>(`SELECT id, corp_id, agent_id, xml, attempts FROM callbacks WHERE id = ? AND state = 'waiting'`, id)
  if (!row) return
  const receiver = findCorp(world, row.corp_id)?.callback
  if (!receiver) return finish(world, row, 'no_receiver', '')
  const outcome = await push(world, row, receiver)
  if (outcome === 'ok') return finish(world, row, 'delivered', '200')
  if (row.attempts + 1 >= tries) return finish(world, row, 'failed', outcome)
  const waitMs = world.settings.habits.callbackRetryMs[row.attempts] ?? 1000
  world.store.run('UPDATE callbacks SET attempts = attempts + 1, due_at = ?, answer = ? WHERE id = ?', Date.now() + waitMs, outcome, row.id)
  publish(world, { kind: 'callback' })
}

function finish(world: World, row: Row, state: string, answer: string): void {
  world.store.run(
    'UPDATE callbacks SET state = ?, attempts = attempts + ?, answer = ?, finished_at = ? WHERE id = ?',
    state,
    state === 'no_receiver' ? 0 : 1,
    answer,
    Date.now(),
    row.id,
  )
  publish(world, { kind: 'callback' })
}

async function push(world: World, row: Row, receiver: Receiver): Promise<string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = String(randomInt(1, 2 ** 31))
  const encrypted = encrypt(parseKey(receiver.encodingAesKey), row.corp_id, row.xml)
  const url = withQuery(receiver.url, { msg_signature: sign(receiver.token, timestamp, nonce, encrypted), timestamp, nonce })
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'text/xml' },
      body: envelope(row, encrypted),
      signal: AbortSignal.timeout(world.settings.habits.callbackTimeoutMs),
    })
    const body = (await response.text()).trim()
    if (response.status !== 200) return `HTTP ${response.status}`
    // A passive reply is allowed for app messages; anything else must be nothing or "success".
    return body === '' || body === 'success' || body.startsWith('<xml>') ? 'ok' : `answered ${body.slice(0, 60)}`
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : `no connection: ${causeOf(error)}`
  }
}

/** The order of the elements varies, and AgentID may be empty or absent for customer contact and directory. */
function envelope(row: Row, encrypted: string): string {
  const agent = row.agent_id > 0 ? { AgentID: String(row.agent_id) } : row.id % 2 === 0 ? { AgentID: '' } : {}
  const fields = { ToUserName: row.corp_id, Encrypt: encrypted, ...agent }
  return toXml(row.id % 3 === 0 ? Object.fromEntries(Object.entries(fields).reverse()) : fields)
}

/** Asks a receiver to prove that it holds token and key; undefined when it does, else what went wrong. */
export async function verifyReceiver(world: World, corpId: string, receiver: Receiver): Promise<string | undefined> {
  const plain = String(randomBytes(8).readBigUInt64BE())
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = String(randomInt(1, 2 ** 31))
  const echostr = encrypt(parseKey(receiver.encodingAesKey), corpId, plain)
  const url = withQuery(receiver.url, { msg_signature: sign(receiver.token, timestamp, nonce, echostr), timestamp, nonce, echostr })
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(world.settings.habits.callbackTimeoutMs) })
    const body = await response.text()
    if (response.status !== 200) return `answered HTTP ${response.status}`
    return body === plain ? undefined : 'did not answer with the decrypted echostr'
  } catch (error) {
    return causeOf(error)
  }
}

function withQuery(url: string, query: Record<string, string>): URL {
  const target = new URL(url)
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
  return target
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? ((error.cause as NodeJS.ErrnoException).code ?? error.cause.message) : error.message
}
