import { z } from 'zod'

export const Operations = z.object({
  inboxRows: z.int(),
  inboxEvents: z.int(),
  loaderLagSeconds: z.number(),
  consumers: z.array(z.object({ name: z.string(), behind: z.int(), lagSeconds: z.number() })),
  deadLetters: z.int(),
  quarantined: z.int(),
  oldestTransactionSeconds: z.number(),
  jobs: z.object({ waiting: z.int(), running: z.int(), failed: z.int(), oldestLeaseSeconds: z.number() }),
  processes: z.array(z.object({ name: z.string(), startedAt: z.string(), beatAt: z.string(), restarts: z.int(), version: z.string() })),
  analysis: z.object({ reachable: z.boolean(), asOf: z.string() }),
})

export type Operations = z.infer<typeof Operations>

export const DeadLetter = z.object({
  id: z.string(),
  consumer: z.string(),
  event: z.object({ id: z.string(), name: z.string(), at: z.string(), properties: z.record(z.string(), z.unknown()) }),
  customerId: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  failedAt: z.string(),
  attempts: z.int(),
  replayedAt: z.string().nullable(),
})

export type DeadLetter = z.infer<typeof DeadLetter>

export const DeadLetterList = z.object({ items: z.array(DeadLetter), next: z.string().nullable() })

export const DeadLetterQuery = z.object({
  state: z.enum(['waiting', 'replayed', 'all']).default('waiting'),
  consumer: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().optional(),
})

export const JobView = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  progress: z.record(z.string(), z.unknown()).nullable(),
  result: z.unknown(),
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }).nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

export type JobView = z.infer<typeof JobView>

export const JobList = z.object({ items: z.array(JobView), next: z.string().nullable() })
