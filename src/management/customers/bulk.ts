import { sql } from 'kysely'
import { z } from 'zod'
import { visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { enqueue } from '#platform/jobs.ts'
import { bulkTagging } from './jobs.ts'
import type { BulkJob, BulkTagging } from './schema.ts'

/** Starts tagging or untagging many; what the asker may see goes with the job. */
export async function startBulk(ctx: Context, { action, tagId, ids, filter, q }: z.infer<typeof BulkTagging>): Promise<number> {
  const tag = internalId(ctx, 'tag', tagId)
  await requireTag(ctx, tag)
  const customers = ids && (await visibleOnes(ctx, ids))
  return enqueue(ctx, bulkTagging, {
    action,
    tagId: tag,
    ...(customers ? { ids: customers } : {}),
    ...(filter ? { filter } : {}),
    ...(q ? { q } : {}),
    actor: askerOf(ctx),
  })
}

/** Turns back what a finished job changed. An undo is a job of its own and can be turned back as well. */
export const undoBulk = (ctx: Context, id: number): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    await sql`select from jobs where tenant_id = ${ctx.tenantId} and id = ${id} for update`.execute(ctx.db)
    const [row] = await readBulk(ctx, { id, limit: 1 })
    if (!row) throw notFound('job')
    if (['waiting', 'running'].includes(row.state))
      throw appError('bulk.running', { status: 409, message: 'This is still running; stop it or wait until it is done.' })
    if (row.undone) throw appError('bulk.undone', { status: 409, message: 'This was taken back already.' })
    await requireTag(ctx, row.tagId)
    return enqueue(ctx, bulkTagging, {
      action: row.action === 'tag' ? 'untag' : 'tag',
      tagId: row.tagId,
      undoes: id,
      actor: askerOf(ctx),
    })
  })

export async function cancelBulk(ctx: Context, id: number): Promise<void> {
  if ((await readBulk(ctx, { id, limit: 1 })).length === 0) throw notFound('job')
  await ctx.db
    .updateTable('jobs')
    .set({
      cancelRequested: true,
      state: sql`case state when 'waiting' then 'cancelled' else state end`,
      finishedAt: sql`case state when 'waiting' then now() else finished_at end`,
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute()
}

export async function findBulk(ctx: Context, id: number): Promise<BulkJob> {
  const [row] = await readBulk(ctx, { id, limit: 1 })
  if (!row) throw notFound('job')
  return bulkJob(ctx, row)
}

/** The actor's own, or everybody's for those who see everything; the newest first. */
export const listBulk = async (ctx: Context, limit: number): Promise<BulkJob[]> =>
  (await readBulk(ctx, { limit })).map((row) => bulkJob(ctx, row))

type Row = {
  id: number
  state: BulkJob['state']
  action: BulkJob['action']
  tagId: number
  tagName: string | null
  undoes: number | null
  undone: boolean
  changed: number
  progress: unknown
  createdAt: Date
}

async function readBulk(ctx: Context, { id, limit }: { id?: number; limit: number }): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select j.id, j.state, j.payload ->> 'action' as action, (j.payload ->> 'tagId')::int as tag_id, t.name as tag_name, (j.payload ->> 'undoes')::bigint as undoes, j.progress, j.created_at,
      (select coalesce(sum(cardinality(d.customer_ids)), 0)::int from tagging_changes d where d.tenant_id = j.tenant_id and d.job_id = j.id) as changed,
      exists (select from jobs u where u.tenant_id = j.tenant_id and u.name = j.name and (u.payload ->> 'undoes')::bigint = j.id and u.state <> 'failed') as undone
    from jobs j left join tags t on t.tenant_id = j.tenant_id and t.id = (j.payload ->> 'tagId')::int
    where j.tenant_id = ${ctx.tenantId} and j.name = ${bulkTagging.name} and (${id ?? null}::bigint is null or j.id = ${id ?? null})
      and (${ctx.actor.scope === 'all'} or j.created_by = ${ctx.actor.kind === 'employee' ? ctx.actor.id : null})
    order by j.id desc limit ${limit}`.execute(ctx.db)
  return rows
}

const Progress = z.object({ done: z.int().default(0), total: z.int().nullable().default(null) })

function bulkJob(ctx: Context, row: Row): BulkJob {
  const { done, total } = Progress.parse(row.progress ?? {})
  const hasEnded = !['waiting', 'running'].includes(row.state)
  return {
    id: publicId(ctx, 'job', row.id),
    action: row.action,
    tag: row.tagName === null ? null : { id: publicId(ctx, 'tag', row.tagId), name: row.tagName },
    state: row.state,
    done,
    total,
    changed: row.changed,
    undoes: row.undoes === null ? null : publicId(ctx, 'job', row.undoes),
    undoable: hasEnded && !row.undone && row.changed > 0 && row.tagName !== null,
    createdAt: row.createdAt.toISOString(),
  }
}

async function requireTag(ctx: Context, tag: number): Promise<void> {
  const known = await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('id', '=', tag).executeTakeFirst()
  if (!known) throw notFound('tag')
}

async function visibleOnes(ctx: Context, texts: readonly string[]): Promise<number[]> {
  const ids = texts.map((text) => internalId(ctx, 'cus', text))
  const found = new Set<number>()
  for (const id of ids) found.add(await visibleCanonical(ctx, id))
  return [...found]
}

const askerOf = ({ actor: { kind, id, name, scope } }: Context) => ({
  kind,
  id,
  name,
  scope: scope === 'all' ? ('all' as const) : [...scope],
})
