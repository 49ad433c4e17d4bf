import { sql } from 'kysely'
import { callWecom } from '#connectors/wecom/client.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { appWith } from './app.ts'
import { forgetReceivers } from './door.ts'
import type { Corp, CorpChange, NewCorp, Receiver } from './schema.ts'
import { newCallbackKey, newCallbackToken, sealSecret } from './secrets.ts'

/** Connects a corp. The receiver (address, token, key) is told once, to be pasted into WeCom's admin page. */
export async function createCorp(ctx: Context, facts: NewCorp): Promise<{ corp: number; receiver: Receiver }> {
  const keys = newKeys(ctx, facts.corpId)
  const corp = await inTransaction(ctx, async (ctx) => {
    const former = await formerId(ctx, facts.corpId)
    const [extra, overriding, value] =
      former === undefined ? [sql``, sql``, sql``] : [sql`, id`, sql`overriding system value`, sql`, ${former}`]
    const { rows } = await sql<{ id: number }>`
      insert into wecom_corps (tenant_id, corp_id, name, agent_id, secret, callback_token, callback_key, created_at${extra}) ${overriding}
      values (${ctx.tenantId}, ${facts.corpId}, ${facts.name ?? facts.corpId}, ${facts.agentId ?? null}, ${sealSecret(ctx, facts.corpId, 'secret', facts.secret)},
        ${keys.sealed.callbackToken}, ${keys.sealed.callbackKey}, ${ctx.now()}${value})
      on conflict (tenant_id, corp_id) do nothing returning id`.execute(ctx.db)
    const [added] = rows
    if (!added) throw appError('corp.exists', { status: 409, message: `The corp ${facts.corpId} is already connected.`, field: 'corpId' })
    await audit(ctx, 'corp.connected', ['cor', added.id], { corpId: facts.corpId, agentId: facts.agentId ?? null })
    return added.id
  })
  return { corp, receiver: keys.receiver }
}

export async function changeCorp(ctx: Context, corp: number, change: CorpChange): Promise<{ receiver?: Receiver }> {
  const changed = await inTransaction(ctx, async (ctx) => {
    const { corpId } = await lockCorp(ctx, corp)
    const { name, agentId, secret, state, newCallbackKeys } = change
    const keys = newCallbackKeys ? newKeys(ctx, corpId) : undefined
    const values = {
      ...(name !== undefined && { name }),
      ...(agentId !== undefined && { agentId }),
      ...(state !== undefined && { state }),
      ...(secret !== undefined && { secret: sealSecret(ctx, corpId, 'secret', secret) }),
      ...(keys && { ...keys.sealed, callbackVerifiedAt: null }),
    }
    if (Object.keys(values).length > 0)
      await ctx.db.updateTable('wecomCorps').set(values).where('tenantId', '=', ctx.tenantId).where('id', '=', corp).execute()
    await audit(ctx, 'corp.changed', ['cor', corp], { changed: Object.keys(change) })
    return keys ? { receiver: keys.receiver } : {}
  })
  forgetReceivers(ctx)
  return changed
}

/** Forgets the connection with everything that only it needs. Customers, their follows and tags stay. */
export async function deleteCorp(ctx: Context, corp: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const { corpId } = await lockCorp(ctx, corp)
    await ctx.db
      .insertInto('wecomFormerCorps')
      .values({ tenantId: ctx.tenantId, corpId, id: corp })
      .onConflict((conflict) => conflict.columns(['tenantId', 'corpId']).doUpdateSet({ id: corp }))
      .execute()
    await ctx.db.deleteFrom('wecomCorps').where('tenantId', '=', ctx.tenantId).where('id', '=', corp).execute()
    await audit(ctx, 'corp.disconnected', ['cor', corp], { corpId })
  })
  forgetReceivers(ctx)
}

/**
 * A corp that was connected before gets its number back: its employees, departments and friendships are known under it, and
 * nobody joins the company a second time.
 */
async function formerId(ctx: Context, corpId: string): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('wecomFormerCorps')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corpId', '=', corpId)
    .executeTakeFirst()
  return row?.id
}

async function lockCorp(ctx: Context, corp: number): Promise<{ corpId: string }> {
  const row = await ctx.db
    .selectFrom('wecomCorps')
    .select('corpId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', corp)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('corp')
  return row
}

function newKeys(ctx: Context, corpId: string) {
  const receiver: Receiver = { url: callbackUrl(ctx, corpId), token: newCallbackToken(), encodingAesKey: newCallbackKey() }
  return {
    receiver,
    sealed: {
      callbackToken: sealSecret(ctx, corpId, 'callback_token', receiver.token),
      callbackKey: sealSecret(ctx, corpId, 'callback_key', receiver.encodingAesKey),
    },
  }
}

/** Corp ids are no secret and easy to recognise in a log; whose corp it is, the signature decides. */
export const callbackUrl = ({ config }: Pick<Context, 'config'>, corpId: string): string =>
  `${config.publicUrl}/callback/wecom/${encodeURIComponent(corpId)}`

type Row = {
  id: number
  corpId: string
  name: string
  agentId: number | null
  state: string
  callbackVerifiedAt: Date | null
  syncedAt: Date | null
  createdAt: Date
  lastCallbackAt: Date | null
}

const rows = (ctx: Context) =>
  ctx.db
    .selectFrom('wecomCorps as c')
    .select(['c.id', 'c.corpId', 'c.name', 'c.agentId', 'c.state', 'c.callbackVerifiedAt', 'c.syncedAt', 'c.createdAt'])
    .select((eb) =>
      eb
        .selectFrom('wecomInbox as i')
        .select('i.receivedAt')
        .where('i.tenantId', '=', ctx.tenantId)
        .whereRef('i.corp', '=', 'c.id')
        .orderBy('i.id', 'desc')
        .limit(1)
        .as('lastCallbackAt'),
    )
    .where('c.tenantId', '=', ctx.tenantId)

/** Those that are connected now, by name. */
export async function corpNames(ctx: Context): Promise<{ id: string; name: string }[]> {
  const rows = await ctx.db
    .selectFrom('wecomCorps')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'active')
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows.map(({ id, name }) => ({ id: publicId(ctx, 'cor', id), name }))
}

export const listCorps = async (ctx: Context): Promise<Corp[]> =>
  (await rows(ctx).orderBy('c.id').execute()).map((row) => corpView(ctx, row))

export async function readCorp(ctx: Context, corp: number): Promise<Corp> {
  const row = await rows(ctx).where('c.id', '=', corp).executeTakeFirst()
  if (!row) throw notFound('corp')
  return corpView(ctx, row)
}

/** The corp by WeCom's own id, for whoever only knows that. */
export async function findCorp(ctx: Context, corpId: string): Promise<number | undefined> {
  return (
    await ctx.db.selectFrom('wecomCorps').select('id').where('tenantId', '=', ctx.tenantId).where('corpId', '=', corpId).executeTakeFirst()
  )?.id
}

function corpView(ctx: Context, row: Row): Corp {
  const iso = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: publicId(ctx, 'cor', row.id),
    corpId: row.corpId,
    name: row.name,
    agentId: row.agentId,
    state: row.state === 'paused' ? 'paused' : 'active',
    callbackUrl: callbackUrl(ctx, row.corpId),
    callbackVerifiedAt: iso(row.callbackVerifiedAt),
    lastCallbackAt: iso(row.lastCallbackAt),
    syncedAt: iso(row.syncedAt),
    createdAt: row.createdAt.toISOString(),
  }
}

/** One cheap call: refused when corp id and secret do not belong together. Trouble of any other kind is the doctor's to tell. */
export async function tryCredentials(ctx: Context, facts: { corpId: string; secret: string }): Promise<void> {
  try {
    await callWecom(appWith(ctx, facts), 'get_api_domain_ip', {}, { lane: 'first', requestId: ctx.requestId })
  } catch (error) {
    if (isWecomError(error, 40001)) throw appError('corp.bad_secret', { message: error.message, field: 'secret', cause: error })
    if (isWecomError(error, 40013)) throw appError('corp.bad_corp_id', { message: error.message, field: 'corpId', cause: error })
    ctx.log.warn({ err: error, corpId: facts.corpId }, 'credentials could not be tried')
  }
}
