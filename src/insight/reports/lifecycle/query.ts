import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { type Bucket, bucketSql, bucketsFrom, bucketsOf, completeOf } from '../dates.ts'
import { storesFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import { bindings, namesOf, scanEvents } from '../sql.ts'
import { type LifecycleReport, type LifecycleResult, type LifecycleStatus, lifecycleStatuses } from './schema.ts'
import { lifecycleOfStores, lifecyclePersons } from './stores.ts'

const Row = z.object({ who: z.number(), buckets: z.array(z.string()), first: z.string() })

/** Whole intervals: those that the dates touch, and the one before, which says who comes back and who falls asleep. */
export async function runLifecycle(scope: Scope, report: LifecycleReport): Promise<LifecycleResult> {
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const before = bucketsFrom(scope.calendar, report.interval, new Date((buckets[0]?.from.getTime() ?? 0) - 1), 1)
  const asked = report.persons && { status: report.persons.status, place: placeOf(buckets, report.persons.interval) }
  const axis = { intervals: buckets.map(({ label }) => label), ...completeOf(buckets, scope.ctx.now()) }
  const frame = storesFor(scope, { where: report.where, matchers: [], interval: report.interval })
  if (frame && before[0]) {
    const whole = { report, before: before[0], buckets }
    return {
      ...axis,
      ...(await lifecycleOfStores(frame, whole)),
      ...(asked ? { persons: await lifecyclePersons(frame, whole, asked.status, asked.place) } : {}),
    }
  }
  const counts = Object.fromEntries(lifecycleStatuses.map((status) => [status, buckets.map(() => 0)])) as Record<LifecycleStatus, number[]>
  const persons: string[] = []
  for (const { who, active, first } of await readActive(scope, report, [...before, ...buckets]))
    for (let place = 0; place < buckets.length; place++) {
      const status = statusOf(active, first, place + 1)
      if (!status) continue
      const list = counts[status]
      list[place] = (list[place] ?? 0) + (status === 'dormant' ? -1 : 1)
      if (asked?.status === status && asked.place === place) persons.push(scope.nameOf(who))
    }
  return { ...axis, ...counts, ...(asked ? { persons } : {}) }
}

/** `place` counts from the interval before the first one. */
export function statusOf(active: ReadonlySet<number>, first: number | undefined, place: number): LifecycleStatus | undefined {
  if (!active.has(place)) return active.has(place - 1) ? 'dormant' : undefined
  if (first === place) return 'new'
  return active.has(place - 1) ? 'returning' : 'resurrected'
}

function placeOf(buckets: readonly Bucket[], interval: number | string): number {
  const place = typeof interval === 'number' ? interval : buckets.findIndex(({ label }) => label === interval)
  if (!buckets[place]) throw appError('report.invalid', { message: 'There is no such interval in these dates.', field: 'persons.interval' })
  return place
}

async function readActive(
  scope: Scope,
  report: LifecycleReport,
  buckets: Bucket[],
): Promise<{ who: number; active: Set<number>; first: number | undefined }[]> {
  const bind = bindings()
  const index = new Map(buckets.map(({ key }, i) => [key, i]))
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, groupUniqArrayIf(bucket, ms >= ${bind.integer(buckets[0]?.from.getTime() ?? 0)}) as buckets, argMin(bucket, ms) as first
      from (select who, ms, ${bucketSql(bind, scope.calendar, report.interval)} as bucket
        from ${scanEvents(bind, { ...scope.scan(report), to: buckets.at(-1)?.to, names: namesOf([{ event: report.event }]) })} where who != 0)
      group by who having length(buckets) > 0 order by who`,
  })
  return rows.map((row) => ({
    who: row.who,
    active: new Set(row.buckets.flatMap((key) => index.get(key) ?? [])),
    first: index.get(row.first),
  }))
}
