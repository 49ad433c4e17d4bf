import { remarkContact } from '#connectors/wecom/contacts.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import { fillIn } from '#growth/welcomes/schema.ts'
import { startFollow } from '#management/customers/commands.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { remarkChars } from './schema.ts'

type Friendship = { code: number; customer: number; employee: number; addedAt: Date }

/** Sets the remark of a code in WeCom and here. A remark that the employee wrote already stays. */
export async function setRemark(
  ctx: Context,
  { code, customer, employee, addedAt }: Friendship,
): Promise<{ remark: string } | { skipped: string }> {
  const found = await facts(ctx, { code, customer, employee })
  if (!found?.live || !found.template) return { skipped: 'gone' }
  if (found.remark && found.remark !== found.name) return { skipped: 'written' }
  // The nickname is known once the friendship is confirmed.
  if (found.half || (!found.name && found.template.includes('{nickname}'))) throw notYet()
  const filled = fillIn(found.template, { nickname: found.name ?? '', employee: found.employeeName, company: found.corpName })
  const remark = [...filled.trim()].slice(0, remarkChars).join('')
  if (remark === '') return { skipped: 'empty' }
  const app = await wecomApp(ctx, found.corp)
  await remarkContact(app, { userid: found.userId, external_userid: found.externalUserid, remark }, { requestId: ctx.requestId }).catch(
    (error) => {
      if (isWecomError(error, 84061, 84084)) throw notYet(error)
      throw error
    },
  )
  await startFollow(ctx, { customerId: customer, employeeId: employee, at: addedAt, remark })
  return { remark }
}

const notYet = (cause?: unknown) =>
  appError('live_code.not_friends_yet', { status: 503, message: 'The friendship is not confirmed yet.', cause })

const facts = (ctx: Context, { code, customer, employee }: Omit<Friendship, 'addedAt'>) =>
  ctx.db
    .selectFrom('liveCodes as l')
    .innerJoin('wecomFollows as f', (join) =>
      join
        .onRef('f.tenantId', '=', 'l.tenantId')
        .onRef('f.corp', '=', 'l.corp')
        .on('f.customerId', '=', customer)
        .on('f.employeeId', '=', employee),
    )
    .innerJoin('wecomCorps as w', (join) => join.onRef('w.tenantId', '=', 'l.tenantId').onRef('w.id', '=', 'l.corp'))
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'l.tenantId').on('e.id', '=', employee))
    .innerJoin('customers as own', (join) => join.onRef('own.tenantId', '=', 'l.tenantId').on('own.id', '=', customer))
    .innerJoin('customers as c', (join) => join.onRef('c.tenantId', '=', 'own.tenantId').onRef('c.id', '=', 'own.canonicalId'))
    .select([
      'l.corp',
      'l.remark as template',
      'f.externalUserid',
      'f.userId',
      'f.remark',
      'f.live',
      'f.half',
      'w.name as corpName',
      'e.name as employeeName',
      'c.name',
    ])
    .where('l.tenantId', '=', ctx.tenantId)
    .where('l.id', '=', code)
    .orderBy('f.live', 'desc')
    .limit(1)
    .executeTakeFirst()
