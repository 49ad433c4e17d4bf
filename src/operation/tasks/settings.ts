import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { readTaskSettings } from './queries.ts'
import type { TaskSettings } from './schema.ts'

export const changeTaskSettings = (ctx: Context, change: Partial<TaskSettings>): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const values = {
      ...(await readTaskSettings(ctx)),
      ...change,
      changedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      changedAt: ctx.now(),
    }
    await ctx.db
      .insertInto('taskSettings')
      .values({ tenantId: ctx.tenantId, ...values })
      .onConflict((conflict) => conflict.column('tenantId').doUpdateSet(values))
      .execute()
    await audit(ctx, 'task_settings.changed', ['ten', ctx.tenantId], change)
  })
