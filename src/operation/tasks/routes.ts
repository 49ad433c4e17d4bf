import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { postponeTask } from './changing.ts'
import { completeTask, completeTasks, createTasks, reassignTasks } from './commands.ts'
import { countTasks, listTasks, readTask, readTaskSettings } from './queries.ts'
import {
  BulkOutcome,
  Changed,
  Outcome,
  Reassignment,
  Task,
  TaskChange,
  TaskCounts,
  TaskInput,
  TaskList,
  TaskQuery,
  TaskSettings,
  TaskSettingsChange,
} from './schema.ts'
import { changeTaskSettings } from './settings.ts'

const CountsQuery = TaskQuery.pick({ whose: true })
const Created = z.object({ created: z.int() })

/** Scope `follow`: a task is its employee's, and the data scope says whose tasks somebody sees. */
export const tasks = router()
  .get(
    '/',
    allow('tasks.read', 'follow'),
    describe('List tasks by view, employee, source and customer', TaskList),
    query(TaskQuery),
    async (c) => c.json(await listTasks(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    allow('tasks.write', 'follow'),
    describe('Ask for something by hand, one task a customer', Created, 201),
    body(TaskInput),
    async (c) => c.json({ created: await createTasks(c.var.ctx, c.req.valid('json')) }, 201),
  )
  .get(
    '/counts',
    allow('tasks.read', 'follow'),
    describe('How many are open, due, overdue, done today', TaskCounts),
    query(CountsQuery),
    async (c) => c.json(await countTasks(c.var.ctx, c.req.valid('query').whose)),
  )
  .get('/settings', allow('tasks.read', 'tenant'), describe('Whether and when employees are reminded', TaskSettings), async (c) =>
    c.json(await readTaskSettings(c.var.ctx)),
  )
  .patch(
    '/settings',
    allow('settings.write', 'tenant'),
    describe('Change whether and when employees are reminded', TaskSettings),
    body(TaskSettingsChange),
    async (c) => {
      await changeTaskSettings(c.var.ctx, c.req.valid('json'))
      return c.json(await readTaskSettings(c.var.ctx))
    },
  )
  .post('/completions', allow('tasks.write', 'follow'), describe('Complete or skip many', Changed), body(BulkOutcome), async (c) => {
    const { ids, ...outcome } = c.req.valid('json')
    return c.json({ changed: await completeTasks(c.var.ctx, idsOf(c.var.ctx, ids), outcome) })
  })
  .post(
    '/reassignments',
    allow('tasks.assign', 'follow'),
    describe('Give tasks to somebody else', Changed),
    body(Reassignment),
    async (c) => {
      const { ids, employeeId } = c.req.valid('json')
      return c.json({ changed: await reassignTasks(c.var.ctx, idsOf(c.var.ctx, ids), internalId(c.var.ctx, 'emp', employeeId)) })
    },
  )
  .get('/:id', allow('tasks.read', 'follow'), describe('Read a task', Task), async (c) =>
    c.json(await readTask(c.var.ctx, internalId(c.var.ctx, 'tsk', c.req.param('id')))),
  )
  .patch('/:id', allow('tasks.write', 'follow'), describe('Another time for an open task', Task), body(TaskChange), async (c) => {
    const id = internalId(c.var.ctx, 'tsk', c.req.param('id'))
    const { dueAt } = c.req.valid('json')
    await postponeTask(c.var.ctx, id, dueAt === null ? null : new Date(dueAt))
    return c.json(await readTask(c.var.ctx, id))
  })
  .put('/:id/completion', allow('tasks.write', 'follow'), describe('Complete or skip; twice is once', Task), body(Outcome), async (c) => {
    const id = internalId(c.var.ctx, 'tsk', c.req.param('id'))
    await completeTask(c.var.ctx, id, c.req.valid('json'))
    return c.json(await readTask(c.var.ctx, id))
  })

const idsOf = (ctx: Context, texts: readonly string[]): number[] => texts.map((text) => internalId(ctx, 'tsk', text))
