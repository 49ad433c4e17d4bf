import { sql } from 'kysely'
import { type Agreement, archiveLimits, checkAgreement, checkRoomAgreement } from '#connectors/wecom/archive/msgaudit.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import { archiveAgreed } from '#management/events.ts'
import type { Context } from '#platform/context.ts'
import type { Consumer } from '#platform/events/consumers.ts'
import type { ConsentState } from './schema.ts'

export type ConsentNews = { externalUserId: string; userId: string; roomId: string; status: ConsentState; changedAt: Date | null }

/** An answer that is older than the known one changes nothing: callbacks, messages and questions overtake each other. */
export async function noteConsents(ctx: Context, corp: number, news: readonly ConsentNews[]): Promise<void> {
  const latest = new Map<string, ConsentNews>()
  for (const one of news) {
    const key = JSON.stringify([one.externalUserId, one.userId, one.roomId])
    const known = latest.get(key)
    if (!known || time(one.changedAt) >= time(known.changedAt)) latest.set(key, one)
  }
  if (latest.size === 0) return
  await sql`
    insert into archive_consents as c (tenant_id, corp, external_userid, user_id, room_id, status, changed_at, checked_at)
    select ${ctx.tenantId}, ${corp}, "externalUserId", "userId", "roomId", status, "changedAt", ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify([...latest.values()])}::jsonb) as n("externalUserId" text, "userId" text, "roomId" text, status text, "changedAt" timestamptz)
    order by 3, 4, 5
    on conflict (tenant_id, corp, external_userid, user_id, room_id) do update set checked_at = excluded.checked_at,
      status = case when coalesce(excluded.changed_at, 'epoch') >= coalesce(c.changed_at, 'epoch') then excluded.status else c.status end,
      changed_at = greatest(c.changed_at, excluded.changed_at)`.execute(ctx.db)
}

const time = (at: Date | null): number => at?.getTime() ?? 0

/** Yeses that callbacks told of: they name customer and colleague, whose friendship says under which ids. */
export const consentsFromCallbacks: Consumer = {
  name: 'archive_consents',
  from: 'beginning',
  events: [archiveAgreed.name],
  async handle(ctx, events) {
    const said = events.map(({ customerId, at, properties }) => ({ customer: customerId, employee: Number(properties.employee), at }))
    const { rows } = await sql<{ corp: number; externalUserId: string; userId: string; at: Date }>`
      select f.corp, f.external_userid as external_user_id, f.user_id, max(n.at) as at
      from jsonb_to_recordset(${JSON.stringify(said)}::jsonb) as n(customer int, employee int, at timestamptz)
      join customers me on me.tenant_id = ${ctx.tenantId} and me.id = n.customer
      join customers c on c.tenant_id = me.tenant_id and c.canonical_id = me.canonical_id
      join wecom_follows f on f.tenant_id = c.tenant_id and f.customer_id = c.id
      join employee_accounts a on a.tenant_id = f.tenant_id and a.corp_id = f.corp and a.user_id = f.user_id and a.employee_id = n.employee
      group by f.corp, f.external_userid, f.user_id`.execute(ctx.db)
    for (const [corp, some] of Map.groupBy(rows, (row) => row.corp))
      await noteConsents(
        ctx,
        corp,
        some.map(({ externalUserId, userId, at }) => ({ externalUserId, userId, roomId: '', status: 'agreed', changedAt: at })),
      )
  },
}

const dayMs = 86_400_000
const pairsAtOnce = archiveLimits.pairsPerCall
/** A call a room: the rest is asked for in the next round. */
const roomsAtOnce = 20

type Asked = { id: number; key: string; userId: string | null; externalUserId: string | null }

/** Asks WeCom about every talk with a customer once a day, some at a time. Returns how many were asked about. */
export async function checkConsents(ctx: Context, corp: number, app: WecomApp): Promise<number> {
  const pairs = await due(ctx, corp, 'pair', pairsAtOnce)
  const asked = pairs.flatMap(({ userId, externalUserId }) => (userId && externalUserId ? [{ userId, externalUserId }] : []))
  if (asked.length > 0) await noteConsents(ctx, corp, (await checkAgreement(app, asked, { requestId: ctx.requestId })).map(pairNews))
  await checked(ctx, pairs)
  const rooms = await due(ctx, corp, 'room', roomsAtOnce)
  for (const { key } of rooms)
    await noteConsents(
      ctx,
      corp,
      (await askRoom(ctx, app, key)).map((one) => roomNews(one, key)),
    )
  await checked(ctx, rooms)
  return pairs.length + rooms.length
}

async function due(ctx: Context, corp: number, kind: 'pair' | 'room', limit: number): Promise<Asked[]> {
  const { rows } = await sql<Asked>`
    select t.id, t.key, (select p.member from archive_people p where p.tenant_id = t.tenant_id and p.talk_id = t.id and p.kind = 'employee' limit 1) as user_id,
      c.member as external_user_id
    from archive_talks t
    join lateral (select p.member from archive_people p where p.tenant_id = t.tenant_id and p.talk_id = t.id and p.kind = 'customer' limit 1) c on true
    where t.tenant_id = ${ctx.tenantId} and t.corp = ${corp} and t.kind = ${kind}
      and (t.consents_checked_at is null or t.consents_checked_at < ${new Date(ctx.now().getTime() - dayMs)})
    order by t.consents_checked_at nulls first, t.id limit ${limit}`.execute(ctx.db)
  return rows
}

async function checked(ctx: Context, talks: readonly Asked[]): Promise<void> {
  if (talks.length === 0) return
  await ctx.db
    .updateTable('archiveTalks')
    .set({ consentsCheckedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where(
      'id',
      'in',
      talks.map(({ id }) => id),
    )
    .execute()
}

/** A room that is no more, or one of colleagues only, has nothing to say. */
async function askRoom(ctx: Context, app: WecomApp, roomId: string): Promise<Agreement[]> {
  try {
    return await checkRoomAgreement(app, roomId, { requestId: ctx.requestId })
  } catch (error) {
    if (isWecomError(error, 40058, 301059)) return []
    throw error
  }
}

const pairNews = (one: Agreement): ConsentNews => ({ ...newsOf(one), userId: one.userId ?? '', roomId: '' })
const roomNews = (one: Agreement, roomId: string): ConsentNews => ({ ...newsOf(one), userId: '', roomId })

const newsOf = ({ externalUserId, status, changedAt }: Agreement) => ({
  externalUserId,
  status: status === 'Agree' ? ('agreed' as const) : status === 'Disagree' ? ('refused' as const) : ('default' as const),
  changedAt: changedAt === undefined ? null : new Date(changedAt * 1000),
})
