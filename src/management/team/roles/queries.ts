import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { permissionCatalogue } from '../permissions.ts'
import { presets, roleFacts } from '../presets.ts'
import type { Role } from './schema.ts'

/** Presets in their order, then the company's own by name. */
export async function listRoles(ctx: Context): Promise<Role[]> {
  const [rows, language] = await Promise.all([select(ctx).execute(), readLanguage(ctx)])
  const order = Object.keys(presets)
  const rank = ({ preset }: { preset: string | null }) => (preset === null ? order.length : order.indexOf(preset))
  return rows
    .sort((a, b) => rank(a) - rank(b) || (a.name ?? '').localeCompare(b.name ?? '', 'zh'))
    .map((row) => describeRole(ctx, row, language))
}

export async function getRole(ctx: Context, id: number): Promise<Role> {
  const row = await select(ctx).where('r.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('role')
  return describeRole(ctx, row, await readLanguage(ctx))
}

export async function listPermissions(ctx: Context): Promise<{ id: string; name: string; zh: string; en: string }[]> {
  const language = await readLanguage(ctx)
  return permissionCatalogue.map(({ name, zh, en }) => ({ id: name, name: language === 'en' ? en : zh, zh, en }))
}

const select = (ctx: Context) =>
  ctx.db
    .selectFrom('roles as r')
    .leftJoin('employees as e', (join) =>
      join.onRef('e.tenantId', '=', 'r.tenantId').onRef('e.roleId', '=', 'r.id').on('e.status', '<>', 'left'),
    )
    .select([
      'r.id',
      'r.preset',
      'r.name',
      'r.description',
      'r.permissions',
      'r.home',
      'r.scope',
      ({ fn }) => fn.count<number>('e.id').as('employees'),
    ])
    .where('r.tenantId', '=', ctx.tenantId)
    .groupBy(['r.tenantId', 'r.id'])

type Row = {
  id: number
  preset: string | null
  name: string | null
  description: string | null
  permissions: string[]
  home: string
  scope: string
  employees: number
}

function describeRole(ctx: Context, row: Row, language: 'zh' | 'en'): Role {
  const { name, permissions, home, scope } = roleFacts(row, language)
  return {
    id: publicId(ctx, 'rol', row.id),
    name,
    description: row.description,
    preset: row.preset !== null,
    kind: row.preset,
    permissions: [...permissions],
    home,
    scope,
    employees: row.employees,
  }
}

/** The caller's own language, else the company's. */
async function readLanguage(ctx: Context): Promise<'zh' | 'en'> {
  const found = await ctx.db
    .selectFrom('tenants as t')
    .leftJoin('employees as e', (join) =>
      join.onRef('e.tenantId', '=', 't.id').on('e.id', '=', ctx.actor.kind === 'employee' ? ctx.actor.id : 0),
    )
    .select(['t.language as company', 'e.language as own'])
    .where('t.id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  return (found.own ?? found.company) === 'en' ? 'en' : 'zh'
}
