import { Counter } from 'prom-client'
import { type CallbackKey, CallbackRefusal, type Decrypted, openCallback, parseKey } from '#connectors/wecom/crypto.ts'
import { type Callback, callbackKey, readCallback } from '#connectors/wecom/events/read-callback.ts'
import { parseEnvelope } from '#connectors/wecom/xml.ts'
import type { Installation } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { type Arrived, type Greeting, storeCallback } from './door-store.ts'
import { isHandled, laneOf } from './handlers.ts'
import { noteRefusal } from './refusals.ts'
import { openSecret } from './secrets.ts'

export const callbacksReceived = new Counter({
  name: 'liuliang_wecom_callbacks_total',
  help: 'Callbacks of WeCom at the door, by what became of them',
  labelNames: ['outcome'],
})

/** The query of every callback; missing parts are as wrong as false ones. */
export type Signed = { signature: string; timestamp: string; nonce: string }

type Receiver = { tenantId: number; corp: number; corpId: string; token: string; key: CallbackKey }

/** Proves to WeCom that we hold token and key: the plain text of `echostr`. */
export async function verifyReceiver(installation: Installation, corpId: string, query: Signed, echostr: string): Promise<string> {
  const { receiver, opened } = await counted(installation, corpId, () => open(installation, corpId, query, echostr))
  await installation.databases.system
    .updateTable('wecomCorps')
    .set({ callbackVerifiedAt: installation.now() })
    .where('tenantId', '=', receiver.tenantId)
    .where('id', '=', receiver.corp)
    .execute()
  callbacksReceived.inc({ outcome: 'verified' })
  return opened.message
}

/**
 * Takes a callback in: what is signed, ours and readable is stored as it is, once, and everything else leaves no trace but a
 * count. When this returns the callback cannot get lost any more; what it means is found out later, by the worker.
 */
export async function receiveCallback(
  installation: Installation,
  corpId: string,
  query: Signed,
  body: string,
  requestId: string,
): Promise<void> {
  const { receiver, callback, key, message } = await counted(installation, corpId, async () => {
    const { encrypted } = parseEnvelope(body)
    const { receiver, opened } = await open(installation, corpId, query, encrypted)
    const callback = readCallback(opened.message)
    return { receiver, message: opened.message, callback, key: callbackKey(callback) }
  })
  const repeats = await storeCallback(installation, arrivedFrom(installation, receiver, { callback, key, message, requestId }))
  callbacksReceived.inc({ outcome: repeats === 0 ? 'stored' : 'repeated' })
}

/** What is turned away is counted, for the metrics and for the page of the corp. */
async function counted<T>(installation: Installation, corpId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason =
      error instanceof CallbackRefusal ? error.reason : error instanceof AppError && error.status < 500 ? 'malformed' : undefined
    if (reason !== undefined) {
      callbacksReceived.inc({ outcome: reason === 'malformed' ? reason : `refused_${reason}` })
      noteRefusal(installation, corpId, reason)
    }
    throw error
  }
}

/** Two tenants may have connected the same corp: whose callback it is, token and key decide. */
async function open(
  installation: Installation,
  corpId: string,
  query: Signed,
  encrypted: string,
): Promise<{ receiver: Receiver; opened: Decrypted }> {
  const remembered = rememberedReceivers(installation, corpId)
  let result = remembered && openWith(remembered, query, encrypted)
  // The keys may have been made anew a moment ago.
  if (!result || result instanceof CallbackRefusal) result = openWith(await receiversOf(installation, corpId), query, encrypted)
  if (!(result instanceof CallbackRefusal)) return result
  installation.log.warn({ corpId: corpId.slice(0, 64), reason: result.reason }, 'callback refused')
  throw result
}

function openWith(
  receivers: readonly Receiver[],
  query: Signed,
  encrypted: string,
): { receiver: Receiver; opened: Decrypted } | CallbackRefusal {
  let refusal: CallbackRefusal | undefined
  for (const receiver of receivers) {
    try {
      return {
        receiver,
        opened: openCallback({ token: receiver.token, key: receiver.key, receiveIds: [receiver.corpId] }, query, encrypted),
      }
    } catch (error) {
      if (!(error instanceof CallbackRefusal)) throw error
      refusal = error
    }
  }
  return refusal ?? new CallbackRefusal('receive_id')
}

/** So long another process may go on taking callbacks of a corp that was paused or got new keys here. */
const rememberedMs = 2_000

type Remembered = Map<string, { receivers: Receiver[]; until: number }>
const remembering = new WeakMap<Installation['databases'], Remembered>()

function rememberedReceivers({ databases }: Installation, corpId: string): Receiver[] | undefined {
  const found = remembering.get(databases)?.get(corpId)
  return found && found.until > performance.now() ? found.receivers : undefined
}

/** To be called when a corp has changed: this process takes no callback under the old keys any more. */
export const forgetReceivers = ({ databases }: Pick<Installation, 'databases'>): boolean => remembering.delete(databases)

async function receiversOf(installation: Installation, corpId: string): Promise<Receiver[]> {
  const rows = await installation.databases.system
    .selectFrom('wecomCorps')
    .select(['tenantId', 'id', 'corpId', 'callbackToken', 'callbackKey'])
    .where('corpId', '=', corpId)
    .where('state', '=', 'active')
    .execute()
  const receivers = rows.map((row) => {
    const who = { tenantId: row.tenantId, secrets: installation.secrets }
    return {
      tenantId: row.tenantId,
      corp: row.id,
      corpId: row.corpId,
      token: openSecret(who, row.corpId, 'callback_token', row.callbackToken),
      key: parseKey(openSecret(who, row.corpId, 'callback_key', row.callbackKey)),
    }
  })
  // Strangers may knock with any name; only corps that are there are worth remembering.
  if (receivers.length > 0) {
    const known = remembering.get(installation.databases) ?? new Map()
    remembering.set(installation.databases, known.set(corpId, { receivers, until: performance.now() + rememberedMs }))
  }
  return receivers
}

type Message = { callback: Callback; key: string; message: string; requestId: string }

/** PostgreSQL's text holds everything but NUL, and XML may not hold it either. */
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed()

function arrivedFrom({ now }: Installation, { tenantId, corp }: Receiver, { callback, key, message, requestId }: Message): Arrived {
  return {
    tenantId,
    corp,
    key,
    type: storable(callback.type.slice(0, 200)),
    lane: storable(laneOf(callback)),
    at: callback.at === undefined ? now() : new Date(callback.at * 1000),
    body: storable(message),
    isHandled: isHandled(callback),
    requestId,
    greeting: greetingOf(callback),
  }
}

function greetingOf(callback: Callback): Greeting | undefined {
  if (!callback.known) return undefined
  const greets =
    callback.type === 'change_external_contact.add_external_contact' ||
    callback.type === 'change_external_contact.add_half_external_contact' ||
    callback.type === 'change_external_contact.msg_audit_approved'
  if (!greets || !callback.welcomeCode) return undefined
  return {
    code: storable(callback.welcomeCode),
    externalUserId: storable(callback.externalUserId),
    userId: storable(callback.userId),
    state: 'state' in callback && typeof callback.state === 'string' ? storable(callback.state) : undefined,
  }
}
