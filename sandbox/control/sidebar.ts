// Pages beside a chat: which ones there are, who may call the client, and what they send into the chat.
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import { appAgentId, findAgent, listAgents } from '../state/corps.ts'
import { findCustomer, findFollow } from '../state/customers.ts'
import { findGroupChat, findGroupMember } from '../state/group-chats.ts'
import { addGroupMessage } from '../state/group-messages.ts'
import { findLiveMedia } from '../state/media.ts'
import { addMessage, type Content, type Kind } from '../state/messages.ts'
import { listSidebarPages, replaceSidebarPages } from '../state/sidebar-pages.ts'
import { now, publish, type World } from '../state/world.ts'
import { isLoopbackUrl } from './codes.ts'
import { corpOf, employeeOf, fail, readBody } from './errors.ts'

const Pages = z.object({
  items: z.array(z.object({ name: z.string().trim().min(1).max(16), url: z.url(), agentId: z.int().default(appAgentId) })).max(20),
})
const Registration = z.object({
  kind: z.enum(['config', 'agentConfig']),
  corpId: z.string(),
  agentId: z.coerce.number().int().optional(),
  url: z.string(),
  timestamp: z.coerce.string(),
  nonceStr: z.string(),
  signature: z.string(),
})
type Registration = z.infer<typeof Registration>
const text = z.string().max(4000)
const Message = z.object({
  msgtype: z.enum(['text', 'image', 'video', 'file', 'news', 'miniprogram']),
  text: z.object({ content: text.min(1) }).optional(),
  image: z.object({ mediaid: text }).optional(),
  video: z.object({ mediaid: text }).optional(),
  file: z.object({ mediaid: text }).optional(),
  news: z.object({ link: z.string().min(1), title: text.optional(), desc: text.optional(), imgUrl: text.optional() }).optional(),
  miniprogram: z.object({ appid: z.string(), title: text.optional(), imgUrl: text.optional(), page: z.string() }).optional(),
})
type Message = z.infer<typeof Message>

export function sidebarRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/corps/:corpId/sidebar', (c) => c.json({ items: listSidebarPages(world, corpOf(world, c.req.param('corpId')).corpId) }))
  routes.put('/corps/:corpId/sidebar', async (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    const { items } = await readBody(c, Pages)
    for (const it of items) {
      if (!isLoopbackUrl(it.url)) return fail(400, 'sidebar.not_loopback', 'The sandbox opens pages on this machine only.', 'url')
      if (!findAgent(world, corpId, it.agentId)) return fail(404, 'agent.unknown', 'There is no such app.', 'agentId')
    }
    replaceSidebarPages(world, corpId, items)
    publish(world, { kind: 'company' })
    return c.json({ items: listSidebarPages(world, corpId) })
  })

  // What the client itself asks WeCom when a page registers.
  routes.post('/jssdk/register', async (c) => c.json(judge(world, await readBody(c, Registration))))

  routes.post('/jssdk/send', async (c) => {
    const input = await readBody(c, z.object({ userId: z.string(), chat: z.string(), corp: z.string().optional(), message: Message }))
    const { corpId } = corpOf(world, input.corp)
    const employee = employeeOf(world, corpId, input.userId)
    const { kind, content } = partOf(world, corpId, input.message)
    const group = findGroupChat(world, input.chat)
    if (group) {
      if (group.corpId !== corpId || !findGroupMember(world, group.chatId, employee.userId))
        return fail(409, 'group.not_member', 'The employee is not in the group.')
      addGroupMessage(world, { chatId: group.chatId, sender: employee.userId, source: 'chat', kind, content })
      return c.json({})
    }
    const customer = findCustomer(world, input.chat)
    const follow = customer && findFollow(world, corpId, employee.userId, customer.externalUserId)
    if (!follow?.customerSide || !follow.memberSide) return fail(409, 'say.not_friends', 'These two are not friends (any more).')
    const { externalUserId } = follow
    addMessage(world, { corpId, userId: employee.userId, externalUserId, agentId: 0, sender: 'employee', source: 'chat', kind, content })
    return c.json({})
  })
  return routes
}

type Verdict = { errcode: 0 } | { errcode: 40013 | 40056 | 40093 | 42012 | 50001; reason: string }

/** The ticket must be the right one of the two, alive, and the address the page's own, inside the trusted domain. */
function judge(world: World, it: Registration): Verdict {
  const agents = listAgents(world, it.corpId)
  if (agents.length === 0) return { errcode: 40013, reason: 'invalid corpid' }
  const agent = it.kind === 'agentConfig' ? agents.find((one) => one.agentId === it.agentId) : undefined
  if (it.kind === 'agentConfig' && !agent) return { errcode: 40056, reason: 'invalid agentid' }
  const trusting = agent ? [agent] : agents.filter((one) => one.kind === 'app')
  if (!trusting.some((one) => isTrustedPage(one.trustedDomain, it.url))) return { errcode: 50001, reason: 'url domain is not trusted' }
  const isSignedBy = (kind: 'corp_ticket' | 'agent_ticket') =>
    ticketsOf(world, it.corpId, kind, agent?.agentId).some((one) => isSigned(one, it))
  const [right, wrong] = it.kind === 'config' ? (['corp_ticket', 'agent_ticket'] as const) : (['agent_ticket', 'corp_ticket'] as const)
  if (isSignedBy(right)) return { errcode: 0 }
  return isSignedBy(wrong) ? { errcode: 42012, reason: 'wrong kind of ticket' } : { errcode: 40093, reason: 'invalid signature' }
}

const isSigned = (ticket: string, it: Registration): boolean =>
  createHash('sha1')
    .update(`jsapi_ticket=${ticket}&noncestr=${it.nonceStr}&timestamp=${it.timestamp}&url=${it.url.split('#', 1)[0]}`)
    .digest('hex') === it.signature

const isTrustedPage = (domain: string, url: string): boolean => isLoopbackUrl(url) && (domain === '' || new URL(url).host === domain)

/** Every app's corp ticket stands for the company; an app's own ticket for itself. */
const ticketsOf = (world: World, corpId: string, kind: 'corp_ticket' | 'agent_ticket', agentId: number | undefined): string[] =>
  world.store
    .all<{ token: string }>(
      `SELECT token FROM tokens WHERE corp_id = ?1 AND kind = ?2 AND revoked = 0 AND expires_at > ?3 AND (?2 = 'corp_ticket' OR ?4 IS NULL OR agent_id = ?4)`,
      corpId,
      kind,
      now(world),
      agentId ?? null,
    )
    .map((row) => row.token)

function partOf(
  world: World,
  corpId: string,
  it: Message,
): { kind: Kind & ('text' | 'image' | 'link' | 'miniprogram' | 'video' | 'file'); content: Content } {
  if (it.msgtype === 'text' && it.text) return { kind: 'text', content: { text: it.text.content } }
  if (it.msgtype === 'news' && it.news)
    return { kind: 'link', content: { title: it.news.title, description: it.news.desc, url: it.news.link, imageUrl: it.news.imgUrl } }
  if (it.msgtype === 'miniprogram' && it.miniprogram) {
    const { appid, title, imgUrl, page } = it.miniprogram
    return { kind: 'miniprogram', content: { appId: appid, title, imageUrl: imgUrl, page } }
  }
  if (it.msgtype === 'image' || it.msgtype === 'video' || it.msgtype === 'file') {
    const media = findLiveMedia(world, corpId, it[it.msgtype]?.mediaid ?? '')
    if (media) return { kind: it.msgtype, content: { mediaId: media.mediaId, fileName: media.fileName, size: media.size } }
  }
  return fail(400, 'jssdk.bad_message', `The message has no usable ${it.msgtype}.`, it.msgtype)
}
