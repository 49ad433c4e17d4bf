import { z } from 'zod'
import { changedTaggings } from '#management/tags/commands.ts'
import type { Actor, Context } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defineJob, type Schedule } from '#platform/jobs.ts'
import { noteActivity } from './activity.ts'
import { mirrorPersons } from './mirror.ts'
import { countCustomers, customerIdsAfter } from './queries.ts'
import { CustomerFilter } from './schema.ts'

const chunk = 500

/** Tags or untags many, in chunks that can be repeated; the asker's data scope goes with the job. */
export const bulkTagging = defineJob({
  name: 'customers.bulk_tagging',
  payload: z.object({
    action: z.enum(['tag', 'untag']),
    tagId: z.int(),
    ids: z.array(z.int()).optional(),
    filter: CustomerFilter.optional(),
    q: z.string().optional(),
    /** Whose changes are taken back: a job of the same tag and the opposite action. */
    undoes: z.int().optional(),
    actor: z.object({
      kind: z.enum(['employee', 'api_key', 'system']),
      id: z.int(),
      name: z.string(),
      scope: z.union([z.literal('all'), z.array(z.int())]),
    }),
  }),
  run: async (base, { action, tagId, ids, filter, q, undoes, actor }, task) => {
    const ctx = { ...base, actor: { ...actor, permissions: new Set(['customers.write']) } satisfies Actor }
    const whom = { ...(filter ? { filter } : {}), ...(q ? { q } : {}) }
    const known = undoes === undefined ? ids : await changedBy(ctx, undoes)
    const total = known?.length ?? (typeof task.saved.total === 'number' ? task.saved.total : await countCustomers(ctx, whom))
    let { after = 0, done = 0, changed = 0 } = task.saved as { after?: number; done?: number; changed?: number }
    const sorted = known?.toSorted((a, b) => a - b)
    while (!task.signal.aborted) {
      const next = sorted ? sorted.filter((id) => id > after).slice(0, chunk) : await customerIdsAfter(ctx, whom, after, chunk)
      if (next.length === 0) break
      changed += await changeChunk(ctx, { job: task.id, after, action, tagId, customers: next })
      after = next.at(-1) ?? after
      done += next.length
      await task.save({ after, done, changed, total })
    }
    return { done, changed, total }
  },
})

type Chunk = { job: number; after: number; action: 'tag' | 'untag'; tagId: number; customers: readonly number[] }

/** Tags and writes down who changed in one transaction; a chunk that was already done says what it did then. */
const changeChunk = (ctx: Context, { job, after, action, tagId, customers }: Chunk): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const changes = customers.map((customerId) => ({ tagId, customerId, tagged: action === 'tag' }))
    const changed = (await changedTaggings(ctx, changes, { source: 'manual' })).map(({ customerId }) => customerId)
    if (changed.length > 0) {
      await ctx.db
        .insertInto('taggingChanges')
        .values({ tenantId: ctx.tenantId, jobId: job, after, customerIds: changed })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return changed.length
    }
    return (await chunksOf(ctx, job)).find((done) => done.after === after)?.customerIds.length ?? 0
  })

const changedBy = async (ctx: Context, job: number): Promise<number[]> => (await chunksOf(ctx, job)).flatMap((done) => done.customerIds)

const chunksOf = (ctx: Context, job: number): Promise<{ after: number; customerIds: number[] }[]> =>
  ctx.db
    .selectFrom('taggingChanges')
    .select(['after', 'customerIds'])
    .where('tenantId', '=', ctx.tenantId)
    .where('jobId', '=', job)
    .orderBy('after')
    .execute()

/** Keeps ClickHouse's view of customers and their last activity current. */
export const customerSchedules = (definitions: () => readonly EventDefinition[]): Schedule[] => [
  { name: 'customers.persons', everySeconds: 2, run: async (installation) => void (await mirrorPersons(installation)) },
  { name: 'customers.activity', everySeconds: 10, run: async (installation) => void (await noteActivity(installation, definitions())) },
]
