import { z } from 'zod'
import { listCorps } from '#management/wecom/corps.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { Plan } from './calendar.ts'
import type { Sandbox } from './sandbox.ts'

const Begun = z.object({ seed: z.string(), customers: z.int(), days: z.int(), until: z.coerce.date(), timezone: z.string() })
const Step = z.object({ step: z.string() })

export type Progress = { plan: Plan; done: ReadonlySet<string>; finished: boolean }

/** What the audit log says about a demo here. */
export async function readProgress(ctx: Context): Promise<Progress | undefined> {
  const rows = await ctx.db
    .selectFrom('auditLog')
    .select(['action', 'details'])
    .where('tenantId', '=', ctx.tenantId)
    .where('action', 'in', ['demo.begun', 'demo.step', 'demo.finished'])
    .orderBy('seq')
    .execute()
  const begun = rows.find(({ action }) => action === 'demo.begun')
  if (!begun) return undefined
  return {
    plan: Begun.parse(begun.details),
    done: new Set(rows.flatMap(({ action, details }) => (action === 'demo.step' ? [Step.parse(details).step] : []))),
    finished: rows.some(({ action }) => action === 'demo.finished'),
  }
}

export const noteBegun = (ctx: Context, plan: Plan): Promise<void> => audit(ctx, 'demo.begun', undefined, plan)

/** In the transaction of what cannot be told twice, or after what can. */
export const noteStep = (ctx: Context, step: string): Promise<void> => audit(ctx, 'demo.step', undefined, { step })

export const noteFinished = (ctx: Context): Promise<void> => audit(ctx, 'demo.finished')

/** A demo among real customers could never be told from them again. */
export async function refuseRealData(ctx: Context, sandbox: Sandbox): Promise<void> {
  const boxed = await sandbox.corpIds()
  const corps = await listCorps(ctx)
  const real = corps.find(({ corpId }) => !boxed.includes(corpId))
  if (real)
    throw appError('demo.real_wecom', {
      status: 409,
      message: `The WeCom of ${real.name || real.corpId} is no sandbox. A demo needs a workspace of its own: npm start -- --demo --data ./demo`,
    })
  const found = await ctx.db
    .selectNoFrom((eb) => [
      eb.exists(eb.selectFrom('orders').select('id').where('tenantId', '=', ctx.tenantId)).as('orders'),
      eb.exists(eb.selectFrom('imports').select('id').where('tenantId', '=', ctx.tenantId)).as('files'),
      eb.exists(eb.selectFrom('eventIds').select('id').where('tenantId', '=', ctx.tenantId)).as('events'),
      eb
        .exists(
          eb
            .selectFrom('customers as c')
            .select('c.id')
            .where('c.tenantId', '=', ctx.tenantId)
            .where('c.listed', '=', true)
            .where((eb) =>
              eb.not(
                eb.exists(
                  eb
                    .selectFrom('identities as i')
                    .select('i.value')
                    .where('i.tenantId', '=', ctx.tenantId)
                    .whereRef('i.customerId', '=', 'c.id')
                    .where('i.kind', '=', 'wecom_external_userid'),
                ),
              ),
            ),
        )
        .as('customers'),
    ])
    .executeTakeFirstOrThrow()
  const [what] = Object.entries(found).flatMap(([name, isThere]) => (isThere ? [name] : []))
  if (what)
    throw appError('demo.real_data', {
      status: 409,
      message: `This workspace has ${what} of its own already. A demo needs a workspace of its own: npm start -- --demo --data ./demo`,
    })
}
