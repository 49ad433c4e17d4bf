import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { type Board, Layout } from './schema.ts'

/** Own boards and those shared with the reader's role, the last changed first. */
export async function listBoards(ctx: Context): Promise<Board[]> {
  const [rows, role] = await Promise.all([select(ctx).orderBy('b.updatedAt', 'desc').orderBy('b.id', 'desc').execute(), roleOf(ctx)])
  return rows.filter((row) => sees(ctx, row, role)).map((row) => present(ctx, row))
}

/** What is not shared with somebody does not exist for them. */
export async function getBoard(ctx: Context, id: number): Promise<Board> {
  const [row, role] = await Promise.all([select(ctx).where('b.id', '=', id).executeTakeFirst(), roleOf(ctx)])
  if (!row || !sees(ctx, row, role)) throw notFound('board')
  return present(ctx, row)
}

export const boardId = (ctx: Context, text: string): number => internalId(ctx, 'brd', text)

const select = (ctx: Context) =>
  ctx.db
    .selectFrom('boards as b')
    .leftJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'b.tenantId').onRef('e.id', '=', 'b.ownerId'))
    .select(['b.id', 'b.name', 'b.layout', 'b.roles', 'b.ownerId', 'b.updatedAt', 'e.name as ownerName'])
    .where('b.tenantId', '=', ctx.tenantId)

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

async function roleOf(ctx: Context): Promise<number | undefined> {
  if (ctx.actor.kind !== 'employee') return undefined
  const row = await ctx.db
    .selectFrom('employees')
    .select('roleId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', ctx.actor.id)
    .executeTakeFirst()
  return row?.roleId
}

const isMine = ({ actor }: Context, { ownerId }: Pick<Row, 'ownerId'>): boolean =>
  ownerId === null ? actor.permissions.has('*') : actor.kind === 'employee' && actor.id === ownerId

const sees = (ctx: Context, row: Row, role: number | undefined): boolean =>
  row.roles === null || isMine(ctx, row) || ctx.actor.permissions.has('*') || (role !== undefined && row.roles.includes(role))

const present = (ctx: Context, row: Row): Board => ({
  id: publicId(ctx, 'brd', row.id),
  name: row.name,
  layout: Layout.parse(row.layout),
  roles: row.roles?.map((role) => publicId(ctx, 'rol', role)) ?? null,
  owner: row.ownerId === null ? null : { id: publicId(ctx, 'emp', row.ownerId), name: row.ownerName ?? '' },
  mine: isMine(ctx, row) || ctx.actor.permissions.has('*'),
  updatedAt: row.updatedAt.toISOString(),
})
