import { z } from 'zod'
import { tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { Actor } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
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
    actor: z.object({
      kind: z.enum(['employee', 'api_key', 'system']),
      id: z.int(),
      name: z.string(),
      scope: z.union([z.literal('all'), z.array(z.int())]),
    }),
  }),
  run: async (base, { action, tagId, ids, filter, q, actor }, task) => {
    const ctx = { ...base, actor: { ...actor, permissions: new Set(['customers.write']) } satisfies Actor }
    const whom = { ...(filter ? { filter } : {}), ...(q ? { q } : {}) }
    const total = ids?.length ?? (typeof task.saved.total === 'number' ? task.saved.total : await countCustomers(ctx, whom))
    let { after = 0, done = 0, changed = 0 } = task.saved as { after?: number; done?: number; changed?: number }
    const sorted = ids?.toSorted((a, b) => a - b)
    while (!task.signal.aborted) {
      const next = sorted ? sorted.filter((id) => id > after).slice(0, chunk) : await customerIdsAfter(ctx, whom, after, chunk)
      if (next.length === 0) break
      changed += await (action === 'tag' ? tagCustomers : untagCustomers)(ctx, tagId, next, { source: 'manual' })
      after = next.at(-1) ?? after
      done += next.length
      await task.save({ after, done, changed, total })
    }
    return { done, changed, total }
  },
})

/** Keeps ClickHouse's view of customers and their last activity current. */
export const customerSchedules = (definitions: () => readonly EventDefinition[]): Schedule[] => [
  { name: 'customers.persons', everySeconds: 2, run: async (installation) => void (await mirrorPersons(installation)) },
  { name: 'customers.activity', everySeconds: 10, run: async (installation) => void (await noteActivity(installation, definitions())) },
]
