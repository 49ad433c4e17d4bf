// The administrator's hand: people, departments and tags, each with the event that WeCom sends for it.
import { Hono } from 'hono'
import { z } from 'zod'
import { directoryEvent, emit, externalTagEvent } from '../callbacks/events.ts'
import { noticeEmptyLinks } from '../state/acquisition-life.ts'
import { type Customer, toCustomer } from '../state/customers.ts'
import {
  type Employee,
  findEmployee,
  listDepartments,
  listEmployees,
  newEmployee,
  placedIn,
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
import { freshId, publish, type World } from '../state/world.ts'
import { check, corpOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'
import { customerView, employeeView } from './views.ts'

const Paged = z.object({
  corp: z.string().optional(),
  q: z.string().optional(),
  cursor: z.string().optional(),
  limit: Limit,
  /** Newest first, for people who choose; without pages. */
  newest: z.stringbool().default(false),
})

export function adminRoutes(world: World): Hono {
  const routes = new Hono()
  directoryRoutes(world, routes)
  tagRoutes(world, routes)
  return routes
}

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
    const {
      corp,
      q = '',
      limit,
    } = readQuery(
      c,
      z.object({ corp: z.string().optional(), q: z.string().optional(), limit: z.coerce.number().int().min(1).max(5000).default(5000) }),
    )
    const wanted = q.toLowerCase()
    const found = listEmployees(world, corpOf(world, corp).corpId).filter(
      (it) => it.name.toLowerCase().includes(wanted) || it.userId.toLowerCase().includes(wanted),
    )
    return c.json({ items: found.slice(0, limit).map((it) => employeeView(world, it)) })
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
    const employee = world.store.transaction(() => {
      const made = merged(world, corpId, newEmployee(corpId, input.userId, input.name), input)
      emit(world, corpId, directoryEvent('create_user', wholeEmployee(made)))
      return made
    })
    return c.json(employeeView(world, employee), 201)
  })
  routes.put('/employees/:userId', async (c) => {
    const input = await readBody(c, Fields)
    const { corpId } = corpOf(world, input.corp)
    const before = employeeOf(world, corpId, c.req.param('userId'))
    const after = world.store.transaction(() => {
      const changed = merged(world, corpId, before, input)
      const fields = changesOf(before, changed)
      if (Object.values(fields).some((it) => it !== undefined))
        emit(world, corpId, directoryEvent('update_user', { UserID: before.userId, ...fields }))
      noticeEmptyLinks(world, corpId)
      return changed
    })
    return c.json(employeeView(world, after))
  })
  routes.delete('/employees/:userId', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const employee = employeeOf(world, corpId, c.req.param('userId'))
    world.store.transaction(() => {
      removeEmployee(world, corpId, employee.userId)
      emit(world, corpId, directoryEvent('delete_user', { UserID: employee.userId }))
      noticeEmptyLinks(world, corpId)
    })
    publish(world, { kind: 'company' })
    return c.json({ userId: employee.userId })
  })

  routes.put('/departments/:id', async (c) => {
    const input = await readBody(
      c,
      z.object({ corp: z.string().optional(), name: z.string().trim().min(1).max(64), parentId: z.int().default(1) }),
    )
    const { corpId } = corpOf(world, input.corp)
    const id = check(z.coerce.number().int().min(2), c.req.param('id'))
    const known = listDepartments(world, corpId)
    if (!known.some((it) => it.id === input.parentId))
      return fail(404, 'department.unknown', 'There is no such parent department.', 'parentId')
    const before = known.find((it) => it.id === id)
    world.store.transaction(() => {
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
    })
    return c.json({ id }, before ? 200 : 201)
  })
  routes.delete('/departments/:id', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const id = Number(c.req.param('id'))
    if (id === 1 || !listDepartments(world, corpId).some((it) => it.id === id))
      return fail(404, 'department.unknown', 'There is no such department to delete.')
    if (listEmployees(world, corpId).some((it) => it.departments.includes(id)))
      return fail(409, 'department.not_empty', 'The department still has members.')
    world.store.transaction(() => {
      removeDepartment(world, corpId, id)
      emit(world, corpId, directoryEvent('delete_party', { Id: id }))
    })
    return c.json({ id })
  })

  function merged(world: World, corpId: string, known: Employee, input: z.infer<typeof Fields>): Employee {
    const departments = input.departments ?? known.departments
    const existing = new Set(listDepartments(world, corpId).map((it) => it.id))
    if (departments.some((id) => !existing.has(id))) fail(404, 'department.unknown', 'There is no such department.', 'departments')
    const employee: Employee = {
      ...placedIn(known, departments),
      name: input.name ?? known.name,
      position: input.position ?? known.position,
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
    const group = findTagGroup(world, corpId, tag?.groupId ?? id)
    if (!group) return fail(404, 'tag.unknown', 'There is no such tag or group.')
    world.store.transaction(() => {
      if (tag) saveTag(world, corpId, { ...tag, name: input.name ?? tag.name, order: input.order ?? tag.order })
      else saveTagGroup(world, corpId, { ...group, name: input.name ?? group.name, order: input.order ?? group.order })
      // Moving things around by hand is told as a shuffle of the group, without details.
      const moved = input.name === undefined
      emit(
        world,
        corpId,
        moved
          ? externalTagEvent('shuffle', tag?.groupId ?? id, 'tag_group', group.strategyId)
          : externalTagEvent('update', id, tag ? 'tag' : 'tag_group', group.strategyId),
      )
    })
    return c.json({ id })
  })
  routes.delete('/tags/:id', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const id = c.req.param('id')
    const tag = findTag(world, corpId, id)
    const group = findTagGroup(world, corpId, tag?.groupId ?? id)
    if (!group) return fail(404, 'tag.unknown', 'There is no such tag or group.')
    world.store.transaction(() => {
      if (tag) deleteTag(world, corpId, tag)
      else deleteTagGroup(world, corpId, group)
      emit(world, corpId, externalTagEvent('delete', id, tag ? 'tag' : 'tag_group', group.strategyId))
    })
    return c.json({ id })
  })
}

const wholeEmployee = (it: Employee) => ({
  UserID: it.userId,
  Name: it.name,
  Department: it.departments.join(','),
  MainDepartment: it.mainDepartment,
  IsLeaderInDept: it.leads.join(','),
  Position: it.position,
  Status: it.status,
})

/** Only what changed is told, as in the real pushes. */
const changesOf = (before: Employee, after: Employee) => ({
  Name: after.name === before.name ? undefined : after.name,
  Position: after.position === before.position ? undefined : after.position,
  Status: after.status === before.status ? undefined : after.status,
  Department: after.departments.join() === before.departments.join() ? undefined : after.departments.join(','),
})
