import type { Hono } from 'hono'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import type { Context } from '#platform/context.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createDepartment } from './departments/commands.ts'
import { createEmployee } from './employees/commands.ts'
import { presets } from './presets.ts'
import { readScope } from './scope.ts'
import { client, codeOf, cookieFor, roleOf, someone } from './testing/people.ts'

let workspace: TestWorkspace
let app: Hono<AppEnv>
let send: ReturnType<typeof client>
let ctx: Context
let owner: { id: number; cookie: string }
beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  send = client(app)
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
  owner = await someone(workspace, ctx, 'owner', { name: '张三' })
})

const emp = (id: number) => publicId(ctx, 'emp', id)
const role = async (preset: keyof typeof presets) => publicId(ctx, 'rol', await roleOf(ctx, preset))
const asOwner = (method: string, path: string, body?: unknown) =>
  send(method, path, { cookie: owner.cookie, ...(body === undefined ? {} : { body }) })

const events = async () => {
  const rows = await ctx.db
    .selectFrom('eventLog')
    .select(['name', 'properties'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('seq')
    .execute()
  return rows.map(({ name, properties }) => [name, (properties as { employee?: number }).employee])
}

describe('employees', () => {
  test('are added by hand with department, role and a first password', async () => {
    const department = (await asOwner('POST', 'departments', { name: '销售部' })).body
    const login = `li${ctx.tenantId}`
    const created = await asOwner('POST', 'employees', {
      name: '李四',
      login: ` ${login.toUpperCase()}`,
      mobile: '13800138000',
      position: '顾问',
      roleId: await role('user_operator'),
      departmentIds: [department.id],
    })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      name: '李四',
      login,
      state: 'active',
      phoneMasked: '138******00',
      role: { name: '用户运营' },
      scope: 'all',
      departments: [{ id: department.id, name: '销售部' }],
      customers: 0,
    })
    const { password, id } = created.body
    expect(codeOf(await send('POST', 'session', { body: { login, password } }))).toEqual([403, 'session.password_change_required'])
    expect((await asOwner('GET', `employees/${id}`)).body.password).toBeUndefined()
    const changed = await asOwner('PATCH', `employees/${id}`, { name: '李四光', departmentIds: [], login: null })
    expect(changed.body).toMatchObject({ name: '李四光', departments: [], login: null, position: '顾问' })
  })

  test('are listed by page, name, department with those below, role and state', async () => {
    const parent = (await asOwner('POST', 'departments', { name: '华东' })).body.id
    const child = (await asOwner('POST', 'departments', { name: '上海', parentId: parent })).body.id
    const ids = []
    for (const [index, departmentId] of [parent, child, child, undefined].entries())
      ids.push(
        (await asOwner('POST', 'employees', { name: `员工${index}`, ...(departmentId ? { departmentIds: [departmentId] } : {}) })).body.id,
      )
    const listed = async (query: string) => (await asOwner('GET', `employees?${query}`)).body
    expect((await listed(`department=${parent}`)).items.map((one: { name: string }) => one.name)).toEqual(['员工0', '员工1', '员工2'])
    expect((await listed('q=%25')).items).toEqual([])
    expect((await listed(`q=${encodeURIComponent('员工2')}`)).items).toHaveLength(1)
    expect((await listed(`role=${await role('owner')}`)).items).toMatchObject([{ id: emp(owner.id) }])
    const first = await listed('limit=2')
    expect(first).toMatchObject({ total: 5 })
    const second = await listed(`limit=2&cursor=${first.next}`)
    const third = await listed(`limit=2&cursor=${second.next}`)
    expect([...first.items, ...second.items, ...third.items].map((one: { id: string }) => one.id)).toEqual([emp(owner.id), ...ids])
    expect(third.next).toBeNull()
    expect(codeOf(await asOwner('GET', 'employees?cursor=nonsense'))).toEqual([400, 'cursor.invalid'])
    expect(codeOf(await asOwner('GET', 'employees?limit=201'))).toEqual([400, 'request.invalid'])
    await asOwner('PUT', `employees/${ids[0]}/departure`)
    expect((await listed('')).total).toBe(4)
    expect((await listed('state=left')).items).toMatchObject([{ id: ids[0], state: 'left' }])
  })

  test('a suspension ends the sessions and keys at once and can be lifted', async () => {
    const technician = await someone(workspace, ctx, 'technician')
    const { key } = (await send('POST', 'api-keys', { cookie: technician.cookie, body: { name: 'crm', scopes: ['wecom.read'] } })).body
    expect((await send('GET', 'session', { key })).status).toBe(200)
    expect((await asOwner('PUT', `employees/${emp(technician.id)}/suspension`)).body.state).toBe('suspended')
    await asOwner('PUT', `employees/${emp(technician.id)}/suspension`)
    expect(codeOf(await send('GET', 'session', { cookie: technician.cookie }))).toEqual([401, 'session.required'])
    expect(codeOf(await send('GET', 'session', { key }))).toEqual([401, 'api_key.invalid'])
    expect((await asOwner('DELETE', `employees/${emp(technician.id)}/suspension`)).body.state).toBe('active')
    expect((await send('GET', 'session', { cookie: technician.cookie })).status).toBe(401)
    expect((await send('GET', 'session', { key })).status).toBe(200)
    expect((await events()).slice(-2)).toEqual([
      ['employee.suspended', technician.id],
      ['employee.resumed', technician.id],
    ])
  })

  test('who leaves is out at once, and the event says so', async () => {
    const one = await someone(workspace, ctx, 'employee')
    await asOwner('PUT', `employees/${emp(one.id)}/departure`)
    expect((await send('GET', 'session', { cookie: one.cookie })).status).toBe(401)
    expect((await events()).at(-1)).toEqual(['employee.left', one.id])
    expect((await asOwner('DELETE', `employees/${emp(one.id)}/departure`)).body.state).toBe('active')
  })

  test('the last owner can be neither suspended, dismissed nor demoted, also not by two at once', async () => {
    expect(codeOf(await asOwner('PATCH', `employees/${emp(owner.id)}`, { roleId: await role('employee') }))).toEqual([
      409,
      'employee.last_owner',
    ])
    expect(codeOf(await asOwner('PUT', `employees/${emp(owner.id)}/suspension`))).toEqual([409, 'employee.own_suspension'])
    const key = (await asOwner('POST', 'api-keys', { name: 'k', scopes: ['*'] })).body.key
    expect(codeOf(await send('PUT', `employees/${emp(owner.id)}/suspension`, { key }))).toEqual([409, 'employee.last_owner'])
    expect(codeOf(await send('PUT', `employees/${emp(owner.id)}/departure`, { key }))).toEqual([409, 'employee.last_owner'])
    const other = await someone(workspace, ctx, 'owner')
    const both = await Promise.all([
      asOwner('PUT', `employees/${emp(other.id)}/suspension`),
      send('PUT', `employees/${emp(owner.id)}/suspension`, { cookie: other.cookie }),
    ])
    expect(both.map(({ status }) => status).sort()).not.toEqual([200, 200])
    const left = await ctx.db
      .selectFrom('employees')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('status', '=', 'active')
      .where('roleId', '=', await roleOf(ctx, 'owner'))
      .execute()
    expect(left).toHaveLength(1)
  })

  test('nobody raises themselves or takes over somebody who may more', async () => {
    const hr = (await asOwner('POST', 'roles', { name: '人事', permissions: ['team.read', 'team.write', 'roles.write', 'customers.read'] }))
      .body
    const { id } = await createEmployee(ctx, { name: '王五', roleId: Number(ctx.ids.decode(ctx.tenantId, 'rol', hr.id)) })
    const cookie = await cookieFor(workspace, ctx, id)
    const tried = (method: string, path: string, body?: unknown) =>
      send(method, path, { cookie, ...(body === undefined ? {} : { body }) }).then(codeOf)
    expect(await tried('PATCH', `employees/${emp(id)}`, { roleId: await role('owner') })).toEqual([403, 'permission.beyond_own'])
    expect(await tried('PATCH', `employees/${emp(id)}`, { scope: 'all' })).toEqual([403, 'scope.beyond_own'])
    expect(await tried('POST', 'employees', { name: 'x', roleId: await role('auditor') })).toEqual([403, 'permission.beyond_own'])
    expect(await tried('POST', 'roles', { name: 'x', permissions: ['*'] })).toEqual([403, 'permission.beyond_own'])
    expect(await tried('PATCH', `roles/${hr.id}`, { permissions: ['audit.read'] })).toEqual([403, 'permission.beyond_own'])
    expect(await tried('POST', `employees/${emp(owner.id)}/password-reset`)).toEqual([403, 'employee.beyond_own'])
    expect(await tried('PATCH', `employees/${emp(owner.id)}`, { login: 'mine' })).toEqual([403, 'employee.beyond_own'])
    expect(await tried('PUT', `employees/${emp(owner.id)}/suspension`)).toEqual([403, 'employee.beyond_own'])
  })

  test('bad values are refused with their code and field', async () => {
    const refused = async (body: unknown) => {
      const { status, body: answer } = await asOwner('POST', 'employees', body)
      return [status, answer.error.code, answer.error.field]
    }
    await asOwner('POST', 'employees', { name: 'x', login: `taken${ctx.tenantId}` })
    const elsewhere = await workspace.newTenant()
    expect(await refused({ name: 'y', login: `Taken${ctx.tenantId}` })).toEqual([409, 'employee.login_taken', 'login'])
    expect(await refused({ name: ' ' })).toEqual([400, 'request.invalid', 'name'])
    expect(await refused({ name: 'y', login: 'a b' })).toEqual([400, 'request.invalid', 'login'])
    expect(await refused({ name: 'y', scope: 'galaxy' })).toEqual([400, 'request.invalid', 'scope'])
    expect(await refused({ name: 'y', roleId: 'rol_x' })).toEqual([404, 'role.not_found', undefined])
    expect(await refused({ name: 'y', roleId: publicId(elsewhere, 'rol', 1) })).toEqual([404, 'role.not_found', undefined])
    expect(await refused({ name: 'y', roleId: publicId(ctx, 'rol', 999999) })).toEqual([404, 'role.not_found', 'roleId'])
    expect(await refused({ name: 'y', departmentIds: [publicId(ctx, 'dep', 999999)] })).toEqual([
      404,
      'department.not_found',
      'departmentIds',
    ])
    expect(codeOf(await asOwner('POST', `employees/${emp(owner.id)}/password-reset`))).toEqual([409, 'employee.no_login'])
    expect(codeOf(await asOwner('GET', `employees/${publicId(ctx, 'dep', 1)}`))).toEqual([404, 'employee.not_found'])
  })
})

describe('departments', () => {
  test('form a tree without circles, also when two are moved at once', async () => {
    const make = async (name: string, parentId?: string) =>
      (await asOwner('POST', 'departments', { name, ...(parentId ? { parentId } : {}) })).body.id as string
    const [a, b] = [await make('甲'), await make('乙')]
    const c = await make('丙', a)
    expect(codeOf(await asOwner('PATCH', `departments/${a}`, { parentId: c }))).toEqual([409, 'department.cycle'])
    expect(codeOf(await asOwner('PATCH', `departments/${a}`, { parentId: a }))).toEqual([409, 'department.cycle'])
    const both = await Promise.all([
      asOwner('PATCH', `departments/${a}`, { parentId: b }),
      asOwner('PATCH', `departments/${b}`, { parentId: a }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    let parentId = await make('深')
    const codes = []
    for (let i = 0; i < 20; i++) {
      const made = await asOwner('POST', 'departments', { name: `层${i}`, parentId })
      codes.push(codeOf(made)[1])
      parentId = made.body.id ?? parentId
    }
    expect(codes).toContain('department.too_deep')
    expect(codeOf(await asOwner('POST', 'departments', { name: 'x', parentId: publicId(ctx, 'dep', 999999) }))).toEqual([
      404,
      'department.not_found',
    ])
  })

  test('are deleted only when empty', async () => {
    const id = (await asOwner('POST', 'departments', { name: '甲' })).body.id
    const one = (await asOwner('POST', 'employees', { name: 'x', departmentIds: [id] })).body.id
    expect((await asOwner('GET', `departments/${id}`)).body.employees).toBe(1)
    expect(codeOf(await asOwner('DELETE', `departments/${id}`))).toEqual([409, 'department.not_empty'])
    await asOwner('PATCH', `employees/${one}`, { departmentIds: [] })
    expect((await asOwner('DELETE', `departments/${id}`)).status).toBe(204)
    expect(codeOf(await asOwner('DELETE', `departments/${id}`))).toEqual([404, 'department.not_found'])
  })
})

describe('data scope', () => {
  test('is computed from the departments of the assignment', async () => {
    const top = await createDepartment(ctx, { name: '总部' })
    const below = await createDepartment(ctx, { name: '一部', parentId: top })
    const deepest = await createDepartment(ctx, { name: '一组', parentId: below })
    const aside = await createDepartment(ctx, { name: '二部', parentId: top })
    const add = async (departmentIds: number[]) => (await createEmployee(ctx, { name: 'x', departmentIds })).id
    const [head, lead, seller, other] = [await add([top]), await add([below]), await add([deepest]), await add([aside])]
    const seen = async (id: number, scope: 'self' | 'department' | 'department_and_below' | 'all' | 'chosen') => {
      const found = await readScope(workspace.databases.system, ctx.tenantId, id, scope)
      return found === 'all' ? found : [...found].sort((a, b) => a - b)
    }
    expect(await seen(lead, 'self')).toEqual([lead])
    expect(await seen(lead, 'department')).toEqual([lead])
    expect(await seen(lead, 'department_and_below')).toEqual([lead, seller])
    expect(await seen(head, 'department_and_below')).toEqual([head, lead, seller, other])
    expect(await seen(head, 'all')).toBe('all')
    const { id: watcher } = await createEmployee(ctx, { name: 'w', scope: 'chosen', scopeDepartmentIds: [aside, deepest] })
    expect(await seen(watcher, 'chosen')).toEqual([seller, other, watcher])
  })

  test('reaches the session, and a change of it holds at once', async () => {
    const departmentId = await createDepartment(ctx, { name: '一部' })
    const colleague = await createEmployee(ctx, { name: 'y', departmentIds: [departmentId] })
    const one = await someone(workspace, ctx, 'employee', { departmentIds: [departmentId] })
    const scope = async () => (await send('GET', 'session', { cookie: one.cookie })).body.employee.scope
    expect(await scope()).toEqual([emp(one.id)])
    await asOwner('PATCH', `employees/${emp(one.id)}`, { scope: 'department' })
    expect((await scope()).sort()).toEqual([emp(one.id), emp(colleague.id)].sort())
    await asOwner('PATCH', `employees/${emp(one.id)}`, { roleId: await role('auditor') })
    expect(await scope()).toBe('all')
  })
})

describe('roles', () => {
  test('presets come with every company, in both languages, and stay as they are', async () => {
    const { items } = (await asOwner('GET', 'roles')).body
    expect(items.map((one: { kind: string }) => one.kind)).toEqual(Object.keys(presets))
    expect(items[2]).toMatchObject({ name: '操盘手', preset: true, home: '/' })
    await send('PATCH', 'session', { cookie: owner.cookie, body: { language: 'en' } })
    expect((await asOwner('GET', 'roles')).body.items[2].name).toBe('Lead operator')
    expect(codeOf(await asOwner('PATCH', `roles/${items[2].id}`, { name: 'x' }))).toEqual([409, 'role.preset_fixed'])
    expect(codeOf(await asOwner('DELETE', `roles/${items[2].id}`))).toEqual([409, 'role.preset_fixed'])
  })

  test('custom ones are made of permissions and hold at once', async () => {
    const created = (
      await asOwner('POST', 'roles', {
        name: '客服',
        permissions: ['customers.read', 'customers.read'],
        home: '/customers',
        scope: 'department',
      })
    ).body
    expect(created).toMatchObject({ permissions: ['customers.read'], scope: 'department', preset: false, employees: 0 })
    const one = await someone(workspace, ctx, 'employee')
    await asOwner('PATCH', `employees/${emp(one.id)}`, { roleId: created.id })
    expect((await send('GET', 'session', { cookie: one.cookie })).body.employee).toMatchObject({
      permissions: ['customers.read'],
      home: '/customers',
    })
    expect(codeOf(await send('GET', 'settings', { cookie: one.cookie }))).toEqual([403, 'permission.missing'])
    await asOwner('PATCH', `roles/${created.id}`, { permissions: ['settings.read'] })
    expect((await send('GET', 'settings', { cookie: one.cookie })).status).toBe(200)
    expect(codeOf(await asOwner('DELETE', `roles/${created.id}`))).toEqual([409, 'role.in_use'])
    expect(codeOf(await asOwner('POST', 'roles', { name: '客服', permissions: [] }))).toEqual([409, 'role.name_taken'])
    expect(codeOf(await asOwner('POST', 'roles', { name: '操盘手', permissions: [] }))).toEqual([409, 'role.name_taken'])
    const unknown = await asOwner('POST', 'roles', { name: 'x', permissions: ['tags.read', 'moon.land'] })
    expect([unknown.status, unknown.body.error]).toMatchObject([400, { code: 'role.unknown_permission', field: 'permissions.1' }])
    expect(codeOf(await asOwner('POST', 'roles', { name: 'x', permissions: [], home: '//evil.example' }))).toEqual([400, 'request.invalid'])
  })
})

describe('API keys', () => {
  test('may what their scopes and their maker may, until they expire or are deleted', async () => {
    const { key, id } = (
      await asOwner('POST', 'api-keys', {
        name: 'crm',
        scopes: ['settings.read'],
        expiresAt: new Date(Date.now() + 3600_000).toISOString(),
      })
    ).body
    expect(key).toMatch(/^llk_/)
    expect((await send('GET', 'settings', { key })).status).toBe(200)
    expect(codeOf(await send('GET', 'employees', { key }))).toEqual([403, 'permission.missing'])
    expect(JSON.stringify((await asOwner('GET', 'api-keys')).body)).not.toContain(key)
    workspace.setNow(new Date(Date.now() + 2 * 3600_000))
    expect(codeOf(await send('GET', 'settings', { key }))).toEqual([401, 'api_key.invalid'])
    workspace.setNow(new Date())
    expect((await send('GET', 'settings', { key })).status).toBe(200)
    expect((await asOwner('DELETE', `api-keys/${id}`)).status).toBe(204)
    expect(codeOf(await send('GET', 'settings', { key }))).toEqual([401, 'api_key.invalid'])
    expect(codeOf(await asOwner('DELETE', `api-keys/${id}`))).toEqual([404, 'api_key.not_found'])
  })

  test('shrink with the rights of who made them', async () => {
    const technician = await someone(workspace, ctx, 'technician')
    const { key } = (
      await send('POST', 'api-keys', { cookie: technician.cookie, body: { name: 'k', scopes: ['settings.write', 'settings.read'] } })
    ).body
    expect((await send('PATCH', 'settings', { key, body: { name: '新名' } })).body.name).toBe('新名')
    await asOwner('PATCH', `employees/${emp(technician.id)}`, { roleId: await role('auditor') })
    expect(codeOf(await send('PATCH', 'settings', { key, body: { name: 'x' } }))).toEqual([403, 'permission.missing'])
    expect((await send('GET', 'settings', { key })).status).toBe(200)
  })

  test('are refused beyond one’s own rights and for unknown scopes', async () => {
    const technician = await someone(workspace, ctx, 'technician')
    const tried = async (body: object) =>
      codeOf(await send('POST', 'api-keys', { cookie: technician.cookie, body: { name: 'k', ...body } }))
    expect(await tried({ scopes: ['*'] })).toEqual([403, 'permission.beyond_own'])
    expect(await tried({ scopes: ['audit.read'] })).toEqual([403, 'permission.beyond_own'])
    expect(await tried({ scopes: ['moon.land'] })).toEqual([400, 'api_key.unknown_scope'])
    expect(await tried({ scopes: [] })).toEqual([400, 'request.invalid'])
    expect(await tried({ scopes: ['events.write'], expiresAt: '2020-01-01T00:00:00Z' })).toEqual([400, 'api_key.expiry_past'])
    expect(await tried({ scopes: ['events.read'], public: true })).toEqual([400, 'api_key.public_scope'])
  })

  test('a public one opens the events door and no other', async () => {
    const { key } = (await asOwner('POST', 'api-keys', { name: '官网', scopes: ['events.write'], public: true })).body
    expect(codeOf(await send('GET', 'session', { key }))).toEqual([403, 'api_key.public'])
    expect((await send('POST', 'events', { key, body: { events: [] } })).status).not.toBe(403)
  })
})

describe('settings', () => {
  test('are changed with care', async () => {
    expect(
      (
        await asOwner('PATCH', 'settings', {
          name: '新公司',
          timezone: 'Europe/London',
          currency: 'GBP',
          weekStart: 'sunday',
          language: 'en',
        })
      ).body,
    ).toEqual({ name: '新公司', timezone: 'Europe/London', currency: 'GBP', weekStart: 'sunday', language: 'en' })
    expect((await asOwner('GET', 'session')).body).toMatchObject({ language: 'en', tenant: { name: '新公司', currency: 'GBP' } })
    const refused = async (body: unknown) => {
      const { status, body: answer } = await asOwner('PATCH', 'settings', body)
      return [status, answer.error.code, answer.error.field]
    }
    expect(await refused({ timezone: 'Mars/Base' })).toEqual([400, 'settings.unknown_timezone', 'timezone'])
    expect(await refused({ currency: 'XYZ' })).toEqual([400, 'settings.unknown_currency', 'currency'])
    expect(await refused({ weekStart: 'friday' })).toEqual([400, 'request.invalid', 'weekStart'])
  })
})

describe('audit log', () => {
  test('tells who did what from where, by filters and pages, and verifies itself', async () => {
    const one = await someone(workspace, ctx, 'auditor')
    await asOwner('PATCH', 'settings', { name: '新公司' })
    await asOwner('PATCH', `employees/${emp(one.id)}`, { roleId: await role('employee') })
    const listed = async (query = '') => (await asOwner('GET', `audit?${query}`)).body
    const all = await listed()
    expect(all.items.map((entry: { action: string }) => entry.action)).toEqual([
      'employee.rights_changed',
      'settings.updated',
      'session.opened',
      'employee.created',
      'session.opened',
      'employee.created',
    ])
    expect(all.items[0]).toMatchObject({
      actor: { id: emp(owner.id), name: '张三', kind: 'employee' },
      subject: emp(one.id),
      details: { to: { scope: 'self' } },
    })
    expect((await listed('action=settings.updated')).items).toHaveLength(1)
    expect((await listed(`subject=${emp(one.id)}`)).items).toHaveLength(3)
    expect((await listed(`actor=${emp(owner.id)}`)).items).toHaveLength(3)
    expect((await listed(`q=${encodeURIComponent('新公司')}`)).items).toHaveLength(1)
    expect((await listed('to=2020-01-01')).items).toEqual([])
    const first = await listed('limit=4')
    expect((await listed(`limit=4&cursor=${first.next}`)).items).toHaveLength(2)
    expect(codeOf(await asOwner('GET', 'audit?from=yesterday'))).toEqual([400, 'date.invalid'])
    expect((await asOwner('GET', 'audit/verification')).body).toMatchObject({ ok: true, checked: 6 })
  })
})
