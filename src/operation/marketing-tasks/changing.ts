import { sql } from 'kysely'
import { linkAddress } from '#operation/tasks/links.ts'
import { planReminders } from '#operation/tasks/reminders.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { momentOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { lockRunning, marketingKey } from './commands.ts'
import type { MarketingTaskChange } from './schema.ts'
import { scriptWith } from './script.ts'

/**
 * Name, words and end of a campaign that runs. Open tasks say the new ones at once and whoever has one is told; addresses and counts
 * stay. Returns how many tasks were changed.
 */
export const changeMarketingTask = (ctx: Context, id: number, change: MarketingTaskChange): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const before = await lockRunning(ctx, id)
    const after = {
      name: change.name ?? before.name,
      script: change.script ?? before.script,
      endsAt: change.endsAt === undefined ? before.endsAt : new Date(change.endsAt),
    }
    if (after.endsAt <= before.startsAt || after.endsAt <= ctx.now())
      throw appError('marketing_task.ends_too_early', { message: 'The end lies after the start and in the future.', field: 'endsAt' })
    const fields = (['name', 'script', 'endsAt'] as const).filter((field) => after[field].valueOf() !== before[field].valueOf())
    if (fields.length === 0) return 0
    await ctx.db.updateTable('marketingTasks').set(after).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    const open = await rewrite(ctx, id, after)
    await audit(ctx, 'marketing_task.changed', ['mtk', id], { fields, from: before.name, name: after.name })
    await tell(ctx, id, { ...after, fields }, open)
    return open.length
  })

type Said = { name: string; script: string; endsAt: Date }
type Open = { employeeId: number; language: 'zh' | 'en' }

/** What is open says what the campaign says now; what was late is late no more, because the end lies ahead. */
async function rewrite(ctx: Context, id: number, { name, script, endsAt }: Said): Promise<Open[]> {
  const links = await ctx.db
    .selectFrom('marketingLinks')
    .select(['employeeId', 'code'])
    .where('tenantId', '=', ctx.tenantId)
    .where('taskId', '=', id)
    .execute()
  const words = links.map(({ employeeId, code }) => ({
    key: marketingKey(id, employeeId),
    script: scriptWith(script, linkAddress(ctx, code)),
  }))
  const { rows } = await sql<Open>`
    with changed as (
      update employee_tasks t set title = ${name}, script = w.script, due_at = ${endsAt},
        overdue_at = case when t.due_at = ${endsAt} then t.overdue_at end, escalated_to = case when t.due_at = ${endsAt} then t.escalated_to end
      from jsonb_to_recordset(${JSON.stringify(words)}::jsonb) as w(key text, script text)
      where t.tenant_id = ${ctx.tenantId} and t.key = w.key and t.state = 'open' returning t.employee_id)
    select c.employee_id, coalesce(e.language, n.language) as language
    from changed c join tenants n on n.id = ${ctx.tenantId} join employees e on e.tenant_id = n.id and e.id = c.employee_id and e.status = 'active'
    order by c.employee_id`.execute(ctx.db)
  return rows
}

type Told = Said & { fields: readonly string[] }

async function tell(ctx: Context, id: number, told: Told, people: readonly Open[]): Promise<void> {
  const ends = momentOf(told.endsAt, await timezoneOf(ctx))
  const address = `${ctx.config.publicUrl}/tasks`
  await planReminders(
    ctx,
    people.map(({ employeeId, language }) => ({
      key: `marketing:${id}:changed:${ctx.now().getTime()}:${employeeId}`,
      employeeId,
      text: changedText(language, told, ends, address),
    })),
  )
}

function changedText(language: 'zh' | 'en', { name, fields }: Told, ends: string, address: string): string {
  const [words, time] = [fields.includes('script'), fields.includes('endsAt')]
  if (language === 'zh')
    return `【营销任务有变】${name}：${[words && '话术已更新', time && `截止改为 ${ends}`].filter(Boolean).join('，') || '名称已更新'}。\n${address}`
  return `Marketing task “${name}” changed: ${[words && 'new words', time && `ends ${ends}`].filter(Boolean).join(', ') || 'new name'}.\n${address}`
}
