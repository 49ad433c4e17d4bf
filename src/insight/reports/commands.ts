import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { requireKnownProperties } from './known-properties.ts'
import { readReport } from './run.ts'

type Facts = { name: string; report: Record<string, unknown> }

/** Only what could run is saved. */
export const saveReport = (ctx: Context, { name, report }: Facts): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { type } = await readKnown(ctx, report)
    const { id } = await ctx.db
      .insertInto('reports')
      .values({
        tenantId: ctx.tenantId,
        name,
        type,
        document: JSON.stringify(report),
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'report.created', ['rep', id], { name, type })
    return id
  })

async function readKnown(ctx: Context, report: Record<string, unknown>) {
  const read = readReport(report)
  await requireKnownProperties(ctx, report, read)
  return read
}

export const changeReport = (
  ctx: Context,
  id: number,
  { name, report }: { name?: string | undefined; report?: Record<string, unknown> | undefined },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const document = report === undefined ? {} : { type: (await readKnown(ctx, report)).type, document: JSON.stringify(report) }
    const changed = await ctx.db
      .updateTable('reports')
      .set({ ...(name === undefined ? {} : { name }), ...document, updatedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('id')
      .executeTakeFirst()
    if (!changed) throw notFound('report')
    await audit(ctx, 'report.changed', ['rep', id], { ...(name === undefined ? {} : { name }) })
  })

export const deleteReport = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('reports')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('report')
    await audit(ctx, 'report.deleted', ['rep', id], { name: gone.name })
  })
