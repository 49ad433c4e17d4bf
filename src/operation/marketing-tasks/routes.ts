import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { changeMarketingTask } from './changing.ts'
import { createMarketingTask, handOutMore, remindOfMarketingTask, stopMarketingTask } from './commands.ts'
import { listMarketingTasks, rankPeople, readMarketingTask } from './queries.ts'
import {
  HandedOut,
  MarketingPersonList,
  MarketingPersonQuery,
  MarketingTask,
  MarketingTaskChange,
  MarketingTaskInput,
  MarketingTaskList,
  MarketingTaskQuery,
  Receivers,
  Reminded,
} from './schema.ts'

/** Scope `follow`: numbers and people are those of employees whom the data scope reaches. */
export const marketingTasks = router()
  .get(
    '/',
    allow('tasks.read', 'follow'),
    describe('List marketing tasks, newest first', MarketingTaskList),
    query(MarketingTaskQuery),
    async (c) => c.json(await listMarketingTasks(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    allow('tasks.assign', 'follow'),
    describe('Hand out a marketing task', MarketingTask, 201),
    body(MarketingTaskInput),
    async (c) => c.json(await readMarketingTask(c.var.ctx, await createMarketingTask(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/:id', allow('tasks.read', 'follow'), describe('Read a marketing task', MarketingTask), async (c) =>
    c.json(await readMarketingTask(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .patch(
    '/:id',
    allow('tasks.assign', 'tenant'),
    describe('Change name, words or end while it runs; those who have it are told', MarketingTask),
    body(MarketingTaskChange),
    async (c) => {
      const id = await visibleId(c.var.ctx, c.req.param('id'))
      await changeMarketingTask(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readMarketingTask(c.var.ctx, id))
    },
  )
  .get(
    '/:id/people',
    allow('tasks.read', 'follow'),
    describe('Who has the task and how far they are, the best first', MarketingPersonList),
    query(MarketingPersonQuery),
    async (c) => c.json(await rankPeople(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .post('/:id/people', allow('tasks.assign', 'follow'), describe('Hand it out to more people', HandedOut), body(Receivers), async (c) =>
    c.json({ added: await handOutMore(c.var.ctx, await visibleId(c.var.ctx, c.req.param('id')), c.req.valid('json')) }),
  )
  .post('/:id/reminders', allow('tasks.assign', 'follow'), describe('Remind whoever is not there yet, once a day', Reminded), async (c) =>
    c.json({ reminded: await remindOfMarketingTask(c.var.ctx, await visibleId(c.var.ctx, c.req.param('id'))) }),
  )
  .put('/:id/stop', allow('tasks.assign', 'tenant'), describe('Stop counting and asking', MarketingTask), async (c) => {
    const id = await visibleId(c.var.ctx, c.req.param('id'))
    await stopMarketingTask(c.var.ctx, id)
    return c.json(await readMarketingTask(c.var.ctx, id))
  })

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'mtk', text)

async function visibleId(ctx: Context, text: string): Promise<number> {
  const id = idOf(ctx, text)
  await readMarketingTask(ctx, id)
  return id
}
