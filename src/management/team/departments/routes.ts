import type { Context } from '#platform/context.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { createDepartment, deleteDepartment, updateDepartment } from './commands.ts'
import { getDepartment, listDepartments } from './queries.ts'
import { Department, DepartmentPatch, Departments, NewDepartment } from './schema.ts'

export const departments = router()
  .get('/', allow('team.read', 'tenant'), describe('All departments', Departments), async (c) =>
    c.json({ items: await listDepartments(c.var.ctx), next: null }),
  )
  .post('/', allow('team.write', 'tenant'), describe('Add a department', Department, 201), body(NewDepartment), async (c) => {
    const given = c.req.valid('json')
    const id = await createDepartment(c.var.ctx, { ...given, parentId: parentOf(c.var.ctx, given.parentId) })
    return c.json(await getDepartment(c.var.ctx, id), 201)
  })
  .get('/:id', allow('team.read', 'tenant'), describe('One department', Department), async (c) =>
    c.json(await getDepartment(c.var.ctx, internalId(c.var.ctx, 'dep', c.req.param('id')))),
  )
  .patch('/:id', allow('team.write', 'tenant'), describe('Rename or move a department', Department), body(DepartmentPatch), async (c) => {
    const id = internalId(c.var.ctx, 'dep', c.req.param('id'))
    const given = c.req.valid('json')
    await updateDepartment(c.var.ctx, id, { ...given, parentId: parentOf(c.var.ctx, given.parentId) })
    return c.json(await getDepartment(c.var.ctx, id))
  })
  .delete('/:id', allow('team.write', 'tenant'), describe('Delete an empty department', undefined, 204), async (c) => {
    await deleteDepartment(c.var.ctx, internalId(c.var.ctx, 'dep', c.req.param('id')))
    return c.body(null, 204)
  })

const parentOf = (ctx: Context, id: string | null | undefined): number | null | undefined =>
  typeof id === 'string' ? internalId(ctx, 'dep', id) : id
