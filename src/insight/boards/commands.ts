import type { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { getBoard } from './queries.ts'
import type { BoardPatch, NewBoard } from './schema.ts'

export const createBoard = (ctx: Context, { name, layout, roles }: z.infer<typeof NewBoard>): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('boards')
      .values({
        tenantId: ctx.tenantId,
        name,
        layout: JSON.stringify(layout),
        roles: roleIds(ctx, roles),
        ownerId: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'board.created', ['brd', id], { name })
    return id
  })

export const changeBoard = (ctx: Context, id: number, { name, layout, roles }: BoardPatch): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await requireMine(ctx, id)
    await ctx.db
      .updateTable('boards')
      .set({
        ...(name === undefined ? {} : { name }),
        ...(layout === undefined ? {} : { layout: JSON.stringify(layout) }),
        ...(roles === undefined ? {} : { roles: roleIds(ctx, roles) }),
        updatedAt: ctx.now(),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await audit(ctx, 'board.changed', ['brd', id], { ...(name === undefined ? {} : { name }) })
  })

export const deleteBoard = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { name } = await requireMine(ctx, id)
    await ctx.db.deleteFrom('boards').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'board.deleted', ['brd', id], { name })
  })

async function requireMine(ctx: Context, id: number) {
  const board = await getBoard(ctx, id)
  if (!board.mine)
    throw appError('board.not_yours', { status: 403, message: 'Only who made a board changes it; copy it to have your own.' })
  return board
}

const roleIds = (ctx: Context, roles: readonly string[] | null): number[] | null =>
  roles?.map((role) => internalId(ctx, 'rol', role)) ?? null
