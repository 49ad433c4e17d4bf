// The acts of customers and employees: what a phone can do.
import { Hono } from 'hono'
import { z } from 'zod'
import { agentEvent, emit } from '../callbacks/events.ts'
import { openLink } from '../state/acquisition-life.ts'
import {
  Channels,
  Colleague,
  type Customer,
  createCustomer,
  customerInCorp,
  findFollowById,
  type NewCustomer,
  updateFollow,
} from '../state/customers.ts'
import {
  addByEmployee,
  addWays,
  confirmFollow,
  deletedByCustomer,
  deletedByEmployee,
  editedByEmployee,
  scanContactWay,
} from '../state/friendships.ts'
import { scanGroupCode, scanJoinWay } from '../state/group-life.ts'
import { messagesOfCustomer } from '../state/messages.ts'
import { findTag, markTags } from '../state/tags.ts'
import { publish, type World, worldAt } from '../state/world.ts'
import { type Code, resolveCode } from './codes.ts'
import { at, corpOf, customerOf, employeeOf, fail, followOf, readBody } from './errors.ts'
import { inboxItem, tasksOf } from './views.ts'

const Id = z.string().min(1)
const Name = z.string().trim().min(1).max(64)
/** Somebody new, or the same as before where `person` names them. */
const newcomer = { name: Name.optional(), gender: z.int().min(0).max(2).default(0), person: Id.optional(), wecom: Colleague.optional() }
const refusals = {
  'code.nobody_behind': 'No active employee stands behind this code.',
  'code.not_for_you': 'This temporary code is meant for somebody else.',
  'code.used_or_expired': 'This temporary code has been used or is too old.',
  'code.groups_full': 'Every group behind this code is full.',
  'code.no_group': 'No group stands behind this code any more.',
  'link.unavailable': 'Nobody stands behind this link any more.',
  'link.exhausted': 'The quota of acquisition links is used up.',
} as const

export function peopleRoutes(world: World): Hono {
  const routes = new Hono()

  routes.post('/scan', async (c) => {
    const input = await readBody(
      c,
      z.object({ code: z.string().min(1), customer: Id.optional(), ...newcomer, employee: Id.optional(), at }),
    )
    const code = await resolveCode(world, input.code.trim())
    const then = worldAt(world, input.at)
    const customer = scanner(then, corpBehind(code), input)
    const result = scan(then, code, customer, input.employee)
    if ('refused' in result) return fail(409, result.refused, refusals[result.refused], 'code')
    if ('chat' in result) {
      const { owner, chatId } = result.chat
      return c.json({ externalUserId: customer.externalUserId, userId: owner, chatId, relation: result.relation })
    }
    const { userId, relation, task } = result
    return c.json({ externalUserId: customer.externalUserId, userId, relation, ...(task && { task }) })
  })

  routes.post('/unfollow', async (c) => {
    const input = await readBody(c, z.object({ externalUserId: Id, userId: Id, by: z.enum(['customer', 'employee']), at }))
    const then = worldAt(world, input.at)
    const follow = followOf(world, input.userId, input.externalUserId)
    const side = input.by === 'customer' ? follow.customerSide || follow.request !== undefined : follow.memberSide
    if (!side) return fail(409, 'follow.already_ended', 'This side has already ended the friendship.')
    if (input.by === 'customer') deletedByCustomer(then, follow)
    else deletedByEmployee(then, follow)
    return c.json({ externalUserId: follow.externalUserId, userId: follow.userId, by: input.by })
  })

  routes.get('/inbox/:externalUserId', (c) => {
    const customer = customerOf(world, c.req.param('externalUserId'))
    return c.json({
      externalUserId: customer.externalUserId,
      items: messagesOfCustomer(world, customer.externalUserId, 500).map((it) => inboxItem(world, it)),
    })
  })

  routes.get('/tasks/:userId', (c) => {
    const corp = corpOf(world, c.req.query('corp'))
    return c.json({ items: tasksOf(world, employeeOf(world, corp.corpId, c.req.param('userId')), corp.corpId) })
  })

  routes.post('/tasks/:id/confirm', async (c) => {
    const follow = findFollowById(world, Number(/^friend-(\d+)$/.exec(c.req.param('id'))?.[1] ?? 0))
    if (!follow?.request) return fail(404, 'task.unknown', 'There is no such open task.')
    const { at: told } = await readBody(c, z.object({ at }))
    confirmFollow(worldAt(world, told), follow)
    return c.json({ id: c.req.param('id'), externalUserId: follow.externalUserId, userId: follow.userId })
  })

  routes.post('/customers', async (c) => {
    const input = await readBody(c, z.object({ name: Name, corp: z.string().optional(), gender: z.int().min(0).max(2).default(0) }))
    const customer = createCustomer(world, corpOf(world, input.corp).corpId, input)
    publish(world, { kind: 'company' })
    return c.json({ externalUserId: customer.externalUserId, name: customer.name }, 201)
  })

  employeeActs(world, routes)
  return routes
}

function employeeActs(world: World, routes: Hono): void {
  routes.post('/befriend', async (c) => {
    const input = await readBody(
      c,
      z.object({
        userId: Id,
        customer: Id.optional(),
        ...newcomer,
        addWay: z.int().min(0).default(addWays.mobileSearch),
        channels: Channels.optional(),
        corp: z.string().optional(),
        at,
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    const then = worldAt(world, input.at)
    const employee = employeeOf(world, corpId, input.userId)
    const follow = addByEmployee(then, employee, scanner(then, corpId, input), input.addWay, input.channels)
    return c.json({ externalUserId: follow.externalUserId, userId: follow.userId })
  })

  routes.post('/remark', async (c) => {
    const input = await readBody(
      c,
      z.object({
        userId: Id,
        externalUserId: Id,
        remark: z.string().max(20).optional(),
        description: z.string().max(150).optional(),
        mobiles: z.array(z.string()).max(5).optional(),
      }),
    )
    const follow = followOf(world, input.userId, input.externalUserId)
    updateFollow(world, {
      ...follow,
      remark: input.remark ?? follow.remark,
      description: input.description ?? follow.description,
      remarkMobiles: input.mobiles ?? follow.remarkMobiles,
    })
    if (input.remark !== undefined || input.description !== undefined) editedByEmployee(world, follow)
    return c.json({})
  })

  routes.post('/tag', async (c) => {
    const Ids = z.array(Id).default([])
    const input = await readBody(c, z.object({ userId: Id, externalUserId: Id, add: Ids, remove: Ids, personal: z.array(Name).optional() }))
    const follow = followOf(world, input.userId, input.externalUserId)
    for (const id of input.add) if (!findTag(world, follow.corpId, id)) fail(404, 'tag.unknown', `There is no tag ${id}.`, 'add')
    const changed = markTags(world, follow.id, input.add, input.remove)
    if (input.personal) updateFollow(world, { ...follow, personalTags: input.personal })
    // Personal tags are the member's own affair: only corp tags raise the event.
    if (changed) editedByEmployee(world, follow)
    return c.json({ changed })
  })

  routes.post('/enter', async (c) => {
    const input = await readBody(
      c,
      z.object({
        userId: Id,
        event: z.enum(['enter_agent', 'subscribe', 'unsubscribe', 'click', 'view']).default('enter_agent'),
        key: z.string().max(256).optional(),
        corp: z.string().optional(),
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    emit(world, corpId, agentEvent(input.event, employeeOf(world, corpId, input.userId).userId, input.key))
    return c.json({})
  })
}

const corpBehind = (code: Code): string =>
  code.kind === 'link' ? code.link.corpId : code.kind === 'group' ? code.chat.corpId : code.way.corpId

function scan(world: World, code: Code, customer: Customer, chosen: string | undefined) {
  if (code.kind === 'link') return openLink(world, code.link, customer, code.channel, chosen)
  if (code.kind === 'contact') return scanContactWay(world, code.way, customer, chosen)
  return code.kind === 'join' ? scanJoinWay(world, code.way, customer) : scanGroupCode(world, code.chat, customer)
}

/** The chosen customer as the code's company knows them, or somebody new. */
function scanner(
  world: World,
  corpId: string,
  { customer, name = '微信用户', ...rest }: Partial<NewCustomer> & { customer?: string | undefined },
): Customer {
  return customer === undefined
    ? createCustomer(world, corpId, { name, ...rest })
    : customerInCorp(world, corpId, customerOf(world, customer, 'customer'))
}
