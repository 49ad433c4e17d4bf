import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import type { ApiKey } from './schema.ts'

export const listApiKeys = async (ctx: Context): Promise<ApiKey[]> => (await select(ctx).execute()).map((row) => describeKey(ctx, row))

export async function getApiKey(ctx: Context, id: number): Promise<ApiKey> {
  const row = await select(ctx).where('k.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('api_key')
  return describeKey(ctx, row)
}

const select = (ctx: Context) =>
  ctx.db
    .selectFrom('apiKeys as k')
    .leftJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'k.tenantId').onRef('e.id', '=', 'k.employeeId'))
    .select([
      'k.id',
      'k.name',
      'k.hint',
      'k.scopes',
      'k.public',
      'k.employeeId',
      'e.name as employeeName',
      'k.createdAt',
      'k.expiresAt',
      'k.usedAt',
    ])
    .where('k.tenantId', '=', ctx.tenantId)
    .orderBy('k.id')

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

const describeKey = (ctx: Context, { id, employeeId, employeeName, createdAt, expiresAt, usedAt, ...row }: Row): ApiKey => ({
  id: publicId(ctx, 'api', id),
  ...row,
  employee: employeeId === null ? null : { id: publicId(ctx, 'emp', employeeId), name: employeeName ?? '' },
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  usedAt: usedAt?.toISOString() ?? null,
})
