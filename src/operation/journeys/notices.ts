import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { bytesOf } from '../contents/schema.ts'
import { personalOf } from '../personal.ts'
import { planReminders, type Reminder } from '../tasks/reminders.ts'
import { fillIn } from '../variables.ts'
import { type ActOf, keyOf, type Missed, missedBy } from './acts.ts'

/** doc 90236: a text has at most 2048 bytes; what comes behind is cut off by WeCom. */
const noticeBytes = 2000

type Line = { act: ActOf<'notice'>; employeeId: number; text: string }

/**
 * Tells colleagues through the app, once: who may be told stands in the database before anything is sent. People who come to a step
 * together are one notice for each colleague, a line each, because an app may say so and so much a minute.
 */
export async function giveNotice(ctx: Context, acts: readonly ActOf<'notice'>[]): Promise<Missed[]> {
  if (acts.length === 0) return []
  const personal = await personalOf(
    ctx,
    acts.map(({ customerId }) => customerId),
  )
  const lines = acts.flatMap((act): Line[] => {
    const { employeeId = null, values = {} } = personal.get(act.customerId) ?? {}
    const named = act.effect.employees.map((one) => internalId(ctx, 'emp', one))
    const told = named.length > 0 ? named : employeeId === null ? [] : [employeeId]
    const text = `${fillIn(act.effect.text, values)}\n${ctx.config.publicUrl}/customers/${publicId(ctx, 'cus', act.customerId)}`
    return told.map((one) => ({ act, employeeId: one, text }))
  })
  const bundles = [...Map.groupBy(lines, ({ act, employeeId }) => `${act.version.journey} ${act.effect.id} ${employeeId}`).values()]
  const reminders = bundles.map(reminderOf)
  const planned = new Set(await planReminders(ctx, reminders))
  const reached = new Set(bundles.filter((_, i) => planned.has(reminders[i]?.key ?? '')).flatMap((bundle) => bundle.map(({ act }) => act)))
  const named = new Set(lines.map(({ act }) => act))
  return acts.filter((act) => !reached.has(act)).map((act) => missedBy(act, named.has(act) ? 'no_app' : 'no_colleague'))
}

function reminderOf(bundle: readonly Line[]): Reminder {
  const [first] = bundle
  if (!first) throw new Error('a notice about nobody')
  return { key: `${keyOf(first.act)} to ${first.employeeId}`, employeeId: first.employeeId, text: textOf(bundle) }
}

/** As many lines as there is room for, and how many more there are. */
function textOf(bundle: readonly Line[]): string {
  let text = ''
  for (const [i, line] of bundle.entries()) {
    const next = text === '' ? line.text : `${text}\n${line.text}`
    if (i > 0 && bytesOf(next) > noticeBytes) return `${text}\n+${bundle.length - i}`
    text = next
  }
  return text
}
