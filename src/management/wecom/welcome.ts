import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { getContact } from '#connectors/wecom/contacts.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { sendWelcome, type Welcome } from '#connectors/wecom/welcome.ts'
import { welcomeFailed, welcomeSent } from '#management/events.ts'
import { identify } from '#management/identity/commands.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { wecomApp } from './app.ts'
import { attachmentForWecom, type ReadyAttachment } from './attachments.ts'
import { identitiesOf } from './contacts.ts'
import { corpIdOf } from './corp-ids.ts'
import { employeeOf } from './members.ts'

/** A new friend who may be greeted. */
export type NewFriend = {
  corp: number
  externalUserId: string
  userId: string
  employeeId: number
  /** Of the contact-me code they scanned. */
  state: string | undefined
  at: Date
  /** The nickname. WeCom tells it once the friendship is confirmed, so asking may take some of the twenty seconds. */
  name(): Promise<string | undefined>
}

/** `by`: whose words they are, kept with the greeting for whoever wants to know later what became of it. */
export type WelcomeContent = { text?: string; attachments?: readonly ReadyAttachment[]; by?: Readonly<Record<string, string | number>> }

/** Whoever knows what to say to this friend says it; the first answer counts, without one, or with `stopped`, nobody is greeted. */
export type WelcomeDecider = (ctx: Context, friend: NewFriend) => Promise<WelcomeContent | 'stopped' | undefined>

type Intent = {
  tenantId: number
  id: number
  corp: number
  welcomeCode: string
  externalUserid: string
  userId: string
  linkState: string | null
  eventAt: Date
  receivedAt: Date
  expiresAt: Date
  attempts: number
  requestId: string | null
}

const atOnce = 64
const idleMs = 50
/** Longer than the clock of a code: whoever takes it over knows that the first one has ended. */
const leaseMs = 30_000

/** Greets new friends until aborted: a lane of its own, because nothing else has twenty seconds only. */
export async function runWelcomes(installation: Installation, deciders: readonly WelcomeDecider[], signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    const claimed = running.size < atOnce ? await claim(installation, atOnce - running.size).catch(() => []) : []
    for (const intent of claimed) {
      const done: Promise<void> = greet(installation, deciders, intent).finally(() => running.delete(done))
      running.add(done)
    }
    if (claimed.length === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
  await Promise.allSettled(running)
}

/** One at a time for a pair: two codes of the same friendship must not become two greetings. */
async function claim(installation: Installation, limit: number): Promise<Intent[]> {
  const now = installation.now()
  const { rows } = await sql<Intent>`
    update wecom_welcomes set status = 'sending', attempts = attempts + 1, lease_until = ${new Date(now.getTime() + leaseMs)}
    where (tenant_id, id) in (
      select w.tenant_id, w.id from wecom_welcomes w
      where (w.status = 'pending' or (w.status = 'sending' and w.lease_until < ${now}))
        and not exists (select from wecom_welcomes e where e.tenant_id = w.tenant_id and e.corp = w.corp and e.external_userid = w.external_userid and e.user_id = w.user_id
          and e.id < w.id and e.status in ('pending', 'sending'))
      order by w.received_at limit ${limit} for update skip locked)
    returning tenant_id, id, corp, welcome_code, external_userid, user_id, link_state, event_at, received_at, expires_at, attempts, request_id`.execute(
    installation.databases.system,
  )
  return rows
}

type Fate = { status: 'sent' | 'failed' | 'unknown' | 'skipped'; reason?: string; errorCode?: string; content?: WelcomeContent }

async function greet(installation: Installation, deciders: readonly WelcomeDecider[], intent: Intent): Promise<void> {
  const ctx = createContext(installation, intent.tenantId, systemActor, intent.requestId ?? `welcome-${intent.id}`)
  try {
    await settle(ctx, intent, await fateOf(ctx, deciders, intent))
  } catch (error) {
    ctx.log.error({ err: error, welcome: intent.id }, 'a welcome failed')
    const { code, message } = describeError(error)
    await settle(ctx, intent, {
      status: 'failed',
      reason: code === 'internal.error' ? (error as Error).message.slice(0, 300) : message,
      errorCode: code,
    }).catch(() => undefined)
  }
}

async function fateOf(ctx: Context, deciders: readonly WelcomeDecider[], intent: Intent): Promise<Fate> {
  // Somebody died between the call and its mark: perhaps it was sent. A code works once, so asking again cannot send twice.
  const isSecondTry = intent.attempts > 1
  if (ctx.now() >= intent.expiresAt)
    return isSecondTry ? { status: 'unknown', reason: 'interrupted' } : { status: 'failed', reason: 'late' }
  const app = await wecomApp(ctx, intent.corp)
  const content = await decide(ctx, deciders, app, intent)
  if (content === 'stopped') return { status: 'skipped', reason: 'stopped' }
  if (!content?.text && !content?.attachments?.length) return { status: 'skipped', reason: 'no_content' }
  await ctx.db
    .updateTable('wecomWelcomes')
    .set({ content: JSON.stringify(shownContent(content)) })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', intent.id)
    .execute()
  return { ...(await send(ctx, app, intent, content, isSecondTry)), content }
}

/** The code of "half" and the code of "added" are two codes for one greeting: WeCom refuses the second, and that is no failure. */
async function isGreeted(ctx: Context, intent: Intent): Promise<boolean> {
  const found = await ctx.db
    .selectFrom('wecomWelcomes')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', intent.corp)
    .where('externalUserid', '=', intent.externalUserid)
    .where('userId', '=', intent.userId)
    .where('id', '<', intent.id)
    .where('status', 'in', ['sent', 'unknown'])
    .where('receivedAt', '>', new Date(intent.receivedAt.getTime() - 60_000))
    .executeTakeFirst()
  return found !== undefined
}

async function decide(
  ctx: Context,
  deciders: readonly WelcomeDecider[],
  app: WecomApp,
  intent: Intent,
): Promise<WelcomeContent | 'stopped' | undefined> {
  let name: Promise<string | undefined> | undefined
  const friend: NewFriend = {
    corp: intent.corp,
    externalUserId: intent.externalUserid,
    userId: intent.userId,
    employeeId: await inTransaction(ctx, (ctx) => employeeOf(ctx, intent.corp, intent.userId)),
    state: intent.linkState ?? undefined,
    at: intent.eventAt,
    name: () => (name ??= nameOf(ctx, app, intent)),
  }
  for (const decider of deciders) {
    const content = await decider(ctx, friend)
    if (content) return content
  }
  return undefined
}

/** Patience for the nickname: a greeting without it is better than none. */
const nameMs = 8_000

async function nameOf(ctx: Context, app: WecomApp, { externalUserid, receivedAt }: Intent): Promise<string | undefined> {
  const until = receivedAt.getTime() + nameMs
  for (;;) {
    try {
      const { contact } = await getContact(app, externalUserid, {
        lane: 'first',
        requestId: ctx.requestId,
        signal: AbortSignal.timeout(3_000),
      })
      if (contact?.name) return contact.name
    } catch (error) {
      ctx.log.debug({ err: error }, 'no nickname yet')
      if (error instanceof WecomError && !isWecomError(error, 84061, 40096)) return undefined
    }
    if (ctx.now().getTime() + 400 >= until) return undefined
    await sleep(400)
  }
}

/** What WeCom takes: bytes, not letters. */
const textBytes = 4000

async function send(ctx: Context, app: WecomApp, intent: Intent, content: WelcomeContent, isSecondTry: boolean): Promise<Fate> {
  try {
    const outcome = await sendContent(ctx, app, intent, content, false).catch((error) => {
      if (!isWecomError(error, 40007)) throw error
      return sendContent(ctx, app, intent, content, true)
    })
    if (outcome === 'sent') return { status: 'sent' }
    if (outcome === 'greeted_by_another' && (await isGreeted(ctx, intent))) return { status: 'skipped', reason: 'greeted' }
    // After an interrupted try "used already" most likely means: by us.
    if (isSecondTry && outcome !== 'no_consent') return { status: 'unknown', reason: 'interrupted' }
    return { status: 'failed', reason: outcome }
  } catch (error) {
    if (error instanceof WecomError) return { status: 'failed', reason: error.message.slice(0, 300), errorCode: String(error.errcode) }
    // No answer until the clock ran out: nobody knows.
    return { status: 'unknown', reason: describeError(error).message.slice(0, 300) }
  }
}

async function sendContent(ctx: Context, app: WecomApp, intent: Intent, content: WelcomeContent, again: boolean) {
  const attachments = await Promise.all(
    (content.attachments ?? []).map((attachment) =>
      attachmentForWecom(ctx, intent.corp, attachment, { lane: 'first', again, forMs: 60_000 }),
    ),
  )
  const welcome = {
    ...(content.text && { text: { content: cut(content.text, textBytes) } }),
    ...(attachments.length > 0 && { attachments }),
  } as Welcome
  return sendWelcome(app, intent.welcomeCode, welcome, intent.expiresAt, { requestId: ctx.requestId })
}

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  let kept = ''
  let used = 0
  for (const letter of text) {
    used += Buffer.byteLength(letter)
    if (used > bytes) break
    kept += letter
  }
  return kept
}

/** What is kept of it: words and names, no bytes. */
const shownContent = ({ text, attachments = [], by }: WelcomeContent) => ({
  ...(by && { by }),
  text: text ?? null,
  attachments: attachments.map((one) => ('file' in one ? { kind: one.kind, name: one.file.name } : { kind: one.kind, title: one.title })),
})

async function settle(ctx: Context, intent: Intent, { status, reason, errorCode, content }: Fate): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const { numUpdatedRows } = await ctx.db
      .updateTable('wecomWelcomes')
      .set({ status, reason: reason ?? null, errorCode: errorCode ?? null, leaseUntil: null, finishedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', intent.id)
      .where('attempts', '=', intent.attempts)
      .executeTakeFirst()
    if (numUpdatedRows === 0n || status === 'skipped') return
    const customerId = await identify(ctx, identitiesOf(await corpIdOf(ctx, intent.corp), intent.externalUserid, undefined), {}, 'wecom')
    const facts = { employee: await employeeOf(ctx, intent.corp, intent.userId), ...(intent.linkState ? { state: intent.linkState } : {}) }
    if (status === 'sent')
      emit(ctx, welcomeSent, {
        customerId,
        properties: {
          ...facts,
          ...(content?.text ? { text: content.text.slice(0, 200) } : {}),
          attachments: content?.attachments?.length ?? 0,
        },
      })
    else emit(ctx, welcomeFailed, { customerId, properties: { ...facts, reason: reason ?? status, certain: status === 'failed' } })
  })
}
