// Companies: their secrets, their receivers, and people by the thousand.
import { Hono } from 'hono'
import { z } from 'zod'
import { verifyReceiver } from '../callbacks/deliver.ts'
import { createCompany, populate } from '../company/generate.ts'
import { areas } from '../state/areas.ts'
import { type Agent, findAgent, listAgents, listCorps, permissions, removeReceiver, saveReceiver, updateAgent } from '../state/corps.ts'
import { listSidebarPages } from '../state/sidebar-pages.ts'
import { freshId, now, publish, type World } from '../state/world.ts'
import { isLoopbackUrl } from './codes.ts'
import { corpOf, fail, readBody } from './errors.ts'

const Count = z.int().min(0)
const Seed = z.union([z.string().min(1).max(40), z.int()]).transform(String)
const Receiver = z.object({
  url: z.url(),
  token: z.string().regex(/^[A-Za-z0-9]{1,32}$/, 'letters and digits, at most 32'),
  encodingAesKey: z.string().regex(/^[A-Za-z0-9]{43}$/, 'exactly 43 letters and digits'),
})

export function companyRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/corps', (c) => c.json({ items: listCorps(world).map((it) => corpView(world, it.corpId)) }))

  routes.post('/corps', async (c) => {
    const input = await readBody(
      c,
      z.object({
        name: z.string().trim().min(1).max(64),
        seed: Seed.optional(),
        employees: Count.max(5000).default(3),
        customers: Count.max(200_000).default(0),
        groups: Count.max(5000).default(0),
      }),
    )
    const seed = input.seed ?? freshId('')
    const corp = createCompany(world, input.name, seed)
    const { employees, customers, groups } = input
    populate(world, corp.corpId, { employees, customers, groups, seed, events: false })
    return c.json(corpView(world, corp.corpId), 201)
  })

  routes.put('/corps/:corpId/callback', async (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    const receiver = await readBody(c, Receiver)
    if (!isLoopbackUrl(receiver.url)) return fail(400, 'callback.not_loopback', 'The sandbox calls receivers on this machine only.', 'url')
    const problem = await verifyReceiver(world, corpId, receiver)
    if (problem) return fail(400, 'callback.unverified', `The receiver did not pass the check: ${problem}.`, 'url')
    saveReceiver(world, corpId, receiver, now(world))
    publish(world, { kind: 'company' })
    return c.json(corpView(world, corpId))
  })

  routes.delete('/corps/:corpId/callback', (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    removeReceiver(world, corpId)
    publish(world, { kind: 'company' })
    return c.json(corpView(world, corpId))
  })

  routes.put('/corps/:corpId/agents/:agentId', async (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    const agent = findAgent(world, corpId, Number(c.req.param('agentId'))) ?? fail(404, 'agent.unknown', 'There is no such app.')
    const input = await readBody(
      c,
      z.object({
        permissions: z.array(z.enum(permissions)).optional(),
        closed: z.array(z.enum(areas)).optional(),
        visibleUsers: z.array(z.string()).optional(),
        visibleParties: z.array(z.int()).optional(),
        trustedIps: z.array(z.string()).optional(),
        trustedDomain: z.string().optional(),
      }),
    )
    const changed: Agent = {
      ...agent,
      permissions: input.permissions ?? agent.permissions,
      closed: input.closed ?? agent.closed,
      visibleUsers: input.visibleUsers ?? agent.visibleUsers,
      visibleParties: input.visibleParties ?? agent.visibleParties,
      trustedIps: input.trustedIps ?? agent.trustedIps,
      trustedDomain: input.trustedDomain ?? agent.trustedDomain,
    }
    updateAgent(world, changed)
    publish(world, { kind: 'company' })
    return c.json(agentView(changed))
  })

  routes.post('/company', async (c) => {
    const input = await readBody(
      c,
      z.object({
        employees: Count.max(5000).default(0),
        customers: Count.max(200_000).default(0),
        groups: Count.max(5000).default(0),
        seed: Seed.default('1'),
        corp: z.string().optional(),
        events: z.boolean().default(false),
      }),
    )
    const startedAt = performance.now()
    const { corpId } = corpOf(world, input.corp)
    const added = populate(world, corpId, {
      employees: input.employees,
      customers: input.customers,
      groups: input.groups,
      seed: input.seed,
      events: input.events,
    })
    return c.json({ corpId, ...added, totals: totals(world, corpId), seconds: Math.round(performance.now() - startedAt) / 1000 })
  })

  return routes
}

export function corpView(world: World, corpId: string) {
  const corp = corpOf(world, corpId)
  const agents = listAgents(world, corpId)
  const app = agents.find((it) => it.kind === 'app')
  return {
    corpId,
    name: corp.name,
    agentId: app?.agentId ?? 0,
    secret: app?.secret ?? '',
    contactSecret: agents.find((it) => it.kind === 'contact')?.secret,
    directorySecret: agents.find((it) => it.kind === 'directory')?.secret,
    archiveSecret: agents.find((it) => it.kind === 'archive')?.secret,
    sidebar: listSidebarPages(world, corpId),
    callback: corp.callback ?? null,
    callbackVerifiedAt: corp.callbackVerifiedAt === undefined ? null : new Date(corp.callbackVerifiedAt).toISOString(),
    agents: agents.map(agentView),
    totals: totals(world, corpId),
  }
}

const agentView = ({ secret: _, corpId: __, ...it }: Agent) => it

function totals(world: World, corpId: string) {
  return (
    world.store.get<Record<string, number>>(
      `SELECT (SELECT count(*) FROM employees WHERE corp_id = ?1 AND left_at IS NULL) AS employees, (SELECT count(*) FROM departments WHERE corp_id = ?1) AS departments,
       (SELECT count(*) FROM customers WHERE corp_id = ?1) AS customers, (SELECT count(*) FROM follows WHERE corp_id = ?1 AND member_side = 1 AND request IS NULL) AS follows,
       (SELECT count(*) FROM contact_ways WHERE corp_id = ?1 AND deleted = 0) AS codes, (SELECT count(*) FROM tags WHERE corp_id = ?1 AND deleted = 0) AS tags,
       (SELECT count(*) FROM group_chats WHERE corp_id = ?1 AND dismissed_at IS NULL) AS groups`,
      corpId,
    ) ?? {}
  )
}
