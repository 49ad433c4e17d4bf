// The administrator's side: companies, their receivers, people and tags.
import { Hono } from 'hono'
import { z } from 'zod'
import { verifyReceiver } from '../callbacks/deliver.ts'
import { directoryEvent, emit, externalTagEvent } from '../callbacks/events.ts'
import { createCompany, populate } from '../company/generate.ts'
import { type Agent, findAgent, listAgents, listCorps, permissions, removeReceiver, saveReceiver, updateAgent } from '../state/corps.ts'
import { type Customer, toCustomer } from '../state/customers.ts'
import {
  type Employee,
  findEmployee,
  listDepartments,
  listEmployees,
  newEmployee,
  removeDepartment,
  removeEmployee,
  saveDepartment,
  saveEmployee,
} from '../state/directory.ts'
import {
  deleteTag,
  deleteTagGroup,
  findTag,
  findTagGroup,
  listTagGroups,
  listTags,
  newTag,
  newTagGroup,
  saveTag,
  saveTagGroup,
} from '../state/tags.ts'
import { freshId, now, publish, type World } from '../state/world.ts'
import { isLoopbackUrl } from './codes.ts'
import { corpOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'
import { customerView, employeeView } from './views.ts'

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
      }),
    )
    const seed = input.seed ?? freshId('')
    const corp = createCompany(world, input.name, seed)
    populate(world, corp.corpId, { employees: input.employees, customers: input.customers, seed, events: false })
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
        visibleUsers: z.array(z.string()).optional(),
        visibleParties: z.array(z.int()).optional(),
        trustedIps: z.array(z.string()).optional(),
        trustedDomain: z.string().optional(),
      }),
    )
    const changed: Agent = {
      ...agent,
      permissions: input.permissions ?? agent.permissions,
      visibleUsers: input.visibleUsers ?? agent.visibleUsers,
      visibleParties: input.visibleParties ?? agent.visibleParties,
      trustedIps: input.trustedIps ?? agent.trustedIps,
      trustedDomain: input.trustedDomain ?? agent.trustedDomain,
    }
    updateAgent(world, changed)
    return c.json(agentView(changed))
  })

  routes.post('/company', async (c) => {
    const input = await readBody(
      c,
      z.object({
        employees: Count.max(5000).default(0),
        customers: Count.max(200_000).default(0),
        groups: Count.default(0),
        seed: Seed.default('1'),
        corp: z.string().optional(),
        events: z.boolean().default(false),
      }),
    )
    if (input.groups > 0) return fail(400, 'company.no_groups', 'The sandbox has no customer groups yet: ask for 0.', 'groups')
    const startedAt = performance.now()
    const { corpId } = corpOf(world, input.corp)
    const added = populate(world, corpId, {
      employees: input.employees,
      customers: input.customers,
      seed: input.seed,
      events: input.events,
    })
    return c.json({ corpId, ...added, groups: 0, totals: totals(world, corpId), seconds: Math.round(performance.now() - startedAt) / 1000 })
  })

  directoryRoutes(world, routes)
  tagRoutes(world, routes)
  return routes
}

const Paged = z.object({
  corp: z.string().optional(),
  q: z.string().optional(),
  cursor: z.string().optional(),
  limit: Limit,
  /** Newest first, for people who choose; without pages. */
  newest: z.stringbool().default(false),
})

function directoryRoutes(world: World, routes: Hono): void {
  routes.get('/customers', (c) => {
    const { corp, q, cursor, limit, newest } = readQuery(c, Paged)
    const { corpId } = corpOf(world, corp)
    const rows = world.store.all<Parameters<typeof toCustomer>[0]>(
      `SELECT * FROM customers WHERE corp_id = ? AND (? IS NULL OR instr(lower(name), lower(?)) > 0 OR external_userid = ?) AND (? IS NULL OR external_userid > ?) ORDER BY ${newest ? 'created_at DESC' : 'external_userid'} LIMIT ?`,
      corpId,
      q ?? null,
      q ?? '',
      q ?? '',
      cursor ?? null,
      cursor ?? null,
      limit + 1,
    )
    const items: Customer[] = rows.slice(0, limit).map(toCustomer)
    const total = world.store.get<{ n: number }>('SELECT count(*) AS n FROM customers WHERE corp_id = ?', corpId)?.n ?? 0
    return c.json({
      items: items.map((it) => customerView(world, it)),
      next: rows.length > limit && !newest ? items.at(-1)?.externalUserId : null,
      total,
    })
  })

  routes.get('/employees', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    return c.json({ items: listEmployees(world, corpId).map((it) => employeeView(world, it)) })
  })
  routes.get('/departments', (c) => c.json({ items: listDepartments(world, corpOf(world, c.req.query('corp')).corpId) }))

  const Fields = z.object({
    corp: z.string().optional(),
    name: z.string().trim().min(1).max(64).optional(),
    position: z.string().max(128).optional(),
    departments: z.array(z.int()).min(1).optional(),
    contact: z.boolean().optional(),
    adminWelcome: z.boolean().optional(),
    status: z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(5)]).optional(),
  })
  routes.post('/employees', async (c) => {
    const input = await readBody(
      c,
      Fields.extend({ userId: z.string().regex(/^[A-Za-z0-9][\w\-@.]{0,63}$/), name: z.string().trim().min(1).max(64) }),
    )
    const { corpId } = corpOf(world, input.corp)
    if (findEmployee(world, corpId, input.userId)) return fail(409, 'employee.exists', 'There is an employee with this id.', 'userId')
    const employee = merged(world, corpId, newEmployee(corpId, input.userId, input.name), input)
    emit(
      world,
      corpId,
      directoryEvent('create_user', {
        UserID: employee.userId,
        Name: employee.name,
        Department: employee.departments.join(','),
        MainDepartment: employee.mainDepartment,
        IsLeaderInDept: employee.leads.join(','),
        Position: employee.position,
        Status: employee.status,
      }),
    )
    return c.json(employeeView(world, employee), 201)
  })
  routes.put('/employees/:userId', async (c) => {
    const input = await readBody(c, Fields)
    const { corpId } = corpOf(world, input.corp)
    const before = employeeOf(world, corpId, c.req.param('userId'))
    const after = merged(world, corpId, before, input)
    // Only what changed is told, as in the real pushes.
    const fields = {
      Name: after.name !== before.name ? after.name : undefined,
      Position: after.position !== before.position ? after.position : undefined,
      Status: after.status !== before.status ? after.status : undefined,
      Department: after.departments.join() !== before.departments.join() ? after.departments.join(',') : undefined,
    }
    if (Object.values(fields).some((it) => it !== undefined))
      emit(world, corpId, directoryEvent('update_user', { UserID: after.userId, ...fields }))
    return c.json(employeeView(world, after))
  })
  routes.delete('/employees/:userId', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const employee = employeeOf(world, corpId, c.req.param('userId'))
    removeEmployee(world, corpId, employee.userId)
    emit(world, corpId, directoryEvent('delete_user', { UserID: employee.userId }))
    publish(world, { kind: 'company' })
    return c.json({ userId: employee.userId })
  })

  routes.put('/departments/:id', async (c) => {
    const input = await readBody(
      c,
      z.object({ corp: z.string().optional(), name: z.string().trim().min(1).max(64), parentId: z.int().default(1) }),
    )
    const { corpId } = corpOf(world, input.corp)
    const id = z.coerce.number().int().min(2).parse(c.req.param('id'))
    const known = listDepartments(world, corpId)
    if (!known.some((it) => it.id === input.parentId))
      return fail(404, 'department.unknown', 'There is no such parent department.', 'parentId')
    const before = known.find((it) => it.id === id)
    saveDepartment(world, corpId, {
      id,
      name: input.name,
      nameEn: before?.nameEn ?? '',
      parentId: input.parentId,
      order: before?.order ?? 0,
      leaders: before?.leaders ?? [],
    })
    emit(
      world,
      corpId,
      directoryEvent(before ? 'update_party' : 'create_party', {
        Id: id,
        Name: input.name,
        ParentId: input.parentId,
        Order: before ? undefined : 0,
      }),
    )
    return c.json({ id }, before ? 200 : 201)
  })
  routes.delete('/departments/:id', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const id = Number(c.req.param('id'))
    if (id === 1 || !listDepartments(world, corpId).some((it) => it.id === id))
      return fail(404, 'department.unknown', 'There is no such department to delete.')
    if (listEmployees(world, corpId).some((it) => it.departments.includes(id)))
      return fail(409, 'department.not_empty', 'The department still has members.')
    removeDepartment(world, corpId, id)
    emit(world, corpId, directoryEvent('delete_party', { Id: id }))
    return c.json({ id })
  })

  function merged(world: World, corpId: string, known: Employee, input: z.infer<typeof Fields>): Employee {
    const departments = input.departments ?? known.departments
    const existing = new Set(listDepartments(world, corpId).map((it) => it.id))
    if (departments.some((id) => !existing.has(id))) fail(404, 'department.unknown', 'There is no such department.', 'departments')
    const employee: Employee = {
      ...known,
      name: input.name ?? known.name,
      position: input.position ?? known.position,
      departments,
      orders: departments.map(() => 0),
      leads: departments.map((_, place) => known.leads[place] ?? 0),
      mainDepartment: departments.includes(known.mainDepartment) ? known.mainDepartment : (departments[0] ?? 1),
      contact: input.contact ?? known.contact,
      adminWelcome: input.adminWelcome ?? known.adminWelcome,
      status: input.status ?? known.status,
    }
    saveEmployee(world, corpId, employee)
    publish(world, { kind: 'company' })
    return employee
  }
}

function tagRoutes(world: World, routes: Hono): void {
  routes.get('/tags', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const tags = listTags(world, corpId).filter((it) => !it.deleted)
    return c.json({
      items: listTagGroups(world, corpId)
        .filter((it) => !it.deleted)
        .map((group) => ({ ...group, tags: tags.filter((it) => it.groupId === group.groupId) })),
    })
  })
  const Name = z.string().trim().min(1).max(30)
  routes.post('/tags', async (c) => {
    const input = await readBody(c, z.object({ corp: z.string().optional(), group: Name, name: Name }))
    const { corpId } = corpOf(world, input.corp)
    const known = listTagGroups(world, corpId).find((it) => !it.deleted && it.name === input.group)
    const group = known ?? newTagGroup(world, freshId('et'), input.group, 0, 0)
    if (listTags(world, corpId).some((it) => !it.deleted && it.groupId === group.groupId && it.name === input.name))
      return fail(409, 'tag.exists', 'The group has such a tag.', 'name')
    const tag = newTag(world, freshId('et'), group.groupId, input.name, 0)
    world.store.transaction(() => {
      if (!known) saveTagGroup(world, corpId, group)
      saveTag(world, corpId, tag)
      if (!known) emit(world, corpId, externalTagEvent('create', group.groupId, 'tag_group'))
      emit(world, corpId, externalTagEvent('create', tag.tagId, 'tag'))
    })
    return c.json(tag, 201)
  })
  routes.put('/tags/:id', async (c) => {
    const input = await readBody(c, z.object({ corp: z.string().optional(), name: Name.optional(), order: z.int().min(0).optional() }))
    const { corpId } = corpOf(world, input.corp)
    const id = c.req.param('id')
    const tag = findTag(world, corpId, id)
    const group = findTagGroup(world, corpId, id)
    if (tag) saveTag(world, corpId, { ...tag, name: input.name ?? tag.name, order: input.order ?? tag.order })
    else if (group) saveTagGroup(world, corpId, { ...group, name: input.name ?? group.name, order: input.order ?? group.order })
    else return fail(404, 'tag.unknown', 'There is no such tag or group.')
    // Moving things around by hand is told as a shuffle of the group, without details.
    emit(
      world,
      corpId,
      input.name === undefined
        ? externalTagEvent('shuffle', tag?.groupId ?? id, 'tag_group')
        : externalTagEvent('update', id, tag ? 'tag' : 'tag_group'),
    )
    return c.json({ id })
  })
  routes.delete('/tags/:id', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const id = c.req.param('id')
    const tag = findTag(world, corpId, id)
    const group = findTagGroup(world, corpId, id)
    if (tag) {
      deleteTag(world, corpId, tag)
      emit(world, corpId, externalTagEvent('delete', id, 'tag'))
    } else if (group) {
      deleteTagGroup(world, corpId, group)
      emit(world, corpId, externalTagEvent('delete', id, 'tag_group'))
    } else return fail(404, 'tag.unknown', 'There is no such tag or group.')
    return c.json({ id })
  })
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
       (SELECT count(*) FROM contact_ways WHERE corp_id = ?1 AND deleted = 0) AS codes, (SELECT count(*) FROM tags WHERE corp_id = ?1 AND deleted = 0) AS tags`,
      corpId,
    ) ?? {}
  )
}
