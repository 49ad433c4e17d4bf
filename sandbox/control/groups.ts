// The acts of people in customer groups: what their phones can do.
import { Hono } from 'hono'
import { z } from 'zod'
import { findCustomer, findFollow } from '../state/customers.ts'
import { findEmployee } from '../state/directory.ts'
import {
  countGroupMembers,
  findGroupChat,
  findGroupMember,
  type GroupChat,
  listGroupChats,
  setGroupNickname,
  updateGroupChat,
} from '../state/group-chats.ts'
import {
  changeAdmins,
  changeNotice,
  createGroup,
  dismissGroup,
  handOverGroup,
  hasRoom,
  joinGroup,
  joinScenes,
  leaveGroup,
  nameOf,
  removeFromGroup,
  renameGroup,
  settleHeirs,
} from '../state/group-life.ts'
import { addGroupMessage } from '../state/group-messages.ts'
import { findGroupTemplate, listGroupTemplates } from '../state/group-templates.ts'
import type { Content, Kind } from '../state/messages.ts'
import { publish, type World, worldAt } from '../state/world.ts'
import { at, corpOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'
import { groupDetails, groupsOf, groupView } from './group-views.ts'

const Id = z.string().min(1)
const Ids = z.array(Id).max(500)
const GroupName = z.string().trim().min(1).max(60)
const Notice = z.string().max(2000)

export type Said = { kind: Kind; content: Content }

export function groupRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/groups', (c) => {
    const { corp, member, limit } = readQuery(c, z.object({ corp: z.string().optional(), member: Id.optional(), limit: Limit }))
    settleHeirs(world)
    const { corpId } = corpOf(world, corp)
    if (member) return c.json({ items: groupsOf(world, corpId, member, limit) })
    const all = listGroupChats(world, corpId)
    return c.json({ items: all.slice(0, limit).map((it) => groupView(world, it)), total: all.length })
  })

  routes.post('/groups', async (c) => {
    const input = await readBody(
      c,
      z.object({
        owner: Id,
        name: GroupName.optional(),
        notice: Notice.default(''),
        members: Ids.default([]),
        corp: z.string().optional(),
        at,
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    const { userId: owner } = employeeOf(world, corpId, input.owner, 'owner')
    const members = input.members.map((member) => someoneOf(world, corpId, member)).filter((member) => member !== owner)
    for (const member of members) checkKnows(world, corpId, owner, member)
    if (members.length + 1 > world.settings.limits.groupMembers)
      return fail(409, 'group.full', 'So many people are too many for one group.')
    const name = input.name ?? [owner, ...members.slice(0, 2)].map((member) => nameOf(world, corpId, member)).join('、')
    const chat = createGroup(worldAt(world, input.at), { corpId, owner, name, notice: input.notice, members })
    return c.json(groupView(world, chat), 201)
  })

  routes.get('/groups/:chatId', (c) => {
    const { limit } = readQuery(c, z.object({ limit: Limit }))
    settleHeirs(world)
    return c.json(groupDetails(world, anyGroup(world, c.req.param('chatId')), limit))
  })
  routes.get('/group-templates', (c) =>
    c.json({
      items: listGroupTemplates(world, corpOf(world, c.req.query('corp')).corpId).map((it) => ({
        templateId: it.templateId,
        text: it.body.text,
        attachment: it.body.attachment?.kind ?? null,
      })),
    }),
  )
  memberRoutes(world, routes)
  settingRoutes(world, routes)
  return routes
}

function memberRoutes(world: World, routes: Hono): void {
  routes.post('/groups/:chatId/invite', async (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const input = await readBody(
      c,
      z.object({ by: Id, members: Ids.min(1), via: z.enum(['invitation', 'link']).default('invitation'), at }),
    )
    const by = memberOf(world, chat, input.by, 'by')
    const members = input.members.map((member) => someoneOf(world, chat.corpId, member))
    const fresh = [...new Set(members)].filter((member) => !findGroupMember(world, chat.chatId, member))
    for (const member of fresh) checkKnows(world, chat.corpId, by, member)
    if (!hasRoom(world, chat, fresh.length)) return fail(409, 'group.full', 'The group has no room for so many.')
    const scene = input.via === 'link' ? joinScenes.link : joinScenes.invited
    return c.json({ ...groupView(world, joinGroup(worldAt(world, input.at), chat, { members: fresh, scene, by })), added: fresh.length })
  })

  routes.post('/groups/:chatId/leave', async (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const input = await readBody(c, z.object({ member: Id, at }))
    const leaver = memberOf(world, chat, input.member, 'member')
    if (leaver === chat.owner) return fail(409, 'group.owner_stays', 'The owner hands the group over or dismisses it.', 'member')
    return c.json(groupView(world, leaveGroup(worldAt(world, input.at), chat, leaver)))
  })

  routes.post('/groups/:chatId/remove', async (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const input = await readBody(c, z.object({ by: Id, members: Ids.min(1), at }))
    const by = managerOf(world, chat, input.by)
    const members = [...new Set(input.members.map((member) => memberOf(world, chat, member, 'members')))]
    const isOut = (member: string) => member === chat.owner || member === by || (by !== chat.owner && chat.admins.includes(member))
    if (members.some(isOut)) return fail(403, 'group.not_allowed', 'Nobody removes the owner, nor an admin an admin.', 'members')
    return c.json(groupView(world, removeFromGroup(worldAt(world, input.at), chat, by, members)))
  })

  routes.put('/groups/:chatId/nickname', async (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const input = await readBody(c, z.object({ member: Id, nickname: z.string().trim().max(32) }))
    setGroupNickname(world, chat.chatId, memberOf(world, chat, input.member, 'member'), input.nickname)
    publish(world, { kind: 'group' })
    return c.json({})
  })
}

function settingRoutes(world: World, routes: Hono): void {
  routes.put('/groups/:chatId', async (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const input = await readBody(
      c,
      z.object({
        by: Id,
        name: GroupName.optional(),
        notice: Notice.optional(),
        owner: Id.optional(),
        admins: z.array(Id).max(10).optional(),
        templateId: z.string().optional(),
        at,
      }),
    )
    const by = managerOf(world, chat, input.by)
    const isOwnersAct = input.owner !== undefined || input.admins !== undefined || input.templateId !== undefined
    if (isOwnersAct && by !== chat.owner) return fail(403, 'group.not_allowed', 'Only the owner may do this.', 'by')
    const [owner, ...admins] = [input.owner ?? chat.owner, ...(input.admins ?? [])].map((member) => colleagueIn(world, chat, member))
    if (input.templateId && !findGroupTemplate(world, chat.corpId, input.templateId))
      return fail(404, 'template.unknown', 'There is no such welcome template.', 'templateId')
    const then = worldAt(world, input.at)
    const changed = world.store.transaction(() => {
      let it = chat
      if (input.name !== undefined && input.name !== it.name) it = renameGroup(then, it, by, input.name)
      if (input.notice !== undefined && input.notice !== it.notice) it = changeNotice(then, it, by, input.notice)
      if (input.admins !== undefined)
        it = changeAdmins(
          then,
          it,
          by,
          admins.filter((admin) => admin !== it.owner),
        )
      if (input.templateId !== undefined) it = updateGroupChat(world, { ...it, templateId: input.templateId })
      return owner !== undefined && owner !== it.owner ? handOverGroup(then, it, owner) : it
    })
    publish(world, { kind: 'group' })
    return c.json(groupView(world, changed))
  })

  routes.delete('/groups/:chatId', (c) => {
    const chat = groupOf(world, c.req.param('chatId'))
    const by = c.req.query('by') ?? chat.owner
    if (by !== chat.owner) return fail(403, 'group.not_allowed', 'Only the owner may dismiss the group.', 'by')
    dismissGroup(world, chat)
    return c.json({ chatId: chat.chatId, members: countGroupMembers(world, chat.chatId) })
  })
}

/** From somebody who is in the group. */
export function sayInGroup(world: World, chat: GroupChat, from: string, it: Said): { id: string; at: string } {
  groupOf(world, chat.chatId)
  const sender = memberOf(world, chat, from, 'from')
  const message = addGroupMessage(world, { chatId: chat.chatId, sender, source: 'chat', ...it })
  return { id: String(message.id), at: new Date(message.at).toISOString() }
}

const anyGroup = (world: World, chatId: string): GroupChat =>
  findGroupChat(world, chatId) ?? fail(404, 'group.unknown', `There is no group ${chatId}.`)

function groupOf(world: World, chatId: string): GroupChat {
  const chat = anyGroup(world, chatId)
  return chat.dismissedAt === undefined ? chat : fail(409, 'group.dismissed', 'The group was dismissed.')
}

/** A userid in the spelling of the directory, or a customer of this company. */
function someoneOf(world: World, corpId: string, id: string): string {
  const employee = findEmployee(world, corpId, id)
  if (employee) return employee.userId
  return findCustomer(world, id)?.corpId === corpId
    ? id
    : fail(404, 'person.unknown', `There is neither a customer nor an employee ${id}.`, 'members')
}

function memberOf(world: World, chat: GroupChat, id: string, field: string): string {
  const member = findEmployee(world, chat.corpId, id)?.userId ?? id
  return findGroupMember(world, chat.chatId, member) ? member : fail(409, 'group.not_member', `${id} is not in the group.`, field)
}

function managerOf(world: World, chat: GroupChat, id: string): string {
  const member = memberOf(world, chat, id, 'by')
  return member === chat.owner || chat.admins.includes(member)
    ? member
    : fail(403, 'group.not_allowed', 'Only the owner and the admins may do this.', 'by')
}

/** Owner and admins are the company's own people. */
function colleagueIn(world: World, chat: GroupChat, id: string): string {
  const member = memberOf(world, chat, id, 'members')
  // A leaver may still be the owner on paper.
  return member === chat.owner || findEmployee(world, chat.corpId, member)
    ? member
    : fail(409, 'group.not_colleague', `${id} is not one of the company's own people.`, 'members')
}

/** Employees bring in colleagues and their own customers; customers may bring anybody. */
function checkKnows(world: World, corpId: string, by: string, member: string): void {
  if (!findEmployee(world, corpId, by) || !findCustomer(world, member)) return
  const follow = findFollow(world, corpId, by, member)
  if (!follow?.memberSide || !follow.customerSide)
    fail(409, 'group.not_friends', `${nameOf(world, corpId, member)} is no friend of the one who invites.`, 'members')
}
