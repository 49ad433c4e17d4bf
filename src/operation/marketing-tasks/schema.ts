import { z } from 'zod'

const Id = z.string().min(1).max(60)

/** What is counted towards the goal: clicks on the link, new friends, orders. */
export const goalKinds = ['clicks', 'friends', 'orders'] as const
export type GoalKind = (typeof goalKinds)[number]

export const marketingStates = ['coming', 'running', 'ended', 'stopped'] as const

const TargetUrl = z
  .url({ protocol: /^https?$/, message: 'An address that begins with http:// or https://.' })
  .max(2000)
  .refine((text) => !URL.canParse(text) || new URL(text).username === '', 'An address without user and password.')

export const Receivers = z.object({ employeeIds: z.array(Id).max(500).default([]), departmentIds: z.array(Id).max(100).default([]) })

export const MarketingTaskInput = Receivers.extend({
  name: z.string().trim().min(1, 'A marketing task has a name.').max(60, 'A name has at most 60 letters.'),
  /** What employees send. `{link}` stands for each one's own address, which comes last where it is not named. */
  script: z.string().trim().max(2000).default(''),
  targetUrl: TargetUrl,
  goalKind: z.enum(goalKinds).default('clicks'),
  /** Of each employee. */
  goal: z.int().min(1, 'A goal is at least one.').max(1_000_000),
  /** Friends count that came through this live code; else every new one. */
  liveCodeId: Id.nullable().default(null),
  startsAt: z.iso.datetime({ offset: true }).optional(),
  endsAt: z.iso.datetime({ offset: true }),
})

/** What may change while it runs: the goal and the address stay, because what was counted was counted towards them. */
export const MarketingTaskChange = MarketingTaskInput.pick({ name: true, endsAt: true })
  .extend({ script: z.string().trim().max(2000) })
  .partial()
  .strict()
export type MarketingTaskChange = z.infer<typeof MarketingTaskChange>

const Named = z.object({ id: z.string(), name: z.string() })

const Numbers = { clicks: z.int(), friends: z.int(), orders: z.int(), paidMinor: z.int() }

export const MarketingTask = z.object({
  id: z.string(),
  name: z.string(),
  script: z.string(),
  targetUrl: z.string(),
  goalKind: z.enum(goalKinds),
  goal: z.int(),
  liveCodeId: z.string().nullable(),
  state: z.enum(marketingStates),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  createdBy: z.string().nullable(),
  /** Of the employees whom the reader's data scope reaches. */
  totals: z.object({ ...Numbers, people: z.int(), reached: z.int() }),
  currency: z.string(),
  /** The reader's own. */
  mine: z.object({ ...Numbers, url: z.string(), script: z.string(), rank: z.int(), reachedAt: z.iso.datetime().nullable() }).nullable(),
})

export const MarketingTaskList = z.object({ items: z.array(MarketingTask), next: z.string().nullable() })

export const MarketingTaskQuery = z.object({
  state: z.enum(marketingStates).optional(),
  q: z.string().trim().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export const MarketingPerson = z.object({
  employee: Named,
  /** Among everybody who has the task; equal counts share a place. */
  rank: z.int(),
  ...Numbers,
  url: z.string(),
  reachedAt: z.iso.datetime().nullable(),
})

export const MarketingPersonList = z.object({ items: z.array(MarketingPerson), next: z.string().nullable() })

export const MarketingPersonQuery = MarketingTaskQuery.omit({ state: true })

/** Who was reminded now: without those who reached the goal, were reminded today, or whom no app may write to. */
export const Reminded = z.object({ reminded: z.int() })
export const HandedOut = z.object({ added: z.int() })

export type MarketingTaskInput = z.infer<typeof MarketingTaskInput>
export type MarketingTask = z.infer<typeof MarketingTask>
export type MarketingTaskQuery = z.infer<typeof MarketingTaskQuery>
export type MarketingPerson = z.infer<typeof MarketingPerson>
export type Receivers = z.infer<typeof Receivers>
