import type { Condition } from '#platform/events/where.ts'
import { bitmapOf, canonicalIdSql, canonicalSql, mergedSql } from '../stores/persons.ts'
import { type Asked, activeSource, personDaySource } from '../stores/source.ts'
import type { Span } from '../stores/span.ts'
import { type AskedTrails, divideTrails, trailsSource } from '../stores/trails.ts'
import { type Bucket, bucketOfDaySql } from './dates.ts'
import type { Interval, Matcher } from './schema.ts'
import type { Scope } from './scope.ts'
import { type Bindings, idsSql, type Scan } from './sql.ts'

export type Route = 'active' | 'person_day' | 'trails' | 'events'

/** What decides whether the stores know the answer. */
export type Need = { where?: Condition | undefined; matchers: readonly Matcher[]; interval: Interval; unit?: 'person' | 'device' }

/** Whose days the stores hold, and of whom the question is. */
export type Frame = Omit<Asked, 'span'> & { scope: Scope; interval: Interval; among: readonly number[] | undefined }

/**
 * The one place that chooses: the stores answer about people by name of event and whole local days of the tenant's zone; about
 * properties, hours, devices and other zones only the events do.
 */
export function storesFor(scope: Scope, { where, matchers, interval, unit = 'person' }: Need): Frame | undefined {
  const plain = plainScan(scope.scan({ where }), matchers)
  if (!plain || interval === 'hour' || unit === 'device' || scope.calendar.timezone !== scope.stores.zone) return undefined
  return { scope, ...plain, stores: scope.stores, interval }
}

/** Whose moments are asked, and of whom. */
export type TrailFrame = AskedTrails & { among: readonly number[] | undefined }

/**
 * Trails answer about moments of known people by name, whatever the zone, as soon as they hold enough of the span; about properties
 * and events in particular only the events do.
 */
export function trailsFor(scope: Scope, { from, to, names, persons, ...scan }: Scan, matchers: readonly Matcher[]): TrailFrame | undefined {
  const plain = plainScan(scan, matchers)
  const { trails } = scope.stores
  if (!plain || persons || divideTrails(trails, { from, to }).pieces.length === 0) return undefined
  return { ...plain, trails, span: { from, to }, names }
}

/** The tenant and the people, where nothing else restricts: a restriction that is not known here is not ignored. */
function plainScan(
  { tenantId, among, where, ...others }: Scan,
  matchers: readonly Matcher[],
): Pick<Frame, 'tenantId' | 'among'> | undefined {
  const plain = where === undefined && matchers.every((matcher) => matcher.where === undefined)
  return plain && Object.values(others).every((value) => value === undefined) ? { tenantId, among } : undefined
}

/** A subquery with the columns who and those of `trailsSource`, of known people; several rows of one are possible. */
export const momentsOfTrails = (bind: Bindings, frame: TrailFrame): string =>
  `(with ${mergedSql(bind, frame.tenantId)} select ${canonicalIdSql('person')} as who, name, moments${frame.amounts ? ', currency, amounts' : ''} from ${trailsSource(bind, frame)}
    ${frame.among ? `where ${idsSql('who', frame.among)}` : ''})`

/** The merge map and the people the question is about, for `with`. */
export const frameSql = (bind: Bindings, { tenantId, among }: Frame): string =>
  `${mergedSql(bind, tenantId)}${among ? `, ${bitmapOf(among)} as among` : ''}`

const limited = (frame: Frame, bitmap: string): string => (frame.among ? `bitmapAnd(${bitmap}, among)` : bitmap)

type Did = {
  name: string
  buckets: readonly Bucket[]
  atLeast?: number /** A row of place −1 for everything before the first. */
  history?: boolean
}

/** A subquery with a row for each bucket, in which something was done or not: place (0, 1, …) and who. Needs `frameSql`. */
export function bitmapsByBucket(bind: Bindings, frame: Frame, did: Did): string {
  const { buckets, history = false } = did
  const span: Span = { from: history ? undefined : buckets[0]?.from, to: buckets.at(-1)?.to }
  const found =
    (did.atLeast ?? 1) > 1
      ? oftenSql(bind, frame, did, span)
      : `select ${placeSql(bind, frame, did)} as place, persons from ${activeSource(bind, { ...frame, span, names: [did.name] })}`
  const first = history ? -1 : 0
  return `(with groupBitmapMergeState(persons) as found select place, ${limited(frame, canonicalSql('found'))} as who from (
      ${found} union all select toInt64(number) + ${first} as place, bitmapBuild([]::Array(UInt32)) as persons from numbers(${buckets.length - first}))
    group by place)`
}

/** Whoever did it so often within the bucket, as bitmaps of whom they count as, which changes nothing when it is done again. */
const oftenSql = (bind: Bindings, frame: Frame, did: Did, span: Span): string =>
  `select place, groupBitmapState(one) as persons from (
    select ${placeSql(bind, frame, did)} as place, ${canonicalIdSql('person')} as one from ${personDaySource(bind, { ...frame, span, name: did.name })}
    group by place, one having sum(times) >= ${bind.integer(did.atLeast ?? 1)}) group by place`

function placeSql(bind: Bindings, { scope, interval }: Frame, { buckets, history }: Did): string {
  const place = `toInt64(indexOf(${bind.texts(buckets.map(({ key }) => key))}, ${bucketOfDaySql(scope.calendar, interval)})) - 1`
  return history ? `if(local_day < toDate(${bind.text(buckets[0]?.key ?? '')}), -1, ${place})` : place
}
