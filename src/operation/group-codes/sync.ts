import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import { addJoinWay, deleteJoinWay, getJoinWay, type JoinWay, type JoinWayFacts, updateJoinWay } from '#connectors/wecom/groups.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'

/** A deleted code must stop working at WeCom too. */
export async function removeFromWecom(ctx: Context, code: number): Promise<void> {
  const row = await ctx.db
    .selectFrom('groupCodes')
    .select(['corp', 'configId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', code)
    .executeTakeFirst()
  if (!row?.configId) return
  await deleteJoinWay(await wecomApp(ctx, row.corp), row.configId, { requestId: ctx.requestId }).catch((error) => {
    // Gone already: that is what was wanted.
    if (!(error instanceof WecomError) || error.reaction !== 'fix_request') throw error
  })
}

type Held = {
  id: number
  corp: number
  state: string
  name: string
  chatIds: string[]
  groupsChosen: boolean
  newGroups: boolean
  baseName: string | null
  baseNumber: number | null
  configId: string | null
  wantedVersion: number
  syncAttempts: number
  leaseUntil: Date
}

const leaseMs = 90_000

/** Brings WeCom's code to what is wanted. One process at a time holds a code, and sees when releasing it whether more was wanted. */
export async function pushGroupCode(ctx: Context, code: number): Promise<void> {
  for (;;) {
    const held = await hold(ctx, code)
    if (!held) return
    const result = await tell(ctx, held).then(
      (way) => ({ way }),
      (error: unknown) => ({ error }),
    )
    if (!(await release(ctx, held, result))) return
  }
}

async function hold(ctx: Context, code: number): Promise<Held | undefined> {
  const now = ctx.now()
  const { rows } = await sql<Held>`
    update group_codes set lease_until = ${new Date(now.getTime() + leaseMs)}
    where tenant_id = ${ctx.tenantId} and id = ${code} and deleted_at is null and synced_version < wanted_version
      and (lease_until is null or lease_until < ${now}) and (retry_at is null or retry_at <= ${now})
    returning id, corp, state, name, chat_ids, groups_chosen, new_groups, base_name, base_number, config_id, wanted_version, sync_attempts, lease_until`.execute(
    ctx.db,
  )
  return rows[0]
}

/** WeCom lists no codes: one whose answer got lost stays unused there, and a second one is made. */
async function tell(ctx: Context, held: Held): Promise<JoinWay | undefined> {
  const app = await wecomApp(ctx, held.corp)
  const options = { requestId: ctx.requestId }
  if (held.configId) {
    // Groups that WeCom made itself are in its list, and telling overwrites the list.
    const groups = held.groupsChosen ? held.chatIds : ((await getJoinWay(app, held.configId, options))?.chat_id_list ?? held.chatIds)
    await updateJoinWay(app, held.configId, factsOf(held, groups), options)
    return getJoinWay(app, held.configId, options)
  }
  const configId = await addJoinWay(app, factsOf(held, held.chatIds), options)
  await ctx.db.updateTable('groupCodes').set({ configId }).where('tenantId', '=', ctx.tenantId).where('id', '=', held.id).execute()
  return getJoinWay(app, configId, options)
}

const factsOf = ({ name, state, newGroups, baseName, baseNumber }: Held, groups: string[]): JoinWayFacts => ({
  scene: 'code',
  groups,
  remark: name,
  state,
  newGroups: newGroups && baseName ? { name: baseName, from: baseNumber ?? 1 } : false,
})

/** True when there is more to tell. */
async function release(ctx: Context, held: Held, result: { way: JoinWay | undefined } | { error: unknown }): Promise<boolean> {
  const failed = 'error' in result
  if (failed) ctx.log.warn({ err: result.error, code: held.id }, 'a code of groups could not be told to WeCom')
  const row = await ctx.db
    .updateTable('groupCodes')
    .set({ leaseUntil: null, ...(failed ? failureOf(ctx, held, result.error) : doneOf(ctx, held, result.way)) })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', held.id)
    .where('leaseUntil', '=', held.leaseUntil)
    .returning(sql<boolean>`${!failed} and wanted_version > ${held.wantedVersion}`.as('more'))
    .executeTakeFirst()
  return row?.more ?? false
}

function failureOf(ctx: Context, held: Held, error: unknown) {
  const { code, message } = describeError(error)
  const waitMs =
    (error instanceof WecomError ? error.retryAfterMs : undefined) ?? Math.min(600_000, 1000 * 2 ** Math.min(held.syncAttempts, 10))
  return {
    syncError: JSON.stringify({ code, message }),
    syncAttempts: held.syncAttempts + 1,
    retryAt: new Date(ctx.now().getTime() + waitMs),
  }
}

const doneOf = (ctx: Context, held: Held, way: JoinWay | undefined) => ({
  syncedVersion: held.wantedVersion,
  syncedAt: ctx.now(),
  syncError: null,
  syncAttempts: 0,
  retryAt: null,
  ...(way?.qr_code && { qrUrl: way.qr_code }),
  groupsChosen: sql<boolean>`wanted_version > ${held.wantedVersion} and groups_chosen`,
})

/** Groups that WeCom made when the others were full, and a code that is there no more: it is made anew. */
export async function refreshGroupCode(ctx: Context, app: WecomApp, code: { id: number; configId: string; chatIds: string[] }) {
  const way = await getJoinWay(app, code.configId, { requestId: ctx.requestId })
  const groups = way?.chat_id_list
  if (!groups || groups.join() === code.chatIds.join()) return
  await ctx.db
    .updateTable('groupCodes')
    .set({ chatIds: groups })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', code.id)
    .where('groupsChosen', '=', false)
    .execute()
}
