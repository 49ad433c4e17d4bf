import { sql } from 'kysely'
import type { Installation } from '#platform/context.ts'

const flushMs = 1000
/** Whoever sends rubbish shall not fill a table: so many different corps and reasons a second are counted, no more. */
const mostNames = 1000

type Noted = { corpId: string; reason: string; times: number; at: Date }
type Buffered = { noted: Map<string, Noted>; timer: NodeJS.Timeout | undefined }

const buffers = new WeakMap<Installation['databases'], Buffered>()

/**
 * Counts a callback that was turned away at the door, for the page of its corp. Never waits and never throws: the door answers
 * first. Which tenant is meant nobody knows without a signature, so it counts for each that has connected this corp; a corp that
 * nobody has connected counts for nobody.
 */
export function noteRefusal(installation: Installation, corpId: string, reason: string): void {
  const buffer = buffers.get(installation.databases) ?? { noted: new Map(), timer: undefined }
  buffers.set(installation.databases, buffer)
  const name = `${reason} ${corpId}`
  const known = buffer.noted.get(name)
  if (known) Object.assign(known, { times: known.times + 1, at: installation.now() })
  else if (buffer.noted.size < mostNames)
    buffer.noted.set(name, { corpId: corpId.slice(0, 64), reason: reason.slice(0, 64), times: 1, at: installation.now() })
  buffer.timer ??= setTimeout(() => void flushRefusals(installation), flushMs).unref()
}

/** Writes what is waiting. */
export async function flushRefusals(installation: Installation): Promise<void> {
  const buffer = buffers.get(installation.databases)
  if (!buffer) return
  clearTimeout(buffer.timer)
  buffer.timer = undefined
  const noted = [...buffer.noted.values()]
  buffer.noted.clear()
  if (noted.length === 0) return
  await sql`
    insert into wecom_refusals as r (tenant_id, corp, hour, reason, times, last_at)
    select c.tenant_id, c.id, date_trunc('hour', n.at), n.reason, n.times, n.at
    from jsonb_to_recordset(${JSON.stringify(noted.map(({ corpId, ...one }) => ({ corp_id: corpId, ...one })))}::jsonb)
      as n(corp_id text, reason text, times int, at timestamptz)
    join wecom_corps c on c.corp_id = n.corp_id
    on conflict (tenant_id, corp, hour, reason) do update set times = r.times + excluded.times, last_at = greatest(r.last_at, excluded.last_at)`
    .execute(installation.databases.system)
    .catch((error) => installation.log.warn({ err: error, lost: noted.length }, 'refused callbacks not counted'))
}

const keptDays = 90

export async function forgetOldRefusals(installation: Installation): Promise<void> {
  const before = new Date(installation.now().getTime() - keptDays * 86_400_000)
  await installation.databases.system.deleteFrom('wecomRefusals').where('hour', '<', before).execute()
}
