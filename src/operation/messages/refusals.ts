import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { planReminders } from '../tasks/reminders.ts'
import type { MessageRow } from './stored.ts'

const words = {
  zh: (name: string) => `群发「${name}」没有发出：收件人的条件里有已删除或已归档的内容。`,
  en: (name: string) => `The message “${name}” was not sent: something that says whom it is for was deleted or archived.`,
}

/** Through the app, once, in their own language: whoever wrote or changed a message that could not begin. */
export async function tellMakers(ctx: Context, { id, name, makers }: MessageRow): Promise<void> {
  if (makers.length === 0) return
  const rows = await ctx.db
    .selectFrom('employees as e')
    .innerJoin('tenants as t', 't.id', 'e.tenantId')
    .select((eb) => ['e.id', eb.fn.coalesce('e.language', 't.language').as('language')])
    .where('e.tenantId', '=', ctx.tenantId)
    .where('e.id', 'in', makers)
    .execute()
  const link = `${ctx.config.publicUrl}/messages/${publicId(ctx, 'msg', id)}`
  await planReminders(
    ctx,
    rows.map(({ id: employeeId, language }) => ({
      key: `message ${id} refused to ${employeeId}`,
      employeeId,
      text: `${words[language === 'en' ? 'en' : 'zh'](name)}\n${link}`,
    })),
  )
}
