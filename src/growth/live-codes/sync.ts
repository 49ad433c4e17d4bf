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
import { isUnknownEnd } from '#connectors/wecom/unknown-ends.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { type Held, tellWecom } from '#management/wecom/telling.ts'
import type { Context } from '#platform/context.ts'
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

type LiveCode = Held & {
  state: string
  name: string
  skipVerify: boolean
  configId: string | null
  askedAt: Date | null
  wanted: string[]
}

/** Codes that are there and offer somebody. */
export const tellable = 'deleted_at is null and cardinality(wanted) > 0'

/** Brings WeCom's code to what is wanted. */
export const pushCode = (ctx: Context, id: number): Promise<void> =>
  tellWecom<LiveCode>(ctx, {
    table: 'liveCodes',
    tellable,
    id,
    async tell(held) {
      try {
        await tell(ctx, held)
        return { listed: held.wanted, listedAt: ctx.now() }
      } catch (error) {
        if (await blockWhoCannot(ctx, held, error)) return 'again'
        throw error
      }
    },
  })

async function tell(ctx: Context, held: LiveCode): Promise<void> {
  const app = await wecomApp(ctx, held.corp)
  const configId = held.configId ?? (await adopt(ctx, app, held))
  if (!configId) return create(ctx, app, held)
  await updateContactWay(app, { config_id: configId, ...settings(held) }, { requestId: ctx.requestId })
}

const settings = ({ name, skipVerify, state, wanted }: LiveCode) => ({
  remark: [...name].slice(0, contactWayLimits.remarkChars).join(''),
  skip_verify: skipVerify,
  state,
  user: wanted,
})

/** The question stands in the row before it is asked: a code whose answer got lost is found again and not made twice. */
async function create(ctx: Context, app: WecomApp, held: LiveCode): Promise<void> {
  await change(ctx, held, { askedAt: ctx.now() })
  try {
    const { configId, qrCode } = await addContactWay(app, { type: 2, scene: 2, ...settings(held) }, { requestId: ctx.requestId })
    await change(ctx, held, { configId, qrUrl: qrCode ?? null, askedAt: null })
  } catch (error) {
    // WeCom said no: nothing was made. "Busy" is no such word: it may come after the work was done.
    if (error instanceof WecomError && !isUnknownEnd(error)) await change(ctx, held, { askedAt: null })
    throw error
  }
}

/** Looks among the codes made since the question for the one with our state. */
async function adopt(ctx: Context, app: WecomApp, held: LiveCode): Promise<string | undefined> {
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

const change = (
  ctx: Context,
  held: LiveCode,
  values: { askedAt?: Date | null; configId?: string; qrUrl?: string | null },
): Promise<unknown> => ctx.db.updateTable('liveCodes').set(values).where('tenantId', '=', ctx.tenantId).where('id', '=', held.id).execute()

/** WeCom refused somebody without saying whom: finds them, takes them off and goes on with the others. */
async function blockWhoCannot(ctx: Context, held: LiveCode, error: unknown): Promise<boolean> {
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
