import { WecomError } from '#connectors/wecom/errors.ts'
import type { WecomPart } from '#management/wecom/parts.ts'
import { patiently, type Sync } from '#management/wecom/sync-state.ts'
import { refreshGroupCode } from './sync.ts'

/** Every code that WeCom knows is read: groups it made itself are told nowhere else. */
export const groupCodesOfWecom: WecomPart = { handlers: {}, steps: [{ name: 'group_codes', work: syncGroupCodes }] }

async function syncGroupCodes(sync: Sync): Promise<void> {
  const { ctx, corp, app, task } = sync
  const codes = await ctx.db
    .selectFrom('groupCodes')
    .select(['id', 'configId', 'chatIds'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('deletedAt', 'is', null)
    .where('configId', 'is not', null)
    .orderBy('id')
    .execute()
  for (const { configId, ...code } of codes) {
    task.signal.throwIfAborted()
    if (configId === null) continue
    await patiently(sync, () => refreshGroupCode(ctx, app, { ...code, configId })).catch((error) => {
      const isRefusal = error instanceof WecomError && ['configure', 'tell', 'fix_request', 'skip_item'].includes(error.reaction)
      if (!isRefusal) throw error
      ctx.log.warn({ err: error, code: code.id }, 'a code of groups cannot be read')
    })
  }
}
