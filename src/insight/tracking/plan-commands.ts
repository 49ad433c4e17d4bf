import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { isEventName } from '#platform/events/catalogue.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { misfitWith } from './plan.ts'
import { forgetPlan } from './plan-queries.ts'
import type { Declaring } from './schema.ts'

/** Declares an event of the company's own, or says anew what it is. `taken` are names that the product declares. */
export async function declareEvent(ctx: Context, name: string, plan: Declaring, taken: ReadonlySet<string>): Promise<void> {
  checkName(name, taken)
  checkPlan(plan)
  const { properties, sample, ...facts } = plan
  const values = { ...facts, properties: JSON.stringify(properties), sample: sample === null ? null : JSON.stringify(sample) }
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .insertInto('plannedEvents')
      .values({ tenantId: ctx.tenantId, name, createdAt: ctx.now(), updatedAt: ctx.now(), ...values })
      .onConflict((conflict) => conflict.columns(['tenantId', 'name']).doUpdateSet({ ...values, updatedAt: ctx.now() }))
      .execute()
    await audit(ctx, 'planned_event.declared', undefined, { name, properties: properties.map((one) => one.name) })
  })
  forgetPlan(ctx)
}

function checkName(name: string, taken: ReadonlySet<string>): void {
  if (!isEventName(name))
    throw appError('planned_event.bad_name', { message: 'A name is words joined by dots, such as course.finished.', field: 'name' })
  if (taken.has(name))
    throw appError('planned_event.taken', { status: 409, message: `"${name}" is declared by the product.`, field: 'name' })
}

function checkPlan(plan: Declaring): void {
  const names = plan.properties.map(({ name }) => name)
  const twice = names.findIndex((name, i) => names.indexOf(name) !== i)
  if (twice !== -1)
    throw appError('planned_event.property_twice', { message: `"${names[twice]}" stands there twice.`, field: `properties.${twice}.name` })
  const misfit = plan.sample ? misfitWith(plan, plan.sample) : undefined
  if (misfit) throw appError('planned_event.sample_misfit', { message: `The sample does not fit: ${misfit.message}`, field: 'sample' })
}

export async function withdrawEvent(ctx: Context, name: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const { numDeletedRows } = await ctx.db
      .deleteFrom('plannedEvents')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', name)
      .executeTakeFirst()
    if (numDeletedRows === 0n) throw notFound('planned_event')
    await audit(ctx, 'planned_event.withdrawn', undefined, { name })
  })
  forgetPlan(ctx)
}

/** Whether events that nobody declared are held back. */
export async function holdUnknownEvents(ctx: Context, hold: boolean): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.updateTable('tenants').set({ holdUnknownEvents: hold }).where('id', '=', ctx.tenantId).execute()
    await audit(ctx, 'tracking_rules.changed', undefined, { holdUnknown: hold })
  })
  forgetPlan(ctx)
}
