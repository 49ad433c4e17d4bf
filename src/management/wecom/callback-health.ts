import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { readCallback } from '#connectors/wecom/events/read-callback.ts'
import type { Context } from '#platform/context.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type { CallbackHealth } from './integration-schema.ts'
import { coveredBody } from './request-log.ts'

const hour = 3_600_000
const hoursShown = 24
const daysShown = 14

/** How callbacks have come in and what became of them. */
export async function readCallbackHealth(ctx: Context, corp: number): Promise<CallbackHealth> {
  const zone = await timezoneOf(ctx)
  const today = dayOf(ctx.now(), zone)
  const { from } = dayRange(addDays(today, 1 - daysShown), today, zone)
  const thisHour = Math.floor(ctx.now().getTime() / hour) * hour
  const since = new Date(thisHour - (hoursShown - 1) * hour)
  const [slots, refusals, delays, types, silence] = await Promise.all([
    countSlots(ctx, corp, from),
    listRefusals(ctx, corp, from),
    readDelays(ctx, corp, since),
    listTypes(ctx, corp, from),
    readSilence(ctx, corp),
  ])
  const refused = refusals.map(({ hour: at, times }) => ({ at, ...nothing, refused: times }))
  const all = [...slots, ...refused]
  return {
    hours: Array.from({ length: hoursShown }, (_, i) => since.getTime() + i * hour).map((at) => ({
      at: new Date(at).toISOString(),
      ...summed(all.filter((slot) => slot.at.getTime() === at)),
    })),
    days: Array.from({ length: daysShown }, (_, i) => addDays(today, i + 1 - daysShown)).map((day) => ({
      day,
      ...summed(all.filter(({ at }) => dayOf(at, zone) === day)),
    })),
    delays,
    types: types.map(({ example: _, callback: __, ...type }) => ({ ...type, lastAt: type.lastAt.toISOString() })),
    silence,
    refusals: byReason(refusals),
    unknown: types
      .filter(({ known }) => !known)
      .map(({ type, count, lastAt, callback, example }) => ({
        type,
        count,
        lastAt: lastAt.toISOString(),
        callback: String(callback),
        example: coveredBody(example),
      })),
  }
}

type Counts = Omit<CallbackHealth['hours'][number], 'at'>
const nothing: Counts = { received: 0, handled: 0, ignored: 0, waiting: 0, dead: 0, repeated: 0, refused: 0 }

const summed = (slots: readonly Counts[]): Counts =>
  slots.reduce(
    (sum, slot) =>
      Object.fromEntries(Object.keys(nothing).map((key) => [key, sum[key as keyof Counts] + slot[key as keyof Counts]])) as Counts,
    nothing,
  )

/** By hour: days of any zone are made of them, but for zones that are half an hour off, whose days begin with the hour. */
async function countSlots(ctx: Context, corp: number, from: Date): Promise<(Counts & { at: Date })[]> {
  const { rows } = await sql<Omit<Counts, 'refused'> & { at: Date }>`
    select date_trunc('hour', received_at) as at, count(*)::int as received, count(*) filter (where state = 'done')::int as handled,
      count(*) filter (where state = 'ignored')::int as ignored, count(*) filter (where state = 'waiting')::int as waiting,
      count(*) filter (where state = 'dead')::int as dead, coalesce(sum(repeats), 0)::int as repeated
    from wecom_inbox where tenant_id = ${ctx.tenantId} and corp = ${corp} and received_at >= ${from} group by 1`.execute(ctx.db)
  return rows.map((row) => ({ ...nothing, ...row, at: new Date(row.at) }))
}

type Refusal = { hour: Date; reason: string; times: number; lastAt: Date }

const listRefusals = (ctx: Context, corp: number, from: Date): Promise<Refusal[]> =>
  ctx.db
    .selectFrom('wecomRefusals')
    .select(['hour', 'reason', 'times', 'lastAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('hour', '>=', from)
    .execute()

const byReason = (refusals: readonly Refusal[]): CallbackHealth['refusals'] =>
  [...Map.groupBy(refusals, ({ reason }) => reason)]
    .map(([reason, rows]) => ({
      reason,
      times: rows.reduce((sum, { times }) => sum + times, 0),
      lastAt: new Date(Math.max(...rows.map(({ lastAt }) => lastAt.getTime()))).toISOString(),
    }))
    .sort((a, b) => b.times - a.times)

/** WeCom's clock has whole seconds, so a callback may seem to have come before its event. */
async function readDelays(ctx: Context, corp: number, since: Date): Promise<CallbackHealth['delays']> {
  const quantiles = (seconds: ReturnType<typeof sql>) =>
    sql`percentile_cont(array[0.5, 0.95]) within group (order by greatest(0, extract(epoch from ${seconds})))`
  const { rows } = await sql<{ arrival: number[] | null; handling: number[] | null }>`
    select ${quantiles(sql`received_at - at`)} as arrival, ${quantiles(sql`processed_at - received_at`)} filter (where state = 'done') as handling
    from wecom_inbox where tenant_id = ${ctx.tenantId} and corp = ${corp} and received_at >= ${since}`.execute(ctx.db)
  const read = (pair: number[] | null | undefined) =>
    pair?.[0] === undefined || pair[1] === undefined || pair[0] === null ? null : { median: Number(pair[0]), p95: Number(pair[1]) }
  return { arrival: read(rows[0]?.arrival), handling: read(rows[0]?.handling) }
}

type Type = { type: string; count: number; dead: number; known: boolean; lastAt: Date; callback: number; example: string }

/** Each type with its newest callback; whether we have a model for it, that one tells. */
async function listTypes(ctx: Context, corp: number, from: Date): Promise<Type[]> {
  const { rows } = await sql<Omit<Type, 'known'>>`
    select t.type, t.count, t.dead, i.received_at as last_at, i.id as callback, i.body as example
    from (select type, count(*)::int as count, count(*) filter (where state = 'dead')::int as dead, max(id) as newest
      from wecom_inbox where tenant_id = ${ctx.tenantId} and corp = ${corp} and received_at >= ${from} group by 1) as t
    join wecom_inbox i on i.tenant_id = ${ctx.tenantId} and i.id = t.newest
    order by i.received_at desc limit 200`.execute(ctx.db)
  return rows.map((row) => ({ ...row, lastAt: new Date(row.lastAt), known: isKnown(row.example) }))
}

function isKnown(body: string): boolean {
  try {
    return readCallback(body).known
  } catch {
    return false
  }
}

/** Silence alone may be a quiet night; differences that the comparison found since tell that something was not told. */
async function readSilence(ctx: Context, corp: number): Promise<CallbackHealth['silence']> {
  const { rows } = await sql<{ lastAt: Date | null; missed: number }>`
    with last as (select max(received_at) as at from wecom_inbox where tenant_id = ${ctx.tenantId} and corp = ${corp})
    select last.at as last_at, (select count(*)::int from wecom_repairs r where r.tenant_id = ${ctx.tenantId} and r.corp = ${corp}
      and r.kind <> 'tag_change_refused' and r.at > last.at) as missed
    from last`.execute(ctx.db)
  const { lastAt = null, missed = 0 } = rows[0] ?? {}
  if (!lastAt) return { lastAt: null, hours: null, missed: 0 }
  const { hours } = DateTime.fromJSDate(ctx.now()).diff(DateTime.fromJSDate(new Date(lastAt)), 'hours')
  return { lastAt: new Date(lastAt).toISOString(), hours: Math.max(0, Math.round(hours * 10) / 10), missed }
}
