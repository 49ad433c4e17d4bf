import { z } from 'zod'

/** WeCom shows it at the bottom of 我的企业 → 企业信息: `ww` and sixteen letters or digits; older corps have `wx`. */
const CorpId = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9_-]{4,64}$/, 'A CorpID has letters and digits only, such as ww1234567890abcdef.')
const Secret = z.string().trim().min(8, 'This is too short for a secret of WeCom.').max(256)
const AgentId = z
  .int()
  .min(1)
  .max(2 ** 31 - 1)
const Name = z.string().trim().min(1).max(64)

export const NewCorp = z.object({ corpId: CorpId, name: Name.optional(), agentId: AgentId.optional(), secret: Secret })

export const CorpChange = z.object({
  name: Name.optional(),
  agentId: AgentId.optional(),
  secret: Secret.optional(),
  state: z.enum(['active', 'paused']).optional(),
  newCallbackKeys: z.boolean().optional(),
})

/** What goes into WeCom's admin page, shown once when it is made. */
export const Receiver = z.object({ url: z.string(), token: z.string(), encodingAesKey: z.string() })

export const Corp = z.object({
  id: z.string(),
  corpId: z.string(),
  name: z.string(),
  agentId: z.number().nullable(),
  state: z.enum(['active', 'paused']),
  callbackUrl: z.string(),
  callbackVerifiedAt: z.iso.datetime().nullable(),
  lastCallbackAt: z.iso.datetime().nullable(),
  syncedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  /** Only in the answer that made them. */
  receiver: Receiver.optional(),
})

export const CorpList = z.object({ items: z.array(Corp), next: z.string().nullable() })

/** No more of a corp than whoever makes something in it has to choose by. */
export const CorpNames = z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })), next: z.null() })

export const SyncStarted = z.object({ job: z.string() })

export const Progress = z.object({ step: z.string(), done: z.number(), total: z.number(), repaired: z.number() })
export const SyncState = z.object({
  job: z.string(),
  state: z.string(),
  why: z.string(),
  /** The first one brings a company in: nothing of it is a repair. */
  isFirst: z.boolean(),
  finished: z.array(z.string()),
  repairs: z.array(z.object({ kind: z.string(), count: z.number() })),
  progress: Progress.partial().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})
export const SyncList = z.object({ items: z.array(SyncState), next: z.string().nullable() })

export const Severity = z.enum(['ok', 'info', 'warning', 'error'])
const Words = z.object({ zh: z.string(), en: z.string() })
export const Finding = z.object({
  check: z.string(),
  ok: z.boolean(),
  severity: Severity,
  message: Words,
  fix: Words.optional(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export const Findings = z.object({ items: z.array(Finding) })

export const CallbackQuery = z.object({
  state: z.enum(['waiting', 'done', 'ignored', 'dead']).optional(),
  type: z.string().max(100).optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const CallbackRow = z.object({
  id: z.string(),
  type: z.string(),
  lane: z.string(),
  at: z.string(),
  receivedAt: z.string(),
  state: z.string(),
  attempts: z.number(),
  repeats: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  processedAt: z.string().nullable(),
  body: z.string(),
  requestId: z.string().nullable(),
})
export const CallbackList = z.object({ items: z.array(CallbackRow), next: z.string().nullable(), counts: z.record(z.string(), z.number()) })

export const PageQuery = z.object({ cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(200).default(50) })
export const CallQuery = PageQuery.extend({ failed: z.stringbool().optional(), endpoint: z.string().max(100).optional() })
export const CallList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      endpoint: z.string(),
      errcode: z.number().nullable(),
      milliseconds: z.number().nullable(),
      message: z.string().nullable(),
      requestId: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
})
export const RepairQuery = PageQuery.extend({
  kind: z.string().max(64).optional(),
  run: z.string().max(64).optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
})
export const RepairList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      at: z.string(),
      kind: z.string(),
      externalUserId: z.string().nullable(),
      userId: z.string().nullable(),
      customer: z.string().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
  next: z.string().nullable(),
})
/** Whom the ids of WeCom mean here, where they are known. */
export const named = { customer: z.object({ id: z.string(), name: z.string().nullable() }).nullable(), employeeName: z.string().nullable() }

export const WelcomeList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      externalUserId: z.string(),
      userId: z.string(),
      ...named,
      status: z.string(),
      reason: z.string().nullable(),
      attempts: z.number(),
      receivedAt: z.string(),
      finishedAt: z.string().nullable(),
      milliseconds: z.number().nullable(),
    }),
  ),
  next: z.string().nullable(),
})

export type NewCorp = z.infer<typeof NewCorp>
export type CorpChange = z.infer<typeof CorpChange>
export type Corp = z.infer<typeof Corp>
export type Receiver = z.infer<typeof Receiver>
export type Finding = z.infer<typeof Finding>
export type Progress = z.infer<typeof Progress>
