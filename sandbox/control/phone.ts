// What the virtual phone reads: friends, chats, codes to scan.
import { Hono } from 'hono'
import { z } from 'zod'
import { codeQrUrl, codeUrl, membersBehind, newestContactWays } from '../state/contact-ways.ts'
import { listCorps } from '../state/corps.ts'
import { findGroupChat } from '../state/group-chats.ts'
import { settleHeirs } from '../state/group-life.ts'
import { newestJoinWays } from '../state/join-ways.ts'
import { messagesOfTalk } from '../state/messages.ts'
import { settleDue } from '../state/settle.ts'
import { listSidebarPages } from '../state/sidebar-pages.ts'
import type { World } from '../state/world.ts'
import { corpOf, customerOf, employeeOf, Limit, readQuery } from './errors.ts'
import { groupsOf } from './group-views.ts'
import { handoversOf } from './handovers.ts'
import { kfChatsOf } from './kf.ts'
import { deskOf } from './kf-desk.ts'
import { contactsOf, customerView, employeeView, friendsOf, inboxItem, tasksOf } from './views.ts'

const groupsShown = 100

export function phoneRoutes(world: World): Hono {
  const routes = new Hono()

  routes.get('/phone/customer/:externalUserId', (c) => {
    const customer = customerOf(world, c.req.param('externalUserId'))
    settleDue(world)
    settleHeirs(world)
    return c.json({
      customer: customerView(world, customer),
      friends: friendsOf(world, customer),
      handovers: handoversOf(world, customer),
      groups: groupsOf(world, customer.corpId, customer.externalUserId, groupsShown),
      kf: kfChatsOf(world, customer.externalUserId),
    })
  })

  routes.get('/phone/employee/:userId', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const employee = employeeOf(world, corpId, c.req.param('userId'))
    const shown = readQuery(c, z.object({ limit: Limit, q: z.string().trim().min(1).optional() }))
    settleHeirs(world)
    return c.json({
      employee: employeeView(world, employee),
      ...contactsOf(world, corpId, employee, shown),
      groups: groupsOf(world, corpId, employee.userId, groupsShown),
      tasks: tasksOf(world, employee, corpId),
      sidebar: listSidebarPages(world, corpId),
      desk: deskOf(world, corpId, employee),
    })
  })

  // One chat: customer with employee, or (without externalUserId) employee with the app.
  routes.get('/chat', (c) => {
    const input = readQuery(
      c,
      z.object({ userId: z.string().min(1), externalUserId: z.string().default(''), corp: z.string().optional(), limit: Limit }),
    )
    const corpId = input.externalUserId ? customerOf(world, input.externalUserId).corpId : corpOf(world, input.corp).corpId
    const messages = messagesOfTalk(world, corpId, input.userId, input.externalUserId, input.limit)
    return c.json({ items: messages.map((it) => inboxItem(world, it)) })
  })

  routes.get('/codes', (c) => {
    const { corp, limit } = readQuery(c, z.object({ corp: z.string().optional(), limit: Limit }))
    const names = new Map(listCorps(world).map((it) => [it.corpId, it.name]))
    return c.json({
      items: newestContactWays(world, corp, limit).map((way) => ({
        configId: way.configId,
        corpId: way.corpId,
        corp: names.get(way.corpId) ?? '',
        remark: way.body.remark,
        state: way.body.state,
        skipVerify: way.body.skip_verify,
        temporary: way.body.is_temp,
        qrCode: codeQrUrl(world, way.configId),
        content: codeUrl(world, way.configId),
        members: membersBehind(world, way.corpId, way.body).map((it) => it.name),
        createdAt: new Date(way.createdAt).toISOString(),
      })),
      groups: newestJoinWays(world, corp, limit).map((way) => ({
        configId: way.configId,
        corpId: way.corpId,
        corp: names.get(way.corpId) ?? '',
        remark: way.body.remark,
        state: way.body.state,
        qrCode: codeQrUrl(world, way.configId),
        content: codeUrl(world, way.configId),
        groups: way.body.chat_id_list.flatMap((chatId) => findGroupChat(world, chatId)?.name ?? []),
        createdAt: new Date(way.createdAt).toISOString(),
      })),
    })
  })
  return routes
}
