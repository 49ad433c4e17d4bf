import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import {
  addContactWay,
  contactWayLimits,
  deleteContactWay,
  getContactWay,
  listContactWayIds,
  updateContactWay,
} from '#connectors/wecom/contact-ways.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { membersWithContact } from './contact-function.ts'
import { refreshRoster } from './roster.ts'

/** A deleted code must stop working at WeCom too. */
export async function removeFromWecom(ctx: Context, code: number): Promise<void> {
  const row = await ctx.db
    .selectFrom('liveCodes')
    .select(['corp', 'configId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', code)
    .executeTakeFirst()
  if (!row?.configId) return
  await deleteContactWay(await wecomApp(ctx, row.corp), row.configId, { requestId: ctx.requestId }).catch((error) => {
    // Gone already: that is what was wanted.
    if (!(error instanceof WecomError) || error.reaction !== 'fix_request') throw error
  })
}

type Held = {
  id: number
  corp: number
  state: string
  name: string
  skipVerify: boolean
  configId: string | null
  askedAt: Date | null
  wanted: string[]
  wantedVersion: number
  syncAttempts: number
  leaseUntil: Date
}

const leaseMs = 60_000

/**
 * Brings WeCom's code to what is wanted. One process at a time holds a code; whoever releases it sees in the same statement
 * whether more was wanted meanwhile, so no change gets lost between two.
 */
export async function pushCode(ctx: Context, code: number): Promise<void> {
  for (;;) {
    const held = await hold(ctx, code)
    if (!held) return
    const error = await tell(ctx, held).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    if (error !== undefined && (await blockWhoCannot(ctx, held, error))) {
      await release(ctx, held, undefined, false)
      continue
    }
    if (!(await release(ctx, held, error, error === undefined))) return
  }
}

async function hold(ctx: Context, code: number): Promise<Held | undefined> {
  const now = ctx.now()
  const { rows } = await sql<Held>`
    update live_codes set lease_until = ${new Date(now.getTime() + leaseMs)}
    where tenant_id = ${ctx.tenantId} and id = ${code} and deleted_at is null and synced_version < wanted_version and cardinality(wanted) > 0
      and (lease_until is null or lease_until < ${now}) and (retry_at is null or retry_at <= ${now})
    returning id, corp, state, name, skip_verify, config_id, asked_at, wanted, wanted_version, sync_attempts, lease_until`.execute(ctx.db)
  return rows[0]
}

/** True when there is more to tell. */
async function release(ctx: Context, held: Held, error: unknown, done: boolean): Promise<boolean> {
  if (error !== undefined) ctx.log.warn({ err: error, code: held.id }, 'a live code could not be told to WeCom')
  const { code, message } = describeError(error)
  const again = await ctx.db
    .updateTable('liveCodes')
    .set({
      leaseUntil: null,
      ...(done && {
        syncedVersion: held.wantedVersion,
        listed: held.wanted,
        listedAt: ctx.now(),
        syncError: null,
        syncAttempts: 0,
        retryAt: null,
      }),
      ...(error !== undefined && {
        syncError: JSON.stringify({ code, message }),
        syncAttempts: held.syncAttempts + 1,
        retryAt: new Date(ctx.now().getTime() + waitMs(error, held.syncAttempts)),
      }),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', held.id)
    .where('leaseUntil', '=', held.leaseUntil)
    .returning(sql<boolean>`${error === undefined} and wanted_version > ${held.wantedVersion}`.as('more'))
    .executeTakeFirst()
  return again?.more ?? false
}

const waitMs = (error: unknown, attempts: number): number =>
  (error instanceof WecomError ? error.retryAfterMs : undefined) ?? Math.min(600_000, 1000 * 2 ** attempts)

async function tell(ctx: Context, held: Held): Promise<void> {
  const app = await wecomApp(ctx, held.corp)
  const configId = held.configId ?? (await adopt(ctx, app, held))
  if (!configId) return create(ctx, app, held)
  await updateContactWay(app, { config_id: configId, ...settings(held) }, { requestId: ctx.requestId })
}

const settings = ({ name, skipVerify, state, wanted }: Held) => ({
  remark: [...name].slice(0, contactWayLimits.remarkChars).join(''),
  skip_verify: skipVerify,
  state,
  user: wanted,
})

/** The question stands in the row before it is asked: a code whose answer got lost is found again and not made twice. */
async function create(ctx: Context, app: WecomApp, held: Held): Promise<void> {
  await change(ctx, held, { askedAt: ctx.now() })
  try {
    const { configId, qrCode } = await addContactWay(app, { type: 2, scene: 2, ...settings(held) }, { requestId: ctx.requestId })
    await change(ctx, held, { configId, qrUrl: qrCode ?? null, askedAt: null })
  } catch (error) {
    // WeCom said no: nothing was made. "Busy" is no such word: it may come after the work was done.
    if (error instanceof WecomError && error.reaction !== 'retry') await change(ctx, held, { askedAt: null })
    throw error
  }
}

/** Looks among the codes made since the question for the one with our state. */
async function adopt(ctx: Context, app: WecomApp, held: Held): Promise<string | undefined> {
  if (!held.askedAt) return undefined
  const since = Math.floor(held.askedAt.getTime() / 1000) - 120
  for await (const configId of listContactWayIds(app, { start_time: since }, { requestId: ctx.requestId })) {
    const way = await getContactWay(app, configId, { requestId: ctx.requestId })
    if (way?.state !== held.state) continue
    await change(ctx, held, { configId, qrUrl: way.qr_code ?? null, askedAt: null })
    return configId
  }
  return undefined
}

const change = (ctx: Context, held: Held, values: { askedAt?: Date | null; configId?: string; qrUrl?: string | null }): Promise<unknown> =>
  ctx.db.updateTable('liveCodes').set(values).where('tenantId', '=', ctx.tenantId).where('id', '=', held.id).execute()

/** WeCom refused somebody without saying whom: finds them, takes them off and goes on with the others. */
async function blockWhoCannot(ctx: Context, held: Held, error: unknown): Promise<boolean> {
  if (!isWecomError(error, 84083, 41054, 60111, 40098)) return false
  const able = await membersWithContact(ctx, held.corp, { fresh: true })
  if (!able) return false
  const { rows } = await sql<{ employeeId: number }>`
    update live_code_employees m set blocked = 'no_contact_function'
    from employee_accounts a
    where m.tenant_id = ${ctx.tenantId} and m.code_id = ${held.id} and m.blocked is null and a.tenant_id = m.tenant_id and a.employee_id = m.employee_id
      and a.corp_id = ${held.corp} and a.left_at is null and a.user_id = any(${held.wanted}::text[]) and a.user_id <> all(${[...able]}::text[])
    returning m.employee_id`.execute(ctx.db)
  if (rows.length === 0) return false
  await refreshRoster(ctx, held.id)
  return true
}
