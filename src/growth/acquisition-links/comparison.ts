import { sql } from 'kysely'
import { type AcquisitionLinkDetail, linkStatistics, listLinkCustomers, listLinks } from '#connectors/wecom/acquisition.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import { chunks, type Page } from '#connectors/wecom/paging.ts'
import { patiently, type RepairRow, repairing, type Sync } from '#management/wecom/sync-state.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { applyListed } from './friends.ts'
import { applyQuota, askQuota, isRefusal } from './quota.ts'
import { noteGone } from './states.ts'
import { addMainVariants, linksOf } from './stored.ts'
import { pushLink, readLink, removeFromWecom } from './sync.ts'

const perBatch = 10
const mostRestarts = 5

/** Links, what they brought, what WeCom counted, and the quota. An app that may not use links is written down and left at that. */
export async function syncAcquisitionLinks(sync: Sync): Promise<void> {
  const { ctx, corp, app } = sync
  const reading = await patiently(sync, () => askQuota(ctx, app, sync.task.signal))
  const isFirst = !(await wasRead(sync))
  await applyQuota(ctx, corp, reading)
  if ('problem' in reading) return
  // The first time that links are read, none is a repair.
  const own = isFirst ? { ...sync, saved: { ...sync.saved, first: true } } : sync
  await compareLinks(own)
  await readCustomers(own)
}

const optionsOf = ({ ctx, task }: Sync) => ({ lane: 'bulk', requestId: ctx.requestId, signal: task.signal }) as const

const wasRead = async ({ ctx, corp }: Sync): Promise<boolean> =>
  (await ctx.db
    .selectFrom('acquisitionQuotas')
    .select('readAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('readAt', 'is not', null)
    .executeTakeFirst()) !== undefined

type Shown = { linkId: string; detail: AcquisitionLinkDetail }

async function compareLinks(sync: Sync): Promise<void> {
  const { ctx, corp, app, task } = sync
  await tellWaiting(sync)
  const startedAt = ctx.now()
  const listed = await allPages(sync, (cursor) => listLinks(app, { cursor }, optionsOf(sync)))
  for (const batch of chunks(listed, perBatch)) {
    task.signal.throwIfAborted()
    const details = await Promise.all(batch.map((linkId) => patiently(sync, () => readLink(app, linkId, optionsOf(sync)))))
    const shown = batch.flatMap((linkId, at): Shown[] => (details[at] ? [{ linkId, detail: details[at] }] : []))
    await repairing(sync, async (ctx) => applyShown({ ...sync, ctx }, shown, startedAt))
  }
  await repairing(sync, async (ctx) => {
    const { rows } = await sql<{ id: number }>`
      select id from acquisition_links where tenant_id = ${ctx.tenantId} and corp = ${corp} and link_id is not null and gone_at is null
        and deleted_at is null and created_at < ${startedAt} and link_id <> all(${listed}::text[])`.execute(ctx.db)
    const gone = await noteGone(
      ctx,
      rows.map(({ id }) => id),
    )
    return gone.map(({ name, linkId }) => repairOf('link_gone', { name, linkId }))
  })
  await removeDeleted(sync, listed)
}

type RepairKind = 'link_missing' | 'link_gone' | 'link_details' | 'link_customers'

const repairOf = (kind: RepairKind, details: Record<string, unknown>): RepairRow => ({ kind, details })

/** A link that is asked for at this moment would look like one that somebody else made. */
async function tellWaiting({ ctx, corp }: Sync): Promise<void> {
  const waiting = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('askedAt', 'is not', null)
    .where('deletedAt', 'is', null)
    .execute()
  for (const { id } of waiting) await pushLink(ctx, id)
}

type Row = { id: number; linkId: string; changed: string[] }

async function applyShown({ ctx, corp }: Sync, shown: readonly Shown[], startedAt: Date): Promise<RepairRow[]> {
  const rows = JSON.stringify(shown.map(columnsOf))
  const told = sql`jsonb_to_recordset(${rows}::jsonb) as n("linkId" text, name text, url text, "madeAt" timestamptz, "userIds" text[], "departmentIds" bigint[],
    "skipVerify" boolean, "markSource" boolean, priority text, "priorityUserIds" text[])`
  // What is being told to WeCom, or was changed here after WeCom was asked, is newer than its answer.
  const corrected = await sql<Row>`
    with old as (
      select l.id, l.link_id, l.name, l.user_ids, l.department_ids, l.skip_verify, l.mark_source, l.priority, l.priority_user_ids, l.gone_at
      from acquisition_links l join ${told} on l.link_id = n."linkId"
      where l.tenant_id = ${ctx.tenantId} and l.corp = ${corp} and l.deleted_at is null and l.synced_version >= l.wanted_version and l.updated_at < ${startedAt}
      order by l.id for update of l
    )
    update acquisition_links l set name = n.name, url = n.url, user_ids = n."userIds", department_ids = n."departmentIds", skip_verify = n."skipVerify",
      mark_source = n."markSource", priority = n.priority, priority_user_ids = n."priorityUserIds", gone_at = null
    from old join ${told} on old.link_id = n."linkId"
    where l.tenant_id = ${ctx.tenantId} and l.id = old.id and (old.gone_at is not null
      or (l.name, l.user_ids, l.department_ids, l.skip_verify, l.mark_source, l.priority, l.priority_user_ids)
        is distinct from (n.name, n."userIds", n."departmentIds", n."skipVerify", n."markSource", n.priority, n."priorityUserIds"))
    returning l.id, l.link_id, array_remove(array[
      case when old.name <> n.name then 'name' end, case when old.user_ids <> n."userIds" then 'employees' end,
      case when old.department_ids <> n."departmentIds" then 'departments' end, case when old.skip_verify <> n."skipVerify" then 'skipVerify' end,
      case when old.mark_source <> n."markSource" then 'markSource' end,
      case when (old.priority, old.priority_user_ids) is distinct from (n.priority, n."priorityUserIds") then 'priority' end], null) as changed`.execute(
    ctx.db,
  )
  const made = await sql<{ id: number; linkId: string; name: string }>`
    insert into acquisition_links (tenant_id, corp, link_id, url, name, origin, user_ids, department_ids, skip_verify, mark_source, priority, priority_user_ids,
      synced_version, synced_at, created_at, updated_at)
    select ${ctx.tenantId}, ${corp}, n."linkId", n.url, n.name, 'wecom', n."userIds", n."departmentIds", n."skipVerify", n."markSource", n.priority, n."priorityUserIds",
      1, ${ctx.now()}, n."madeAt", n."madeAt"
    from ${told}
    where not exists (select from acquisition_links l where l.tenant_id = ${ctx.tenantId} and l.corp = ${corp} and (l.link_id = n."linkId" or (l.asked_at is not null and l.asked_name = n.name)))
    on conflict do nothing
    returning id, link_id, name`.execute(ctx.db)
  await addMainVariants(
    ctx,
    made.rows.map(({ id }) => id),
  )
  return [
    ...corrected.rows.map(({ linkId, changed }) => repairOf('link_details', { linkId, changed })),
    ...made.rows.map(({ linkId, name }) => repairOf('link_missing', { linkId, name })),
  ]
}

const columnsOf = ({ linkId, detail: { link, range, priority_option } }: Shown) => ({
  linkId,
  name: link?.link_name || linkId,
  url: link?.url ?? null,
  madeAt: new Date((link?.create_time ?? 0) * 1000),
  userIds: [...(range?.user_list ?? [])].sort(),
  departmentIds: [...(range?.department_list ?? [])].sort((a, b) => a - b),
  skipVerify: link?.skip_verify ?? true,
  markSource: link?.mark_source ?? true,
  priority: priority_option?.priority_type === 1 ? 'company' : priority_option?.priority_type === 2 ? 'listed' : null,
  priorityUserIds: [...(priority_option?.priority_userid_list ?? [])].sort(),
})

/** Deleted here, and WeCom did not hear of it. */
async function removeDeleted({ ctx, corp }: Sync, listed: readonly string[]): Promise<void> {
  if (listed.length === 0) return
  const rows = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('deletedAt', 'is not', null)
    .where('linkId', 'in', [...listed])
    .execute()
  for (const { id } of rows) await removeFromWecom(ctx, id)
}

/** WeCom tells of a friend through a bare address, and of who wrote, in this list only when the callback was lost. */
async function readCustomers(sync: Sync): Promise<void> {
  const { ctx, corp, task, saved } = sync
  const links = await ctx.db
    .selectFrom('acquisitionLinks')
    .select(['id', 'linkId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('linkId', 'is not', null)
    .where('goneAt', 'is', null)
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .execute()
  saved.total = links.length
  for (const { id, linkId } of links) {
    task.signal.throwIfAborted()
    try {
      if (linkId) await readLinkCustomers(sync, id, linkId)
      if (linkId) await readDays(sync, id, linkId)
    } catch (error) {
      // Deleted since it was listed, or out of this app's sight: the others are read all the same.
      if (!isRefusal(error)) throw error
      ctx.log.warn({ err: error, link: id }, 'the customers of an acquisition link cannot be read')
    }
    saved.done++
    await task.save(saved)
  }
}

const chats = { 0: 'silent', 1: 'wrote' } as const

async function readLinkCustomers(sync: Sync, id: number, linkId: string): Promise<void> {
  const { app } = sync
  const listed = await allPages(sync, (cursor) => listLinkCustomers(app, linkId, { cursor }, optionsOf(sync)))
  const people = listed.flatMap(({ external_userid, userid, chat_status, state }) =>
    userid
      ? [{ externalUserid: external_userid, userId: userid, state: state ?? '', chat: chats[chat_status as 0] ?? ('unknown' as const) }]
      : [],
  )
  for (const batch of chunks(people, 500))
    await repairing(sync, async (ctx) => {
      const link = (await linksOf(ctx, [id])).get(id)
      const { added, started } = link ? await applyListed(ctx, link, batch) : { added: 0, started: 0 }
      // Whoever came through a bare address is told of nowhere else: that is news, not a repair.
      return started > 0 ? [repairOf('link_customers', { link: link?.name, linkId, added, started })] : []
    })
  await sync.ctx.db
    .updateTable('acquisitionLinks')
    .set({ readAt: sync.ctx.now() })
    .where('tenantId', '=', sync.ctx.tenantId)
    .where('id', '=', id)
    .execute()
}

const zone = 'Asia/Shanghai'
/** Numbers of a day still move for a while after it (lesson 18). */
const daysAgain = 3
const daysAtFirst = 30

/** What WeCom counted itself, day by day of its own. */
async function readDays(sync: Sync, id: number, linkId: string): Promise<void> {
  const { ctx, app } = sync
  const today = dayOf(ctx.now(), zone)
  const known = await ctx.db
    .selectFrom('acquisitionLinkDays as d')
    .innerJoin('acquisitionLinks as l', (join) => join.onRef('l.tenantId', '=', 'd.tenantId').onRef('l.id', '=', 'd.linkId'))
    .select((eb) => eb.fn.countAll<number>().as('days'))
    .where('d.tenantId', '=', ctx.tenantId)
    .where('d.linkId', '=', id)
    .executeTakeFirst()
  const { createdAt } = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('createdAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const count = known?.days ? daysAgain : daysAtFirst
  const days = Array.from({ length: count }, (_, back) => addDays(today, -back)).filter((day) => day >= dayOf(createdAt, zone))
  for (const day of days) {
    const { from, to } = dayRange(day, day, zone)
    const asked = { linkId, from: Math.floor(from.getTime() / 1000), to: Math.floor(to.getTime() / 1000) - 1 }
    const { clicked, added } = await patiently(sync, () => linkStatistics(app, asked, optionsOf(sync)))
    await inTransaction(ctx, (ctx) =>
      sql`
        insert into acquisition_link_days (tenant_id, link_id, day, clicks, added, read_at) values (${ctx.tenantId}, ${id}, ${day}, ${clicked}, ${added}, ${ctx.now()})
        on conflict (tenant_id, link_id, day) do update set clicks = excluded.clicks, added = excluded.added, read_at = excluded.read_at`.execute(
        ctx.db,
      ),
    )
  }
}

async function allPages<Item>(sync: Sync, read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await readAll(sync, read)
    } catch (error) {
      const isExpired = error instanceof WecomError && error.reaction === 'restart_paging'
      if (!isExpired || restarts === mostRestarts) throw error
    }
  }
}

async function readAll<Item>(sync: Sync, read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = []
  for (let cursor: string | undefined; ; ) {
    sync.task.signal.throwIfAborted()
    const { items, next } = await patiently(sync, () => read(cursor))
    found.push(...items)
    if (!next || next === cursor) return found
    cursor = next
  }
}
