import type { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { type AppEnv, allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import {
  createEmployee,
  dismissEmployee,
  type EmployeeFacts,
  rehireEmployee,
  resetPassword,
  resumeEmployee,
  suspendEmployee,
  updateEmployee,
} from './commands.ts'
import { getEmployee, listEmployees } from './queries.ts'
import { CreatedEmployee, Employee, EmployeePatch, EmployeeQuery, Employees, FirstPassword, NewEmployee } from './schema.ts'

type Request = { req: { param(name: 'id'): string }; var: AppEnv['Variables'] }

const idOf = (c: Request): number => internalId(c.var.ctx, 'emp', c.req.param('id'))

export const employees = router()
  .get('/', allow('team.read', 'tenant'), describe('List employees', Employees), query(EmployeeQuery), async (c) => {
    const { ctx } = c.var
    const { department, role, ...rest } = c.req.valid('query')
    return c.json(
      await listEmployees(ctx, {
        ...rest,
        departmentId: department ? internalId(ctx, 'dep', department) : undefined,
        roleId: role ? internalId(ctx, 'rol', role) : undefined,
      }),
    )
  })
  .post('/', allow('team.write', 'tenant'), describe('Add an employee', CreatedEmployee, 201), body(NewEmployee), async (c) => {
    const given = c.req.valid('json')
    const { id, password } = await createEmployee(c.var.ctx, { ...factsOf(c.var.ctx, given), name: given.name })
    return c.json({ ...(await getEmployee(c.var.ctx, id)), ...(password ? { password } : {}) }, 201)
  })
  .get('/:id', allow('team.read', 'tenant'), describe('One employee', Employee), async (c) => c.json(await getEmployee(c.var.ctx, idOf(c))))
  .patch('/:id', allow('team.write', 'tenant'), describe('Change an employee', Employee), body(EmployeePatch), async (c) => {
    await updateEmployee(c.var.ctx, idOf(c), factsOf(c.var.ctx, c.req.valid('json')))
    return c.json(await getEmployee(c.var.ctx, idOf(c)))
  })
  .put('/:id/suspension', allow('team.write', 'tenant'), describe('Suspend an employee; their sessions end', Employee), async (c) => {
    await suspendEmployee(c.var.ctx, idOf(c))
    return c.json(await getEmployee(c.var.ctx, idOf(c)))
  })
  .delete('/:id/suspension', allow('team.write', 'tenant'), describe('Lift a suspension', Employee), async (c) => {
    await resumeEmployee(c.var.ctx, idOf(c))
    return c.json(await getEmployee(c.var.ctx, idOf(c)))
  })
  .put('/:id/departure', allow('team.write', 'tenant'), describe('An employee leaves the company', Employee), async (c) => {
    await dismissEmployee(c.var.ctx, idOf(c))
    return c.json(await getEmployee(c.var.ctx, idOf(c)))
  })
  .delete('/:id/departure', allow('team.write', 'tenant'), describe('An employee comes back', Employee), async (c) => {
    await rehireEmployee(c.var.ctx, idOf(c))
    return c.json(await getEmployee(c.var.ctx, idOf(c)))
  })
  .post('/:id/password-reset', allow('team.write', 'tenant'), describe('A new first password, shown once', FirstPassword), async (c) =>
    c.json({ password: await resetPassword(c.var.ctx, idOf(c)) }),
  )

function factsOf(ctx: Context, { roleId, departmentIds, scopeDepartmentIds, ...given }: z.infer<typeof EmployeePatch>): EmployeeFacts {
  const departments = (ids: string[] | undefined) => ids?.map((id) => internalId(ctx, 'dep', id))
  return {
    ...given,
    roleId: roleId === undefined ? undefined : internalId(ctx, 'rol', roleId),
    departmentIds: departments(departmentIds),
    scopeDepartmentIds: departments(scopeDepartmentIds),
  }
}
