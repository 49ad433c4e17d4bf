import { patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useEverything, useList, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { Named } from '#console/api/types.ts'
import type { Department } from '#management/team/departments/schema.ts'
import type { Employee } from '#management/team/employees/schema.ts'
import type { Role } from '#management/team/roles/schema.ts'

export const useEmployees = (query: Record<string, string | undefined>) => useList<Employee>('employees', query)
export const useDepartments = () => useResource<{ items: Department[] }>('departments')
export const useRoles = () => useResource<{ items: Role[] }>('roles')
export const usePermissions = () => useResource<{ items: { id: string; name: string }[] }>('permissions')

/** Departments as choices of a filter; none for whoever may not see the team. */
export function useDepartmentNames(): { value: string; label: string }[] {
  const may = useMay()('team.read')
  const departments = useResource<{ items: Department[] }>('departments', undefined, { enabled: may })
  return (departments.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

/** Employees as choices of a filter. */
export function useEmployeeNames(): { value: string; label: string }[] {
  const may = useMay()('team.read')
  const employees = useEverything<Named>('employees', { enabled: may })
  return (employees.data ?? []).map((employee) => ({ value: employee.id, label: employee.name }))
}

type Saved = { id?: string } & Record<string, unknown>
const save =
  (path: string) =>
  ({ id, ...body }: Saved) =>
    id ? patch<Named>(`${path}/${id}`, body) : post<Named>(path, body)

export const useSaveEmployee = () => useCommand(save('employees') as (body: Saved) => Promise<Named & { password?: string }>, ['employees'])
export const useSuspend = () =>
  useCommand(({ id, on }: { id: string; on: boolean }) => (on ? put : remove)(`employees/${id}/suspension`), ['employees'])
export const useDeparture = () =>
  useCommand(({ id, on }: { id: string; on: boolean }) => (on ? put : remove)(`employees/${id}/departure`), ['employees'])
export const useResetPassword = () =>
  useCommand((id: string) => post<{ password: string }>(`employees/${id}/password-reset`), ['employees'])
export const useSaveDepartment = () => useCommand(save('departments'), ['departments', 'employees'])
export const useDeleteDepartment = () => useCommand((id: string) => remove(`departments/${id}`), ['departments'])
export const useSaveRole = () => useCommand(save('roles'), ['roles', 'session'])
export const useDeleteRole = () => useCommand((id: string) => remove(`roles/${id}`), ['roles'])
