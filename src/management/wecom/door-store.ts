import { sql } from 'kysely'
import type { Installation } from '#platform/context.ts'
import { remember } from '#platform/remember.ts'
import { together } from '#platform/together.ts'
import { rereadingTypes } from './handlers.ts'

export type Greeting = { code: string; externalUserId: string; userId: string; state: string | undefined }

/** A callback as it goes into the inbox. */
export type Arrived = {
  tenantId: number
  corp: number
  key: string
  type: string
  lane: string
  at: Date
  body: string
  isHandled: boolean
  requestId: string
  greeting: Greeting | undefined
}

const doors = new WeakMap<Installation['databases'], (arrived: Arrived) => Promise<number>>()
const mostAtOnce = 200

/** WeCom's clock for a greeting. */
const welcomeMs = 20_000

/** On disk when it returns; says how often this callback had come before. Callbacks of a rush share their commits. */
export const storeCallback = (installation: Installation, arrived: Arrived): Promise<number> =>
  remember(doors, installation.databases, () => together(mostAtOnce, (batch) => write(installation, batch)))(arrived)

/** The same callback several times in a batch is one row that knows how often. */
async function write(installation: Installation, batch: readonly Arrived[]): Promise<number[]> {
  const same = Map.groupBy(batch, ({ tenantId, corp, key }) => `${tenantId} ${corp} ${key}`)
  const before = await insert(
    installation,
    [...same.values()].flatMap(([first, ...others]) => (first ? [{ ...first, times: others.length + 1 }] : [])),
  )
  const repeats = new Map<Arrived, number>()
  for (const [i, arrived] of [...same.values()].entries())
    for (const [place, one] of arrived.entries()) repeats.set(one, (before[i] ?? 0) + place)
  return batch.map((one) => repeats.get(one) ?? 0)
}

/** The rows, and beside them the intents to greet: the twenty seconds run already, so a greeting waits for nobody's queue. */
async function insert(installation: Installation, arrived: readonly (Arrived & { times: number })[]): Promise<number[]> {
  const now = installation.now()
  const rows = arrived.map(({ tenantId, corp, key, type, lane, at, body, isHandled, requestId, greeting, times }) => ({
    tenant: tenantId,
    corp,
    key,
    type,
    lane,
    at,
    body,
    times,
    state: isHandled ? 'waiting' : 'ignored',
    request: requestId,
    ...(greeting && { code: greeting.code, external: greeting.externalUserId, member: greeting.userId, link: greeting.state }),
  }))
  const again = sql`i.type = any(${[...rereadingTypes]}::text[]) and i.state = 'done'`
  const stored = await sql<{ tenantId: number; corp: number; key: string; repeats: number }>`
    with asked as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as n(tenant int, corp int, key text, type text, lane text, at timestamptz, body text, times int, state text, request text, code text, external text, member text, link text)
    ),
    stored as (
      insert into wecom_inbox as i (tenant_id, corp, key, type, lane, at, body, received_at, due_at, state, repeats, request_id)
      select tenant, corp, key, type, lane, at, body, ${now}, ${now}, state, times - 1, request from asked order by tenant, corp, key
      on conflict (tenant_id, corp, key) do update set repeats = i.repeats + excluded.repeats + 1,
        state = case when ${again} then 'waiting' else i.state end,
        attempts = case when ${again} then 0 else i.attempts end,
        due_at = case when ${again} then excluded.due_at else i.due_at end
      returning tenant_id, corp, key, repeats
    ),
    greeted as (
      insert into wecom_welcomes (tenant_id, corp, welcome_code, external_userid, user_id, link_state, event_at, received_at, expires_at, request_id)
      select a.tenant, a.corp, a.code, a.external, a.member, a.link, a.at, ${now}, ${new Date(now.getTime() + welcomeMs)}, a.request
      from stored s join asked a on a.tenant = s.tenant_id and a.corp = s.corp and a.key = s.key
      where s.repeats = a.times - 1 and a.code is not null
      on conflict do nothing
    )
    select tenant_id, corp, key, repeats from stored`.execute(installation.databases.system)
  const repeats = new Map(stored.rows.map((row) => [`${row.tenantId} ${row.corp} ${row.key}`, row.repeats]))
  return arrived.map(({ tenantId, corp, key, times }) => (repeats.get(`${tenantId} ${corp} ${key}`) ?? 0) - times + 1)
}
