import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { addTags, markTags } from '#connectors/wecom/tags.ts'
import { noteTagEdits } from '#management/tags/corp-tags.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Consumer } from '#platform/events/consumers.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { wecomApp } from './app.ts'
import { forgetShown, mapGroup, mapTag, readTagGroups } from './tags.ts'

/** Notes taggings made here, by whomever, for the friendships of WeCom to show. Those that came from there are theirs already. */
export const tagsToWecom: Consumer = {
  name: 'wecom_tags',
  from: 'now',
  events: ['customer.tagged', 'customer.untagged'],
  async handle(ctx, events) {
    const here = events.flatMap(({ customerId, properties }) =>
      customerId === null || properties.source === 'wecom' ? [] : [{ customer: customerId, tag: Number(properties.tag) }],
    )
    if (here.length === 0) return
    await sql`
      insert into wecom_tag_pushes as p (tenant_id, customer_id, tag_id, due_at)
      select distinct ${ctx.tenantId}::int, n.customer, n.tag, ${ctx.now()}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(here)}::jsonb) as n(customer int, tag int)
      where exists (select from customers me join customers c on c.tenant_id = me.tenant_id and c.canonical_id = me.canonical_id
        join wecom_follows f on f.tenant_id = c.tenant_id and f.customer_id = c.id and f.live where me.tenant_id = ${ctx.tenantId} and me.id = n.customer)
      order by 2, 3
      on conflict (tenant_id, customer_id, tag_id) do update set version = p.version + 1, attempts = 0, due_at = excluded.due_at, error_message = null`.execute(
      ctx.db,
    )
  },
}

/** A friendship has begun: tags given here before it existed are to be shown on it. Those from WeCom are there already. */
export async function pushWaitingTags(ctx: Context, customerIds: readonly number[]): Promise<void> {
  if (customerIds.length === 0) return
  await sql`
    insert into wecom_tag_pushes as p (tenant_id, customer_id, tag_id, due_at)
    select distinct ${ctx.tenantId}::int, me.id, t.tag_id, ${ctx.now()}::timestamptz from customers me
    join customer_tags t on t.tenant_id = me.tenant_id and t.canonical_id = me.canonical_id and t.source <> 'wecom'
    where me.tenant_id = ${ctx.tenantId} and me.id = any(${customerIds}::int[]) order by 2, 3
    on conflict (tenant_id, customer_id, tag_id) do update set version = p.version + 1, attempts = 0, due_at = excluded.due_at, error_message = null`.execute(
    ctx.db,
  )
}

type Claimed = { tenantId: number; customerId: number }

const idleMs = 300
const sideBySide = 4
const leaseSeconds = 60
/** After that many tries a push is shown as failed and asked for once an hour only. */
const mostAttempts = 8

export async function runTagPushes(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const pushed = await pushOnce(installation).catch((error) => {
      installation.log.warn({ err: error }, 'tags for WeCom wait a moment')
      return 0
    })
    if (pushed === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One round; returns how many customers it was about. */
export async function pushOnce(installation: Installation): Promise<number> {
  const now = installation.now()
  const { rows } = await sql<Claimed>`
    with due as (
      select tenant_id, customer_id, tag_id from wecom_tag_pushes where due_at <= ${now} order by due_at limit 200 for update skip locked
    ), taken as (
      update wecom_tag_pushes p set due_at = ${new Date(now.getTime() + leaseSeconds * 1000)}, attempts = attempts + 1
      from due d where p.tenant_id = d.tenant_id and p.customer_id = d.customer_id and p.tag_id = d.tag_id returning p.tenant_id, p.customer_id
    )
    select distinct tenant_id, customer_id from taken`.execute(installation.databases.system)
  const waiting = [...rows]
  const worker = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift())
      await pushCustomer(createContext(installation, one.tenantId, systemActor, `tags-${one.customerId}`), one.customerId)
  }
  await Promise.all(Array.from({ length: sideBySide }, worker))
  return rows.length
}

type Push = {
  customerId: number
  tagId: number
  version: number
  attempts: number
  tagged: boolean
  tagName: string | null
  groupId: number | null
  groupName: string | null
}
type Follow = { corp: number; externalUserid: string; userId: string; tagIds: string[] }

/** What the customer has here decides, not what happened: pushes may be late, doubled and in any order. */
async function pushCustomer(ctx: Context, customerId: number): Promise<void> {
  const pushes = await readPushes(ctx, customerId)
  const follows = await readFollows(ctx, customerId)
  try {
    for (const follow of follows) await pushFollow(ctx, follow, pushes)
    for (const { tagId, version } of pushes)
      await ctx.db
        .deleteFrom('wecomTagPushes')
        .where('tenantId', '=', ctx.tenantId)
        .where('customerId', '=', customerId)
        .where('tagId', '=', tagId)
        .where('version', '=', version)
        .execute()
  } catch (error) {
    ctx.log.warn({ err: error, customerId }, 'tags could not be pushed to WeCom')
    for (const { tagId, version, attempts } of pushes)
      await ctx.db
        .updateTable('wecomTagPushes')
        .set({
          dueAt: new Date(ctx.now().getTime() + (attempts >= mostAttempts ? 3_600_000 : 1000 * 2 ** attempts)),
          errorMessage: (error instanceof Error ? error.message : String(error)).slice(0, 300),
        })
        .where('tenantId', '=', ctx.tenantId)
        .where('customerId', '=', customerId)
        .where('tagId', '=', tagId)
        .where('version', '=', version)
        .execute()
  }
}

async function readPushes(ctx: Context, customerId: number): Promise<Push[]> {
  const { rows } = await sql<Push>`
    select p.customer_id, p.tag_id, p.version, p.attempts, t.name as tag_name, g.id as group_id, g.name as group_name,
      exists (select from customer_tags ct join customers me on me.tenant_id = ct.tenant_id and me.canonical_id = ct.canonical_id
        where ct.tenant_id = p.tenant_id and ct.tag_id = p.tag_id and me.id = p.customer_id) as tagged
    from wecom_tag_pushes p
      left join tags t on t.tenant_id = p.tenant_id and t.id = p.tag_id
      left join tag_groups g on g.tenant_id = p.tenant_id and g.id = t.group_id
    where p.tenant_id = ${ctx.tenantId} and p.customer_id = ${customerId}`.execute(ctx.db)
  return rows
}

async function readFollows(ctx: Context, customerId: number): Promise<Follow[]> {
  const { rows } = await sql<Follow>`
    select f.corp, f.external_userid, f.user_id, f.tag_ids
    from customers me join customers c on c.tenant_id = me.tenant_id and c.canonical_id = me.canonical_id
      join wecom_follows f on f.tenant_id = c.tenant_id and f.customer_id = c.id and f.live and not f.half
      join wecom_corps w on w.tenant_id = f.tenant_id and w.id = f.corp and w.state = 'active'
    where me.tenant_id = ${ctx.tenantId} and me.id = ${customerId}`.execute(ctx.db)
  return rows
}

async function pushFollow(ctx: Context, follow: Follow, pushes: readonly Push[]): Promise<void> {
  const app = await wecomApp(ctx, follow.corp)
  const add: string[] = []
  const remove: string[] = []
  for (const push of pushes) {
    const known = await serverTagOf(ctx, app, follow.corp, push)
    if (!known) continue
    // After a broken try nobody knows what WeCom shows: marking twice is like marking once.
    const has = push.attempts > 1 ? !push.tagged : follow.tagIds.includes(known)
    if (push.tagged && !has) add.push(known)
    if (!push.tagged && has) remove.push(known)
  }
  try {
    await markFollow(ctx, app, follow, { add, remove })
  } catch (error) {
    if (isWecomError(error, 40068)) {
      await forgetTags(ctx, app, follow.corp, [...add, ...remove])
      await askAgain(ctx, pushes)
    }
    throw error
  }
}

/** Another worker may have pushed them under the id that is gone now, and be done. */
const askAgain = (ctx: Context, pushes: readonly Push[]): Promise<unknown> =>
  ctx.db
    .insertInto('wecomTagPushes')
    .values(pushes.map(({ tagId, version, customerId }) => ({ tenantId: ctx.tenantId, customerId, tagId, version, dueAt: ctx.now() })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()

/** Shows tags on a friendship in WeCom. Where there is none any more there is nothing to show them on. */
export async function markFollow(
  ctx: Context,
  app: WecomApp,
  follow: Omit<Follow, 'tagIds'>,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  if (add.length + remove.length === 0) return
  // Before the call: WeCom tells it back at once, and what comes back must not look like somebody else's doing.
  await rememberShown(ctx, follow, add, remove)
  try {
    const marks = {
      userid: follow.userId,
      external_userid: follow.externalUserid,
      ...(add.length > 0 && { add_tag: [...add] }),
      ...(remove.length > 0 && { remove_tag: [...remove] }),
    }
    await markTags(app, marks, { requestId: ctx.requestId })
  } catch (error) {
    if (!(error instanceof WecomError) || (error.reaction !== 'skip_item' && error.reaction !== 'empty')) throw error
    // Nothing was marked: what was remembered above shows nowhere.
    return rememberShown(ctx, follow, remove, add)
  }
  // And after it: an answer that was asked for while we were marking may still show the tags from before.
  await rememberShown(ctx, follow, add, remove)
}

/** WeCom's tag for ours, made there when a tagging needs it. */
async function serverTagOf(
  ctx: Context,
  app: WecomApp,
  corp: number,
  { tagId, tagged, tagName, groupId, groupName }: Push,
): Promise<string | undefined> {
  const known = await ctx.db
    .selectFrom('wecomTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('localTagId', '=', tagId)
    .limit(1)
    .executeTakeFirst()
  if (known) return known.tagId
  if (!tagged || !tagName || !groupName || !groupId) return undefined
  return (await makeServerTag(ctx, app, corp, { tagId, name: tagName, localGroupId: groupId, groupName })).id
}

type LocalTag = { tagId: number; name: string; localGroupId: number; groupName: string }

/** Makes the tag in the corp, in the group that is ours there, or of that name. A tag that is there already is that one. */
export async function makeServerTag(
  ctx: Context,
  app: WecomApp,
  corp: number,
  { tagId, name, localGroupId, groupName }: LocalTag,
): Promise<{ id: string }> {
  const home = await ctx.db
    .selectFrom('wecomTagGroups')
    .select('groupId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('localGroupId', '=', localGroupId)
    .limit(1)
    .executeTakeFirst()
  const where = home ? { group_id: home.groupId } : { group_name: groupName }
  const group = await addTags(app, { ...where, tag: [{ name }] }, { requestId: ctx.requestId })
  const made = group?.tag?.find((tag) => tag.name === name)
  if (!group || !made) throw new Error(`WeCom made no tag ${groupName}/${name}`)
  await inTransaction(ctx, async (ctx) => {
    await mapGroup(ctx, corp, { id: group.group_id, name: group.group_name ?? groupName }, localGroupId)
    await mapTag(ctx, corp, { id: made.id, groupId: group.group_id, name }, tagId)
    // Renamed here while WeCom was making it: that goes out as any other change does.
    await noteTagEdits(ctx)
  })
  return made
}

/** WeCom does not say which id it does not know (any more). No friendship shows that one, and the next try makes the tag anew. */
async function forgetTags(ctx: Context, app: WecomApp, corp: number, ids: readonly string[]): Promise<void> {
  const groups = await readTagGroups(app, ctx.requestId)
  const there = new Set(groups.flatMap(({ tag = [] }) => tag.map(({ id }) => id)))
  const gone = ids.filter((id) => !there.has(id))
  if (gone.length === 0) return
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('wecomTags').where('tenantId', '=', ctx.tenantId).where('corp', '=', corp).where('tagId', 'in', gone).execute()
    for (const id of gone) await forgetShown(ctx, corp, id)
  })
}

/** What we have marked ourselves is no news when WeCom tells it back. */
async function rememberShown(
  ctx: Context,
  { corp, externalUserid, userId }: Omit<Follow, 'tagIds'>,
  add: readonly string[],
  remove: readonly string[],
): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    // Only tags that are there: one that was deleted meanwhile must not come back as shown. Whoever deletes it waits for us.
    const { rows } = await sql<{ tagId: string }>`
      select tag_id from wecom_tags where tenant_id = ${ctx.tenantId} and corp = ${corp} and tag_id = any(${[...add]}::text[]) order by tag_id for share`.execute(
      ctx.db,
    )
    const known = rows.map(({ tagId }) => tagId)
    await sql`
      update wecom_follows set changed_at = ${ctx.now()}, tag_ids = (select coalesce(array_agg(id order by id collate "C"), '{}') from (select distinct id from unnest(tag_ids || ${known}::text[]) as id) as ids where id <> all (${[...remove]}::text[]))
      where tenant_id = ${ctx.tenantId} and corp = ${corp} and external_userid = ${externalUserid} and user_id = ${userId} and live`.execute(
      ctx.db,
    )
  })
}
