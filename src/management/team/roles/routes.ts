import { allow, body, describe, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { createRole, deleteRole, updateRole } from './commands.ts'
import { getRole, listPermissions, listRoles } from './queries.ts'
import { NewRole, Permissions, Role, RolePatch, Roles } from './schema.ts'

export const roles = router()
  .get('/', allow('team.read', 'tenant'), describe('List roles', Roles), async (c) =>
    c.json({ items: await listRoles(c.var.ctx), next: null }),
  )
  .post('/', allow('roles.write', 'tenant'), describe('Make a role from permissions', Role, 201), body(NewRole), async (c) =>
    c.json(await getRole(c.var.ctx, await createRole(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/:id', allow('team.read', 'tenant'), describe('One role', Role), async (c) =>
    c.json(await getRole(c.var.ctx, internalId(c.var.ctx, 'rol', c.req.param('id')))),
  )
  .patch('/:id', allow('roles.write', 'tenant'), describe('Change a role', Role), body(RolePatch), async (c) => {
    const id = internalId(c.var.ctx, 'rol', c.req.param('id'))
    await updateRole(c.var.ctx, id, c.req.valid('json'))
    return c.json(await getRole(c.var.ctx, id))
  })
  .delete('/:id', allow('roles.write', 'tenant'), describe('Delete a role nobody has', undefined, 204), async (c) => {
    await deleteRole(c.var.ctx, internalId(c.var.ctx, 'rol', c.req.param('id')))
    return c.body(null, 204)
  })

export const permissions = router().get('/', allow('team.read', 'tenant'), describe('Everything a role may hold', Permissions), async (c) =>
  c.json({ items: await listPermissions(c.var.ctx) }),
)
