import { sql } from 'kysely'
import { Counter } from 'prom-client'
import { CallbackRefusal, type Decrypted, openCallback, parseKey } from '#connectors/wecom/crypto.ts'
import { type Callback, callbackKey, readCallback } from '#connectors/wecom/events/read-callback.ts'
import { parseEnvelope } from '#connectors/wecom/xml.ts'
import type { Installation } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { asksToReread, isHandled, laneOf } from './handlers.ts'
import { openSecret } from './secrets.ts'

export const callbacksReceived = new Counter({
  name: 'liuliang_wecom_callbacks_total',
  help: 'Callbacks of WeCom at the door, by what became of them',
  labelNames: ['outcome'],
})

/** The query of every callback; missing parts are as wrong as false ones. */
export type Signed = { signature: string; timestamp: string; nonce: string }

type Receiver = { tenantId: number; corp: number; corpId: string; token: string; key: Buffer }

/** Proves to WeCom that we hold token and key: the plain text of `echostr`. */
export async function verifyReceiver(installation: Installation, corpId: string, query: Signed, echostr: string): Promise<string> {
  const { receiver, opened } = await counted(() => open(installation, corpId, query, echostr))
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
  const { receiver, callback, key, message } = await counted(async () => {
    const { encrypted } = parseEnvelope(body)
    const { receiver, opened } = await open(installation, corpId, query, encrypted)
    return { receiver, message: opened.message, callback: readCallback(opened.message), key: callbackKey(opened.message) }
  })
  const repeats = await store(installation, receiver, { callback, key, message, requestId })
  callbacksReceived.inc({ outcome: repeats === 0 ? 'stored' : 'repeated' })
}

async function counted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CallbackRefusal) callbacksReceived.inc({ outcome: `refused_${error.reason}` })
    else if (error instanceof AppError && error.status < 500) callbacksReceived.inc({ outcome: 'malformed' })
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
  let refusal = new CallbackRefusal('receive_id')
  for (const receiver of await receiversOf(installation, corpId)) {
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
  installation.log.warn({ corpId: corpId.slice(0, 64), reason: refusal.reason }, 'callback refused')
  throw refusal
}

async function receiversOf(installation: Installation, corpId: string): Promise<Receiver[]> {
  const rows = await installation.databases.system
    .selectFrom('wecomCorps')
    .select(['tenantId', 'id', 'corpId', 'callbackToken', 'callbackKey'])
    .where('corpId', '=', corpId)
    .where('state', '=', 'active')
    .execute()
  return rows.map((row) => {
    const who = { tenantId: row.tenantId, secrets: installation.secrets }
    return {
      tenantId: row.tenantId,
      corp: row.id,
      corpId: row.corpId,
      token: openSecret(who, row.corpId, 'callback_token', row.callbackToken),
      key: parseKey(openSecret(who, row.corpId, 'callback_key', row.callbackKey)),
    }
  })
}

type Arrived = { callback: Callback; key: string; message: string; requestId: string }

/** PostgreSQL's text holds everything but NUL, and XML may not hold it either. */
const withoutNul = (text: string) => text.replaceAll('\0', '')

/** WeCom's clock for a greeting. */
const welcomeMs = 20_000

/**
 * The row, and beside it the intent to greet: the twenty seconds run already, so the greeting waits for nobody's queue.
 * Returns how often this callback had come before.
 */
async function store(installation: Installation, receiver: Receiver, { callback, key, message, requestId }: Arrived): Promise<number> {
  const { tenantId, corp } = receiver
  const now = installation.now()
  const at = callback.at === undefined ? now : new Date(callback.at * 1000)
  const handled = isHandled(callback)
  const greeting = greetingOf(callback)
  const again = asksToReread(callback)
  const result = await sql<{ repeats: number }>`
    with stored as (
      insert into wecom_inbox as i (tenant_id, corp, key, type, lane, at, body, received_at, due_at, state, request_id)
      values (${tenantId}, ${corp}, ${key}, ${callback.type.slice(0, 200)}, ${laneOf(callback)}, ${at}, ${withoutNul(message)}, ${now}, ${now}, ${handled ? 'waiting' : 'ignored'}, ${requestId})
      on conflict (tenant_id, corp, key) do update set repeats = i.repeats + 1,
        state = case when ${again} and i.state = 'done' then 'waiting' else i.state end,
        attempts = case when ${again} and i.state = 'done' then 0 else i.attempts end,
        due_at = case when ${again} and i.state = 'done' then excluded.due_at else i.due_at end
      returning repeats
    ), greeted as (
      insert into wecom_welcomes (tenant_id, corp, welcome_code, external_userid, user_id, link_state, event_at, received_at, expires_at, request_id)
      select ${tenantId}, ${corp}, ${greeting?.code ?? ''}, ${greeting?.externalUserId ?? ''}, ${greeting?.userId ?? ''}, ${greeting?.state ?? null}, ${at}, ${now}, ${new Date(now.getTime() + welcomeMs)}, ${requestId}
      from stored where repeats = 0 and ${greeting !== undefined}
      on conflict do nothing
    )
    select repeats from stored`.execute(installation.databases.system)
  return result.rows[0]?.repeats ?? 0
}

type Greeting = { code: string; externalUserId: string; userId: string; state: string | undefined }

function greetingOf(callback: Callback): Greeting | undefined {
  if (!callback.known) return undefined
  const greets =
    callback.type === 'change_external_contact.add_external_contact' ||
    callback.type === 'change_external_contact.add_half_external_contact' ||
    callback.type === 'change_external_contact.msg_audit_approved'
  if (!greets || !callback.welcomeCode) return undefined
  return {
    code: callback.welcomeCode,
    externalUserId: callback.externalUserId,
    userId: callback.userId,
    state: 'state' in callback ? (callback.state as string | undefined) : undefined,
  }
}
