import { sql } from 'kysely'
import { groupCodeChanged, groupCodeCreated, groupCodeDeleted } from '#operation/events.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { enqueue } from '#platform/jobs.ts'
import { randomLetters } from '#platform/random-letters.ts'
import { removeGroupCode, syncGroupCode } from './jobs.ts'
import type { GroupCodeChange, GroupCodeInput } from './schema.ts'
import { pushGroupCode } from './sync.ts'

/** The asker tells WeCom right after the commit; the job only stands by, should they die before. */
const inlineMs = 5_000

export async function createGroupCode(ctx: Context, { name, groupIds, newGroups }: GroupCodeInput): Promise<number> {
  const { corp, chatIds } = await groupsOf(ctx, groupIds)
  const id = await inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('groupCodes')
      .values({
        tenantId: ctx.tenantId,
        corp,
        // WeCom gives it back with everybody who scans, and keeps at most thirty letters.
        state: randomLetters(12),
        name,
        chatIds,
        ...newGroupColumns(newGroups),
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await standBy(ctx, id)
    emit(ctx, groupCodeCreated, { customerId: null, properties: { groupCode: id, groupCodeName: name, by: ctx.actor.name } })
    await audit(ctx, 'group_code.created', ['gco', id], { name })
    return id
  })
  await pushGroupCode(ctx, id)
  return id
}

export async function changeGroupCode(ctx: Context, id: number, change: GroupCodeChange): Promise<void> {
  const before = await findCode(ctx, id)
  const chosen = change.groupIds && (await groupsOf(ctx, change.groupIds))
  if (chosen && chosen.corp !== before.corp)
    throw appError('group_code.other_corp', { message: 'A code leads into groups of the corp it was made in.', field: 'groupIds.0' })
  await inTransaction(ctx, async (ctx) => {
    await findCode(ctx, id, true)
    await ctx.db
      .updateTable('groupCodes')
      .set({
        ...(change.name !== undefined && { name: change.name }),
        ...(chosen && { chatIds: chosen.chatIds, groupsChosen: true }),
        ...(change.newGroups !== undefined && newGroupColumns(change.newGroups)),
        updatedAt: ctx.now(),
        ...again,
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await standBy(ctx, id)
    emit(ctx, groupCodeChanged, {
      customerId: null,
      properties: { groupCode: id, groupCodeName: change.name ?? before.name, by: ctx.actor.name, fields: Object.keys(change) },
    })
    await audit(ctx, 'group_code.changed', ['gco', id], { changed: Object.keys(change) })
  })
  await pushGroupCode(ctx, id)
}

export const deleteGroupCode = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { name } = await findCode(ctx, id, true)
    await ctx.db.updateTable('groupCodes').set({ deletedAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await enqueue(ctx, removeGroupCode, { code: id })
    emit(ctx, groupCodeDeleted, { customerId: null, properties: { groupCode: id, groupCodeName: name, by: ctx.actor.name } })
    await audit(ctx, 'group_code.deleted', ['gco', id], { name })
  })

/** After the cause is gone: WeCom is asked again at once. */
export async function retryGroupCode(ctx: Context, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await findCode(ctx, id, true)
    await ctx.db.updateTable('groupCodes').set(again).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await standBy(ctx, id)
  })
  await pushGroupCode(ctx, id)
}

const again = { wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 }

const standBy = (ctx: Context, code: number): Promise<number> =>
  enqueue(ctx, syncGroupCode, { code }, { runAt: new Date(ctx.now().getTime() + inlineMs) })

const newGroupColumns = (newGroups: GroupCodeInput['newGroups']) => ({
  newGroups: newGroups !== null,
  baseName: newGroups?.name ?? null,
  baseNumber: newGroups?.from ?? null,
})

/** Groups of one corp that are alive, in the order they are to be filled. */
async function groupsOf(ctx: Context, texts: readonly string[]): Promise<{ corp: number; chatIds: string[] }> {
  const ids = texts.map((text, at) => groupNumber(ctx, text, `groupIds.${at}`))
  const rows = await ctx.db
    .selectFrom('groups')
    .select(['id', 'corp', 'chatId', 'dismissedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', ids)
    .execute()
  const found = ids.map((id, at) => {
    const row = rows.find((one) => one.id === id)
    const field = `groupIds.${at}`
    if (!row) throw appError('group.not_found', { message: 'No such group.', field })
    if (row.dismissedAt) throw appError('group_code.dismissed', { message: 'This group was dismissed.', field })
    if (ids.indexOf(id) !== at) throw appError('group_code.twice', { message: 'This group is named twice.', field })
    return row
  })
  const corp = found[0]?.corp ?? 0
  const stranger = found.findIndex((row) => row.corp !== corp)
  if (stranger >= 0)
    throw appError('group_code.other_corp', { message: 'A code leads into groups of one corp.', field: `groupIds.${stranger}` })
  return { corp, chatIds: found.map(({ chatId }) => chatId) }
}

function groupNumber(ctx: Context, text: string, field: string): number {
  try {
    return internalId(ctx, 'grp', text)
  } catch (error) {
    if (error instanceof AppError) throw appError(error.code, { message: error.message, field })
    throw error
  }
}

async function findCode(ctx: Context, id: number, lock = false): Promise<{ corp: number; name: string }> {
  const found = ctx.db
    .selectFrom('groupCodes')
    .select(['corp', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
  const code = await (lock ? found.forUpdate() : found).executeTakeFirst()
  if (!code) throw notFound('group_code')
  return code
}
