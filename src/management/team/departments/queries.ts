import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import type { Department } from './schema.ts'

export const listDepartments = async (ctx: Context): Promise<Department[]> =>
  (await rows(ctx).execute()).map((row) => describeDepartment(ctx, row))

export async function getDepartment(ctx: Context, id: number): Promise<Department> {
  const row = await rows(ctx).where('d.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('department')
  return describeDepartment(ctx, row)
}

const rows = (ctx: Context) =>
  ctx.db
    .selectFrom('departments as d')
    .leftJoin('employeeDepartments as m', (join) => join.onRef('m.tenantId', '=', 'd.tenantId').onRef('m.departmentId', '=', 'd.id'))
    .leftJoin('employees as e', (join) =>
      join.onRef('e.tenantId', '=', 'm.tenantId').onRef('e.id', '=', 'm.employeeId').on('e.status', '<>', 'left'),
    )
    .select(['d.id', 'd.name', 'd.parentId', 'd.order', 'd.corpId', ({ fn }) => fn.count<number>('e.id').as('employees')])
    .where('d.tenantId', '=', ctx.tenantId)
    .groupBy(['d.tenantId', 'd.id'])
    // WeCom sorts by falling order (doc 90208).
    .orderBy('d.order', 'desc')
    .orderBy('d.id')

type Row = { id: number; name: string; parentId: number | null; order: number; corpId: number | null; employees: number }

const describeDepartment = (ctx: Context, { id, parentId, corpId, ...row }: Row): Department => ({
  id: publicId(ctx, 'dep', id),
  parentId: parentId === null ? null : publicId(ctx, 'dep', parentId),
  source: corpId === null ? 'hand' : 'wecom',
  ...row,
})
