import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { deleteTags, editTag } from '#connectors/wecom/tags.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { wecomApp } from './app.ts'
import { makeServerTag, markFollow } from './tag-pushes.ts'
import { applyTagGroups, forgetShown, mapGroup, mapTag, readTagGroups, removeTagOrGroup } from './tags.ts'

type Edit = {
  tenantId: number
  corp: number
  id: string
  kind: 'tag' | 'group'
  action: 'change' | 'delete'
  heir: string | null
  version: number
  attempts: number
  doneAt: Date | null
}

const idleMs = 500
const atOnce = 50
const leaseSeconds = 120
const mostAttempts = 8
/** So long an answer that WeCom gave before the change may still be on its way. */
const settleMs = 15_000

/** Carries renames, moves and deletes of tags to WeCom until aborted. Any number of workers may do so side by side. */
export async function runTagEdits(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const done = await editOnce(installation).catch((error) => {
      installation.log.warn({ err: error }, 'changes of tags wait a moment')
      return 0
    })
    if (done === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One round; returns how many changes were taken. Groups come before their tags, changes before deletions. */
export async function editOnce(installation: Installation): Promise<number> {
  const now = installation.now()
  const { rows } = await sql<Edit>`
    update wecom_tag_edits set due_at = ${new Date(now.getTime() + leaseSeconds * 1000)}, attempts = attempts + 1
    where (tenant_id, corp, id) in (
      select e.tenant_id, e.corp, e.id from wecom_tag_edits e
      join wecom_corps c on c.tenant_id = e.tenant_id and c.id = e.corp and c.state = 'active'
      where e.due_at <= ${now} order by e.due_at limit ${atOnce} for update of e skip locked)
    returning tenant_id, corp, id, kind, action, heir, version, attempts, done_at`.execute(installation.databases.system)
  const rank = ({ kind, action }: Edit) => (action === 'delete' ? 2 : 0) + (kind === 'group' ? 0 : 1)
  for (const edit of rows.sort((a, b) => rank(a) - rank(b)))
    await carryOut(createContext(installation, edit.tenantId, systemActor, `tag-${edit.id}`.slice(0, 60)), edit)
  return rows.length
}

async function carryOut(ctx: Context, edit: Edit): Promise<void> {
  try {
    const app = await wecomApp(ctx, edit.corp)
    if (edit.action === 'delete') await remove(ctx, app, edit)
    else if (edit.kind === 'group') await renameGroup(ctx, app, edit)
    else await changeTag(ctx, app, edit)
  } catch (error) {
    ctx.log.warn({ err: error, tag: edit.id }, 'a change of tags could not be carried to WeCom')
    // A name that is taken there, a tag that another app or an administrator made: WeCom will say the same tomorrow.
    if (error instanceof WecomError && ['sync_tags', 'fix_request'].includes(error.reaction))
      await giveIn(ctx, edit, error).catch((failed) => postpone(ctx, edit, failed))
    else await postpone(ctx, edit, error)
  }
}

async function renameGroup(ctx: Context, app: WecomApp, edit: Edit): Promise<void> {
  const found = await ctx.db
    .selectFrom('wecomTagGroups as w')
    .innerJoin('tagGroups as g', (join) => join.onRef('g.tenantId', '=', 'w.tenantId').onRef('g.id', '=', 'w.localGroupId'))
    .select(['g.id', 'g.name', 'w.name as shown'])
    .where('w.tenantId', '=', ctx.tenantId)
    .where('w.corp', '=', edit.corp)
    .where('w.groupId', '=', edit.id)
    .executeTakeFirst()
  if (!found || found.name === found.shown) return settle(ctx, edit, 'nothing')
  await unlessGone(ctx, edit, () => editTag(app, { id: edit.id, name: found.name }, { requestId: ctx.requestId }))
  await settle(ctx, edit, 'done', (ctx) => mapGroup(ctx, edit.corp, { id: edit.id, name: found.name }, found.id))
}

type Local = {
  tagId: number
  name: string
  shown: string | null
  groupId: string
  localGroupId: number
  groupName: string
  home: number | null
}

async function changeTag(ctx: Context, app: WecomApp, edit: Edit): Promise<void> {
  const tag = await readLocal(ctx, edit)
  if (!tag) return settle(ctx, edit, 'nothing')
  const isElsewhere = tag.home !== null && tag.home !== tag.localGroupId
  if (isElsewhere) return move(ctx, app, edit, tag)
  if (tag.name === tag.shown) return settle(ctx, edit, 'nothing')
  await unlessGone(ctx, edit, () => editTag(app, { id: edit.id, name: tag.name }, { requestId: ctx.requestId }))
  await settle(ctx, edit, 'done', (ctx) => mapTag(ctx, edit.corp, { id: edit.id, groupId: tag.groupId, name: tag.name }, tag.tagId))
}

async function readLocal(ctx: Context, { corp, id }: Edit): Promise<Local | undefined> {
  const { rows } = await sql<Local>`
    select t.id as tag_id, t.name, w.name as shown, w.group_id, t.group_id as local_group_id, g.name as group_name, wg.local_group_id as home
    from wecom_tags w
    join tags t on t.tenant_id = w.tenant_id and t.id = w.local_tag_id
    join tag_groups g on g.tenant_id = t.tenant_id and g.id = t.group_id
    left join wecom_tag_groups wg on wg.tenant_id = w.tenant_id and wg.corp = w.corp and wg.group_id = w.group_id
    where w.tenant_id = ${ctx.tenantId} and w.corp = ${corp} and w.tag_id = ${id}`.execute(ctx.db)
  return rows[0]
}

/**
 * WeCom's tags cannot change their group: the tag is made anew where it belongs, its friends are marked with the new one, and
 * then the old one goes.
 */
async function move(ctx: Context, app: WecomApp, edit: Edit, tag: Local): Promise<void> {
  const made = await makeServerTag(ctx, app, edit.corp, tag)
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .deleteFrom('wecomTags')
      .where('tenantId', '=', ctx.tenantId)
      .where('corp', '=', edit.corp)
      .where('tagId', '=', edit.id)
      .execute()
    await rowOf(ctx, edit)
      .set({ action: 'delete', heir: made.id, version: edit.version + 1, attempts: 0, dueAt: ctx.now(), errorMessage: null })
      .execute()
  })
}

async function remove(ctx: Context, app: WecomApp, edit: Edit): Promise<void> {
  if (edit.doneAt) return settle(ctx, edit, 'nothing')
  if (edit.heir !== null && (await inherit(ctx, app, edit, edit.heir)) === 'more')
    return void (await rowOf(ctx, edit).set({ dueAt: ctx.now(), attempts: 0 }).execute())
  try {
    await deleteTags(app, edit.kind === 'group' ? { groupIds: [edit.id] } : { tagIds: [edit.id] }, { requestId: ctx.requestId })
  } catch (error) {
    // Somebody was quicker, or an earlier try arrived after all.
    if (!isWecomError(error, 40068)) throw error
  }
  await settle(ctx, edit, 'done', (ctx) => forgetShown(ctx, edit.corp, edit.id))
}

const friendsAtOnce = 100

/** Marks those who show the old tag with its heir, some at a time. */
async function inherit(ctx: Context, app: WecomApp, { corp, id }: Edit, heir: string): Promise<'all' | 'more'> {
  const { rows } = await sql<{ corp: number; externalUserid: string; userId: string }>`
    select corp, external_userid, user_id from wecom_follows
    where tenant_id = ${ctx.tenantId} and corp = ${corp} and live and tag_ids @> array[${id}] and not tag_ids @> array[${heir}]
    order by external_userid, user_id limit ${friendsAtOnce}`.execute(ctx.db)
  for (const follow of rows) await markFollow(ctx, app, follow, { add: [heir], remove: [id] })
  return rows.length === friendsAtOnce ? 'more' : 'all'
}

/** Deleted in WeCom meanwhile: then it goes here as well, as any other tag that was deleted there. */
async function unlessGone(ctx: Context, edit: Edit, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isWecomError(error, 40068)) throw error
    await inTransaction(ctx, (ctx) => removeTagOrGroup(ctx, edit.corp, edit.id, edit.kind === 'group' ? 'tag_group' : 'tag'))
    throw new WecomError({ endpoint: 'externalcontact/edit_corp_tag', errcode: 40068, errmsg: 'deleted in WeCom' })
  }
}

/** WeCom's word stands: what it shows is what is here again, and the list of repairs tells why. */
async function giveIn(ctx: Context, edit: Edit, error: WecomError): Promise<void> {
  const groups = await readTagGroups(await wecomApp(ctx, edit.corp), ctx.requestId)
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .deleteFrom('wecomTagEdits')
      .where('tenantId', '=', ctx.tenantId)
      .where('corp', '=', edit.corp)
      .where('id', '=', edit.id)
      .execute()
    const unknown = { name: null }
    const mine = { tenantId: ctx.tenantId, corp: edit.corp }
    if (edit.kind === 'tag')
      await ctx.db
        .updateTable('wecomTags')
        .set(unknown)
        .where('tenantId', '=', mine.tenantId)
        .where('corp', '=', mine.corp)
        .where('tagId', '=', edit.id)
        .execute()
    else
      await ctx.db
        .updateTable('wecomTagGroups')
        .set(unknown)
        .where('tenantId', '=', mine.tenantId)
        .where('corp', '=', mine.corp)
        .where('groupId', '=', edit.id)
        .execute()
    // Friends who still show it have it again with their next reading.
    if (edit.action === 'delete') await forgetShown(ctx, edit.corp, edit.id)
    await applyTagGroups(ctx, edit.corp, groups)
    await ctx.db
      .insertInto('wecomRepairs')
      .values({
        ...mine,
        run: 0,
        at: ctx.now(),
        kind: 'tag_change_refused',
        details: JSON.stringify({
          id: edit.id,
          kind: edit.kind,
          action: edit.action,
          errcode: error.errcode,
          message: error.message.slice(0, 300),
        }),
      })
      .execute()
  })
}

/** The row goes when there was nothing left to do; after a deed it stays a moment and is looked at once more. */
async function settle(ctx: Context, edit: Edit, how: 'done' | 'nothing', remember?: (ctx: Context) => Promise<unknown>): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await remember?.(ctx)
    if (how === 'done')
      await rowOf(ctx, edit)
        .set({ doneAt: ctx.now(), attempts: 0, dueAt: new Date(ctx.now().getTime() + settleMs), errorMessage: null })
        .execute()
    else
      await ctx.db
        .deleteFrom('wecomTagEdits')
        .where('tenantId', '=', ctx.tenantId)
        .where('corp', '=', edit.corp)
        .where('id', '=', edit.id)
        .where('version', '=', edit.version)
        .execute()
  })
}

const postpone = (ctx: Context, edit: Edit, error: unknown): Promise<unknown> =>
  rowOf(ctx, edit)
    .set({
      dueAt: new Date(ctx.now().getTime() + (edit.attempts >= mostAttempts ? 3_600_000 : 1000 * 2 ** edit.attempts)),
      errorMessage: (error instanceof Error ? error.message : String(error)).slice(0, 300),
    })
    .execute()

const rowOf = (ctx: Context, { corp, id, version }: Edit) =>
  ctx.db
    .updateTable('wecomTagEdits')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '=', id)
    .where('version', '=', version)
