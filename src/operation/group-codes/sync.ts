import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import { addJoinWay, deleteJoinWay, getJoinWay, type JoinWay, type JoinWayFacts, updateJoinWay } from '#connectors/wecom/groups.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { type Held, tellWecom } from '#management/wecom/telling.ts'
import type { Context } from '#platform/context.ts'

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

type GroupCode = Held & {
  state: string
  name: string
  chatIds: string[]
  groupsChosen: boolean
  newGroups: boolean
  baseName: string | null
  baseNumber: number | null
  configId: string | null
}

export const tellable = { table: 'groupCodes', tellable: 'deleted_at is null' } as const

/** Brings WeCom's code to what is wanted. */
export const pushGroupCode = (ctx: Context, id: number): Promise<void> =>
  tellWecom<GroupCode>(ctx, {
    ...tellable,
    id,
    async tell(held) {
      const way = await tell(ctx, held)
      return {
        syncedAt: ctx.now(),
        ...(way?.qr_code && { qrUrl: way.qr_code }),
        groupsChosen: sql<boolean>`wanted_version > ${held.wantedVersion} and groups_chosen`,
      }
    },
  })

/** WeCom lists no codes: one whose answer got lost stays unused there, and a second one is made. */
async function tell(ctx: Context, held: GroupCode): Promise<JoinWay | undefined> {
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

const factsOf = ({ name, state, newGroups, baseName, baseNumber }: GroupCode, groups: string[]): JoinWayFacts => ({
  scene: 'code',
  groups,
  remark: name,
  state,
  newGroups: newGroups && baseName ? { name: baseName, from: baseNumber ?? 1 } : false,
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
