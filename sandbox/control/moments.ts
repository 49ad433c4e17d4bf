// Moments on the phones: the feed, a post of one's own, likes and comments.
import { Hono } from 'hono'
import { z } from 'zod'
import { avatarUrl } from '../company/avatar.ts'
import { findCorp } from '../state/corps.ts'
import { findCustomer } from '../state/customers.ts'
import { nameOf } from '../state/group-life.ts'
import { postMoment } from '../state/moment-life.ts'
import {
  addReaction,
  canSee,
  deleteMoment,
  feedOfCustomer,
  feedOfEmployee,
  findMoment,
  findMomentTask,
  type Moment,
  type MomentTask,
  reactionsTo,
  removeLike,
} from '../state/moments.ts'
import { settleDue } from '../state/settle.ts'
import { type World, worldAt } from '../state/world.ts'
import { at, corpOf, customerOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'
import { bodyView } from './mass-messages.ts'

const Id = z.string().min(1)

export function momentRoutes(world: World): Hono {
  const routes = new Hono()
  // A customer sees what was published for them, a member what they published.
  routes.get('/moments', (c) => {
    const { customer, employee, corp, limit } = readQuery(
      c,
      z.object({ customer: Id.optional(), employee: Id.optional(), corp: z.string().optional(), limit: Limit }),
    )
    settleDue(world)
    if (customer) {
      const { externalUserId } = customerOf(world, customer)
      return c.json({ items: feedOfCustomer(world, externalUserId, limit).flatMap((it) => postView(world, it, externalUserId)) })
    }
    const { corpId } = corpOf(world, corp)
    const { userId } = employeeOf(world, corpId, employee ?? '', 'employee')
    return c.json({ items: feedOfEmployee(world, corpId, userId, limit).flatMap((it) => postView(world, it, userId)) })
  })

  routes.post('/moments', async (c) => {
    const input = await readBody(c, z.object({ userId: Id, text: z.string().trim().min(1).max(2000), corp: z.string().optional(), at }))
    const { corpId } = corpOf(world, input.corp)
    const { userId } = employeeOf(world, corpId, input.userId)
    const task = postMoment(worldAt(world, input.at), corpId, userId, { text: input.text, given: [], pieces: [] })
    return c.json(postView(world, task, userId)[0], 201)
  })

  // `userId` says whose publication is meant: a company's moment is published by many.
  routes.post('/moments/:momentId/like', async (c) => {
    const input = await readBody(c, z.object({ userId: Id, by: Id, on: z.boolean().default(true), at }))
    const { task, by } = postFor(world, c.req.param('momentId'), input)
    if (input.on) addReaction(worldAt(world, input.at), task, 'like', by, '')
    else removeLike(world, task, by)
    return c.json(postView(world, task, by)[0])
  })

  routes.post('/moments/:momentId/comment', async (c) => {
    const input = await readBody(c, z.object({ userId: Id, by: Id, text: z.string().trim().min(1).max(500), at }))
    const { task, by } = postFor(world, c.req.param('momentId'), input)
    addReaction(worldAt(world, input.at), task, 'comment', by, input.text)
    return c.json(postView(world, task, by)[0])
  })

  // A member takes down what they posted themselves.
  routes.delete('/moments/:momentId', (c) => {
    const moment = momentOf(world, c.req.param('momentId'))
    if (moment.creator === undefined || moment.creator !== c.req.query('by'))
      return fail(403, 'moment.not_allowed', 'Only who posted it themselves may take it down.', 'by')
    deleteMoment(world, moment)
    return c.json({ momentId: moment.momentId })
  })
  return routes
}

const momentOf = (world: World, momentId: string): Moment =>
  findMoment(world, momentId) ?? fail(404, 'moment.unknown', `There is no moment ${momentId}.`)

/** Whoever reacts must see it: the member who published it, or a customer it is shown to. */
function postFor(world: World, momentId: string, input: { userId: string; by: string }): { task: MomentTask; by: string } {
  const { corpId } = momentOf(world, momentId)
  const task = findMomentTask(world, momentId, employeeOf(world, corpId, input.userId).userId)
  if (task?.publishedAt === undefined) return fail(404, 'moment.unpublished', `${input.userId} has not published this moment.`, 'userId')
  const by = findCustomer(world, input.by)?.externalUserId ?? employeeOf(world, corpId, input.by, 'by').userId
  if (by !== task.userId && !canSee(world, task, by)) return fail(403, 'moment.unseen', `${input.by} cannot see this moment.`, 'by')
  return { task, by }
}

function postView(world: World, task: MomentTask, viewer: string) {
  const moment = findMoment(world, task.momentId)
  if (!moment || task.publishedAt === undefined) return []
  const people = reactionsTo(world, task).map((it) => ({ ...it, name: nameOf(world, task.corpId, it.author) }))
  const likes = people.filter((it) => it.kind === 'like')
  return [
    {
      momentId: task.momentId,
      userId: task.userId,
      name: nameOf(world, task.corpId, task.userId),
      avatar: avatarUrl(world, task.userId),
      corp: findCorp(world, task.corpId)?.name ?? '',
      isOwn: moment.creator === viewer,
      fromCompany: moment.creator === undefined,
      ...bodyView(world, moment.body),
      at: new Date(task.publishedAt).toISOString(),
      liked: likes.some((it) => it.author === viewer),
      likes: likes.map((it) => ({ by: it.author, name: it.name })),
      comments: people
        .filter((it) => it.kind === 'comment')
        .map((it) => ({ by: it.author, name: it.name, text: it.text, at: new Date(it.at).toISOString() })),
    },
  ]
}
