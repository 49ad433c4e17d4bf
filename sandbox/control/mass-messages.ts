// Mass messages and moments that wait for a member: what the phone lists, confirms and puts aside; and what members write to many themselves.
import { Hono } from 'hono'
import { z } from 'zod'
import { findCustomer } from '../state/customers.ts'
import { findEmployee, listEmployees } from '../state/directory.ts'
import { findGroupChat } from '../state/group-chats.ts'
import { confirmMassTask, type Plan, planCustomers, planGroups } from '../state/mass-life.ts'
import {
  countTargets,
  createMassMessage,
  findMassMessageById,
  findMassTask,
  type ManyBody,
  type MassMessage,
  type MassTask,
  markTaskIgnored,
  newestMassMessages,
  openMassTasks,
  resultsOfTask,
  tasksOfMassMessage,
} from '../state/mass-messages.ts'
import { audienceOf, audienceSize, publishMoment } from '../state/moment-life.ts'
import { findMoment, findMomentTaskById, type MomentTask, markMomentIgnored, openMomentTasks } from '../state/moments.ts'
import { settleDue } from '../state/settle.ts'
import { type World, worldAt } from '../state/world.ts'
import { contentView } from './content.ts'
import { at, corpOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'

const Id = z.string().min(1)
const namesShown = 6
const targetsShown = 200

export function massMessageRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/mass-messages', (c) => {
    const { corp, limit } = readQuery(c, z.object({ corp: z.string().optional(), limit: Limit }))
    return c.json({ items: newestMassMessages(world, corpOf(world, corp).corpId, limit).map((it) => massView(world, it)) })
  })

  // A member writes to customers or groups of their own: nobody has to confirm that.
  routes.post('/mass-messages', async (c) => {
    const input = await readBody(
      c,
      z.object({
        userId: Id,
        text: z.string().trim().min(1).max(4000),
        customers: z.array(Id).max(200).optional(),
        groups: z.array(Id).max(200).optional(),
        corp: z.string().optional(),
        at,
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    const { userId } = employeeOf(world, corpId, input.userId)
    const then = worldAt(world, input.at)
    const { plan } = ownPlan(then, corpId, userId, input)
    if (plan.size === 0) return fail(409, 'mass.nobody', 'There is nobody this member could write to.', 'customers')
    const mass = world.store.transaction(() => {
      const body = { text: input.text, given: [], pieces: [] }
      const chatType = input.groups ? 'group' : 'single'
      const made = createMassMessage(then, { corpId, agentId: 0, chatType, creator: userId, allowSelect: false, body }, plan)
      for (const task of tasksOfMassMessage(then, made.id, 0, 1)) confirmMassTask(then, task)
      return made
    })
    return c.json(massView(world, mass), 201)
  })

  routes.get('/tasks/:id{(mass|moment)-[0-9]+}', (c) => {
    settleDue(world)
    return c.json(taskView(world, openTask(world, c.req.param('id')), targetsShown))
  })
  routes.post('/tasks/:id{(mass|moment)-[0-9]+}/confirm', async (c) => {
    settleDue(world)
    const task = openTask(world, c.req.param('id'))
    const input = await readBody(c, z.object({ targets: z.array(Id).optional(), at }))
    const then = worldAt(world, input.at)
    if ('mass' in task) confirmMassTask(then, task.mass, input.targets)
    else publishMoment(then, task.moment)
    return c.json({ id: c.req.param('id') })
  })
  routes.post('/tasks/:id{(mass|moment)-[0-9]+}/ignore', (c) => {
    settleDue(world)
    const task = openTask(world, c.req.param('id'))
    if ('mass' in task) markTaskIgnored(world, task.mass)
    else markMomentIgnored(world, task.moment)
    return c.json({ id: c.req.param('id') })
  })
  return routes
}

/** The mass messages and moments that wait for this member, newest first. */
export function manyTasksOf(world: World, corpId: string, userId: string) {
  settleDue(world)
  return [
    ...openMassTasks(world, corpId, userId).map((mass) => taskView(world, { mass }, namesShown)),
    ...openMomentTasks(world, corpId, userId).map((moment) => taskView(world, { moment }, namesShown)),
  ].sort((a, b) => b.at.localeCompare(a.at))
}

/** What the phone shows of a text with attachments that goes to many. */
export const bodyView = (world: World, { text, pieces }: ManyBody) => ({
  text,
  pieces: pieces.map(({ kind, content }) => ({ kind, ...contentView(world, kind, content) })),
})

type OpenTask = { mass: MassTask } | { moment: MomentTask }

/** A put-aside task can still be confirmed; a sent or cancelled one is over. */
function openTask(world: World, id: string): OpenTask {
  const number = Number(id.split('-')[1])
  if (id.startsWith('mass-')) {
    const mass = findMassTask(world, number)
    if (mass && mass.sentAt === undefined && findMassMessageById(world, mass.massId)?.cancelledAt === undefined) return { mass }
  } else {
    const task = findMomentTaskById(world, number)
    const moment = task && findMoment(world, task.momentId)
    if (moment && task.publishedAt === undefined && moment.cancelledAt === undefined) return { moment: task }
  }
  return fail(404, 'task.unknown', 'There is no such open task.')
}

function taskView(world: World, task: OpenTask, most: number) {
  if ('moment' in task) {
    const { id, momentId, userId } = task.moment
    const moment = findMoment(world, momentId) ?? fail(404, 'task.unknown', 'There is no such open task.')
    return {
      id: `moment-${id}`,
      kind: 'moment' as const,
      ...bodyView(world, moment.body),
      size: audienceSize(world, moment, userId),
      targets: audienceOf(world, moment, task.moment, 0, most).map((it) => target(world, it.externalUserId)),
      at: new Date(moment.createdAt).toISOString(),
    }
  }
  const { id, massId, userId } = task.mass
  const mass = findMassMessageById(world, massId) ?? fail(404, 'task.unknown', 'There is no such open task.')
  return {
    id: `mass-${id}`,
    kind: mass.chatType === 'group' ? ('group_mass_message' as const) : ('mass_message' as const),
    ...bodyView(world, mass.body),
    allowSelect: mass.allowSelect,
    reminders: mass.remindedAt.length,
    size: countTargets(world, massId, userId),
    targets: resultsOfTask(world, massId, userId, 0, most).map((it) => target(world, it.target)),
    at: new Date(mass.createdAt).toISOString(),
  }
}

const target = (world: World, id: string) => ({ id, name: findCustomer(world, id)?.name ?? findGroupChat(world, id)?.name ?? id })

function ownPlan(
  world: World,
  corpId: string,
  userId: string,
  input: { customers?: string[] | undefined; groups?: string[] | undefined },
): Plan {
  if (input.groups) return planGroups(world, corpId, userId, input.groups)
  const members = new Set(listEmployees(world, corpId).map((it) => it.userId))
  return planCustomers(world, { corpId, members, sender: userId, externalUserIds: input.customers, tagLists: [] })
}

function massView(world: World, it: MassMessage) {
  const tasks = tasksOfMassMessage(world, it.id, 0, -1)
  return {
    msgId: it.msgId,
    chatType: it.chatType,
    creator: it.creator ?? null,
    ...bodyView(world, it.body),
    createdAt: new Date(it.createdAt).toISOString(),
    cancelled: it.cancelledAt !== undefined,
    reminders: it.remindedAt.length,
    tasks: tasks.map((task) => ({
      id: `mass-${task.id}`,
      userId: task.userId,
      name: findEmployee(world, it.corpId, task.userId)?.name ?? task.userId,
      size: countTargets(world, it.id, task.userId),
      sentAt: task.sentAt === undefined ? null : new Date(task.sentAt).toISOString(),
      ignored: task.ignoredAt !== undefined,
    })),
  }
}
