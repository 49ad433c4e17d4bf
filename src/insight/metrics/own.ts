import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { requireKnownProperties } from '../reports/known-properties.ts'
import { OwnDefinition } from '../reports/metric/own-schema.ts'

type Facts = { name: string; definition: Record<string, unknown> }

/** Only what could be computed is kept. */
export const saveOwnMetric = (ctx: Context, { name, definition }: Facts): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    await checkDefinition(ctx, definition)
    const { id } = await ctx.db
      .insertInto('ownMetrics')
      .values({
        tenantId: ctx.tenantId,
        name,
        definition: JSON.stringify(definition),
        ownerId: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'metric.created', ['met', id], { name })
    return id
  })

export const changeOwnMetric = (
  ctx: Context,
  id: number,
  { name, definition }: Partial<{ [Key in keyof Facts]: Facts[Key] | undefined }>,
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (definition) await checkDefinition(ctx, definition)
    const changed = await ctx.db
      .updateTable('ownMetrics')
      .set({
        ...(name === undefined ? {} : { name }),
        ...(definition ? { definition: JSON.stringify(definition) } : {}),
        updatedAt: ctx.now(),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!changed) throw notFound('metric')
    await audit(ctx, 'metric.changed', ['met', id], { name: changed.name })
  })

export const deleteOwnMetric = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('ownMetrics')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('metric')
    await audit(ctx, 'metric.deleted', ['met', id], { name: gone.name })
  })

async function checkDefinition(ctx: Context, definition: Record<string, unknown>): Promise<void> {
  const parsed = OwnDefinition.safeParse(definition)
  if (parsed.success) return requireKnownProperties(ctx, definition, {}, 'definition')
  const [issue] = parsed.error.issues
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])]
  throw appError('metric.invalid', {
    message: issue?.message ?? 'The definition is not valid.',
    field: ['definition', ...path].map(String).join('.'),
  })
}
