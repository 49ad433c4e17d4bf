// What people say to each other, to a group and to the app, and what they pass on.
import { Hono } from 'hono'
import { z } from 'zod'
import { emit, textMessage } from '../callbacks/events.ts'
import { heardFromCustomer } from '../state/acquisition.ts'
import { appAgentId } from '../state/corps.ts'
import { type Customer, findCustomer, findFollow } from '../state/customers.ts'
import { findEmployee } from '../state/directory.ts'
import { findTempChat } from '../state/friendships.ts'
import { findGroupChat, findGroupMember } from '../state/group-chats.ts'
import { findGroupMessage } from '../state/group-messages.ts'
import { blockingRule } from '../state/intercept-rules.ts'
import { addMessage, findMessage, type Kind } from '../state/messages.ts'
import { type World, worldAt } from '../state/world.ts'
import { at, corpOf, employeeOf, fail, readBody } from './errors.ts'
import { type Said, sayInGroup } from './groups.ts'

const Id = z.string().min(1)
/** Grey lines, cards that are pressed, and what an app wrote stay where they are. */
const passedOn: Kind[] = ['text', 'image', 'link', 'miniprogram', 'video', 'file']

export function talkRoutes(world: World): Hono {
  const routes = new Hono()
  routes.post('/say', async (c) => {
    const input = await readBody(c, z.object({ from: Id, to: Id, text: z.string().min(1).max(4000), corp: z.string().optional(), at }))
    return c.json(say(worldAt(world, input.at), { ...input, kind: 'text', content: { text: input.text } }))
  })

  // `message` is an id of GET /chat, or with `chat` one of that group.
  routes.post('/forward', async (c) => {
    const input = await readBody(
      c,
      z.object({ from: Id, to: Id, message: z.coerce.number().int(), chat: Id.optional(), corp: z.string().optional() }),
    )
    const said = input.chat ? heardInGroup(world, input.chat, input.from, input.message) : heard(world, input.from, input.message)
    if (!passedOn.includes(said.kind)) return fail(409, 'forward.not_possible', 'This kind of message cannot be passed on.', 'message')
    return c.json(say(world, { from: input.from, to: input.to, corp: input.corp, kind: said.kind, content: said.content }))
  })
  return routes
}

const unheard = () => fail(404, 'message.unknown', 'There is no such message in a chat of this person.', 'message')

function heard(world: World, who: string, id: number): Said {
  const message = findMessage(world, id)
  const isTheirs = message && (message.externalUserId === who || message.userId.toLowerCase() === who.toLowerCase())
  return isTheirs ? message : unheard()
}

function heardInGroup(world: World, chatId: string, who: string, id: number): Said {
  const message = findGroupMessage(world, id)
  return message?.chatId === chatId && findGroupMember(world, chatId, who) ? message : unheard()
}

type Saying = Said & { from: string; to: string; corp?: string | undefined }

function say(world: World, it: Saying): { id: string; at: string } {
  const chat = findGroupChat(world, it.to)
  if (chat) return sayInGroup(world, chat, it.from, { kind: it.kind, content: it.content })
  const customer = findCustomer(world, it.from)
  if (customer) return sayBetween(world, it, customer, it.to, 'customer')
  const receiver = findCustomer(world, it.to)
  if (receiver) return sayBetween(world, it, receiver, it.from, 'employee')
  const { corpId } = corpOf(world, it.corp)
  if (!findEmployee(world, corpId, it.from))
    return fail(404, 'person.unknown', `There is neither a customer nor an employee ${it.from}.`, 'from')
  if (it.to !== 'app' && it.to !== String(appAgentId))
    return fail(404, 'person.unknown', `There is neither a customer nor an app ${it.to}.`, 'to')
  const message = addMessage(world, {
    corpId,
    userId: it.from,
    externalUserId: '',
    agentId: appAgentId,
    sender: 'employee',
    source: 'app',
    kind: it.kind,
    content: it.content,
  })
  emit(world, corpId, textMessage(it.from, it.content.text ?? it.content.title ?? '', message.id))
  return { id: String(message.id), at: new Date(message.at).toISOString() }
}

function sayBetween(
  world: World,
  it: Saying,
  customer: Customer,
  userId: string,
  sender: 'customer' | 'employee',
): { id: string; at: string } {
  const employee = employeeOf(world, customer.corpId, userId, sender === 'customer' ? 'to' : 'from')
  const follow = findFollow(world, customer.corpId, employee.userId, customer.externalUserId)
  const temporary = findTempChat(world, customer.corpId, employee.userId, customer.externalUserId)
  // Whoever was deleted sees the red mark: the message does not arrive.
  const open = follow?.customerSide && (follow.memberSide || follow.request === 'half')
  if (!open && !temporary) return fail(409, 'say.not_friends', 'These two are not friends (any more): the message was refused.')
  const words = it.content.text ?? it.content.title ?? ''
  const rule = sender === 'employee' ? blockingRule(world, customer.corpId, employee, words) : undefined
  if (rule) return fail(409, 'say.intercepted', `The rule ${rule.body.rule_name} keeps this from being sent.`, 'text')
  const message = addMessage(world, {
    corpId: customer.corpId,
    userId: employee.userId,
    externalUserId: customer.externalUserId,
    agentId: 0,
    sender,
    source: 'chat',
    kind: it.kind,
    content: it.content,
  })
  if (sender === 'customer') heardFromCustomer(world, customer.corpId, employee.userId, customer.externalUserId)
  return { id: String(message.id), at: new Date(message.at).toISOString() }
}
