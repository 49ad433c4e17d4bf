import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

const Id = z.string().min(1).max(60)

export const taskKinds = ['contact', 'todo', 'marketing'] as const
export const taskSources = ['journey', 'marketing_task', 'hand'] as const
export const taskStates = ['open', 'done', 'skipped', 'withdrawn'] as const
/** How a list is cut: what is due before the day ends, what is late, all that is open, what nobody has, what is over. */
export const taskViews = ['today', 'overdue', 'open', 'unassigned', 'ended'] as const
export type TaskKind = (typeof taskKinds)[number]
export type TaskSourceKind = (typeof taskSources)[number]
export type TaskState = (typeof taskStates)[number]
export type TaskView = (typeof taskViews)[number]

const Title = z.string().trim().min(1, 'A task says what to do.').max(100, 'A title has at most 100 letters.')
const Note = z.string().trim().max(500)

export const mostTasks = 500
const ids = z.array(Id).min(1, 'Name at least one task.').max(mostTasks, `At most ${mostTasks} tasks at once.`)

/** By hand. With customers there is one task a customer, for whoever is named or else for each one's primary follower. */
export const TaskInput = z.object({
  title: Title,
  kind: z.enum(['contact', 'todo']).default('contact'),
  script: z.string().max(4000).optional(),
  dueAt: z.iso.datetime({ offset: true }).optional(),
  employeeId: Id.optional(),
  customerIds: z.array(Id).max(mostTasks).default([]),
})

export const Outcome = z.object({ result: z.enum(['done', 'skipped']).default('done'), note: Note.optional() })
export const BulkOutcome = Outcome.extend({ ids })
export const Reassignment = z.object({ ids, employeeId: Id })
/** Null takes the time away. */
export const TaskChange = z.strictObject({ dueAt: z.iso.datetime({ offset: true }).nullable() })
/** How many of the named tasks it was done to; the others were over already. */
export const Changed = z.object({ changed: z.int() })

const Named = z.object({ id: z.string(), name: z.string() })

export const Task = z.object({
  id: z.string(),
  kind: z.enum(taskKinds),
  title: z.string(),
  script: z.string().nullable(),
  state: z.enum(taskStates),
  employee: Named.extend({ active: z.boolean() }).nullable(),
  customer: z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable(), avatar: z.string().nullable() }).nullable(),
  dueAt: z.iso.datetime().nullable(),
  isOverdue: z.boolean(),
  escalatedTo: Named.nullable(),
  source: z.object({ kind: z.enum(taskSources), name: z.string().nullable() }),
  /** Of marketing tasks: the address to send. */
  url: z.string().nullable(),
  note: z.string().nullable(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.string().nullable(),
})

export const TaskList = z.object({ items: z.array(Task), next: z.string().nullable(), total: z.int() })

export const TaskQuery = z.object({
  view: z.enum(taskViews).default('open'),
  /** `mine`, or everybody's whom the data scope reaches. */
  whose: z.enum(['mine', 'team']).default('mine'),
  employee: Id.optional(),
  department: Id.optional(),
  customer: Id.optional(),
  source: z.enum(taskSources).optional(),
  kind: z.enum(taskKinds).optional(),
  q: z.string().trim().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export const TaskCounts = z.object({
  open: z.int(),
  today: z.int(),
  overdue: z.int(),
  unassigned: z.int(),
  /** Done since the day began. */
  doneToday: z.int(),
})

/** `remindAt`: minutes after midnight of the company's day. */
export const TaskSettings = z.object({ remind: z.boolean(), remindAt: z.int().min(0).max(1439) })
export const TaskSettingsChange = TaskSettings.partial()

export type TaskInput = z.infer<typeof TaskInput>
export type Outcome = z.infer<typeof Outcome>
export type Task = z.infer<typeof Task>
export type TaskQuery = z.infer<typeof TaskQuery>
export type TaskCounts = z.infer<typeof TaskCounts>
export type TaskSettings = z.infer<typeof TaskSettings>
