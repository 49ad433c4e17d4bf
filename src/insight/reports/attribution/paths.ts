import { z } from 'zod'
import { isMoney } from '../money-properties.ts'
import { currenciesOf, distinctCurrencies, isTrade } from '../orders.ts'
import type { Matcher } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, decimalSql, matcherSql, namesOf, propertySql, type Scan, scanEvents } from '../sql.ts'
import { journeysSql, longest } from './journeys.ts'
import type { AttributionReport } from './schema.ts'

export type Asking = { scope: Scope; report: AttributionReport; dates: { from: Date; to: Date }; windowMs: number; now: number }

export type Touchpoints = {
  /** A touchpoint travels as its place in this list; the others together come after the last. */
  names: string[]
  touches: number[]
  hasOther: boolean
  parts: number
}

export const placesOf = ({ names, hasOther }: Touchpoints): number => names.length + (hasOther ? 1 : 0)

const touchesInPart = 10_000_000

/** Which touchpoints there are, the most touched first. */
export async function findTouchpoints(asking: Asking): Promise<Touchpoints> {
  const { scope, report, dates } = asking
  const bind = bindings()
  const asked = report.persons?.touchpoint ?? ''
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ label: z.string(), number: z.number(), touches: z.number(), all: z.number() }),
    sql: `select label, number, touches, sum(number) over () as all from (
        select assumeNotNull(${touchSql(bind, report)}) as label, count() as number, countIf(ms >= ${bind.integer(dates.from.getTime())}) as touches
        from ${scanEvents(bind, scanTouches(asking))} where who != 0 and ${isTouchSql(bind, report)} group by label)
      order by label = ${bind.text(asked)} desc, number desc, label limit ${bind.integer(report.limit + 1)}`,
  })
  const hasOther = rows.length > report.limit
  const own = rows.slice(0, report.limit)
  const [names, all] = [own.map(({ label }) => label), rows[0]?.all ?? 0]
  return {
    names,
    touches: own.map(({ touches }) => touches),
    hasOther,
    parts: Math.max(1, Math.ceil(all / touchesInPart)),
  }
}

const scanTouches = (asking: Asking): Scan => ({
  ...scanOf(asking, asking.report.touchpoint),
  from: new Date(asking.dates.from.getTime() - asking.windowMs),
  to: asking.dates.to,
})

const touchSql = (bind: Bindings, { touchpoint }: AttributionReport): string =>
  touchpoint.property === 'channel' || touchpoint.property === 'code'
    ? `nullIf(toString(${touchpoint.property}), '')`
    : `nullIf(${propertySql(bind, touchpoint.property)}, '')`

const isTouchSql = (bind: Bindings, report: AttributionReport): string =>
  `(${matcherSql(bind, report.touchpoint)}) and ${touchSql(bind, report)} is not null`

export const kinds = ['path', 'null', 'open', 'converted', 'touched', 'decay', 'cut'] as const
type Kind = (typeof kinds)[number]
type EntrySql = (kind: Kind, key: string, value?: string, weight?: string, weighted?: string) => string

/** Millions of entries say their kind: as text it would be copied as often. */
const kindSql = (kind: Kind): string => `'${kind}'::Enum8(${kinds.map((one) => `'${one}'`).join(', ')})`

/**
 * What each person's touches and conversions amount to, as rows (who, kind, key, value, weight, weighted): the path before each
 * conversion, the touches that led to none, who converted after which touchpoint. A touch leads to every conversion that comes
 * within the window after it, in the same instant at the earliest.
 */
export function entriesSql(bind: Bindings, asking: Asking, touchpoints: Touchpoints, part: number): string {
  const { dates, windowMs, now, report } = asking
  const [from, to] = [bind.integer(dates.from.getTime()), bind.integer(dates.to.getTime())]
  const [window, until] = [bind.integer(windowMs), bind.integer(now)]
  const inDates = (ms: string) => `${ms} >= ${from} and ${ms} < ${to}`
  const nothing = nothingSql(asking)
  const entry: EntrySql = (kind, key, value = nothing, weight = '0', weighted = '0') =>
    `(${kindSql(kind)}, ${key}::Array(UInt16), ${value}, toFloat64(${weight}), toFloat64(${weighted}))`
  const persons = personsSql(bind, asking, touchpoints, part)
  return `select who, entry.1 as kind, entry.2 as key, entry.3 as value, entry.4 as weight, entry.5 as weighted from (
    select who, arrayJoin(arrayConcat(said,
        arrayMap(c -> ${entry('path', 'c.2', 'c.3')}, paths),
        arrayMap(c -> ${entry('cut', '[]')}, arrayFilter(c -> c.5 > ${longest}, paths)),
        ${report.models.includes('time_decay') ? decaySql(bind, report, entry) : '[]'}
      )) as entry
    from (
      select who, said, arrayMap(t -> t.2, chunk.1) as places, arrayMap(t -> t.1, chunk.1) as times,
        arrayMap(c -> (c.1, ${cutSql('places', 'c.5')}, c.2, ${cutSql('times', 'c.6')}, c.4 - c.3), arrayMap(c -> (c.1, c.2, c.3 - chunk.2, c.4 - chunk.2, c.5, c.6), chunk.3)) as paths
      from (
        select who, arrayJoin(arrayZip(chunks, arrayResize([personSaid], length(chunks), []))) as both, both.1 as chunk, both.2 as said
        from (
          select who, chunks, arrayMap(t -> t.2, unled) as unledPlaces, arrayConcat(
              arrayMap(place -> ${entry('converted', '[place]')}, led), if(isAlone, [${entry('converted', '[]')}], []),
              arrayMap(place -> ${entry('touched', '[place]')}, arrayDistinct(arrayMap(t -> t.2, arrayFilter(t -> ${inDates('t.1')}, touches)))),
              if(empty(unled), [], [if((unled[-1]).1 + ${window} > ${until}, ${entry('open', '[]')}, ${entry('null', shortened('unledPlaces', 'length(unledPlaces)'))})])
            ) as personSaid
          from (${journeysSql(bind, { from, to, window, nothing }, persons)})
        )
      )
    )
  )`
}

/** The path of a conversion out of the touches near it; the first one of a long path may lie far before them. */
const cutSql = (list: string, first: string): string =>
  `if(c.4 - c.3 > ${longest}, arrayConcat([${first}], arraySlice(${list}, c.4 - ${longest - 2}, ${longest - 1})), arraySlice(${list}, c.3 + 1, c.4 - c.3))`

const shortened = (list: string, length: string): string =>
  `if(${length} > ${longest}, arrayConcat([${list}[1]], arraySlice(${list}, -${longest - 1})), ${list})`

/** Half the weight for each half life before the latest touch: the distance to the conversion cancels out. */
function decaySql(bind: Bindings, { halfLifeDays }: AttributionReport, entry: EntrySql): string {
  const halfLife = `toFloat64(${bind.text(String(halfLifeDays * 86_400_000))})`
  const same = (value: string, list: string) => `arrayWithConstant(length(${list}), ${value})`
  const raws = `arrayMap(c -> arrayMap((ms, last) -> exp2((ms - last) / ${halfLife}), c.4, ${same('c.4[-1]', 'c.4')}), paths) as raws`
  const shares = `arrayMap(raw -> arrayMap((w, whole) -> w / whole, raw, ${same('arraySum(raw)', 'raw')}), ${raws}) as shares`
  const worths = `arrayMap((share, c) -> arrayMap((w, value) -> w * value, share, ${same('toFloat64(c.3)', 'share')}), shares, paths)`
  const summed = `arrayReduce('sumMap', arrayMap(c -> c.2, paths), ${shares}, ${worths})`
  return `arrayMap((place, w, v) -> ${entry('decay', '[place]', undefined, 'w', 'v')}, (${summed} as decays).1, decays.2, decays.3)`
}

/** A touch is one number: its millisecond and, in the last bits, its touchpoint; of one moment's touches the more frequent one comes first. */
const placeBits = 10

/**
 * Each person's touches (ms, place) and conversions (ms, worth) in order of time. Both are read by themselves: a touch by the
 * channel needs no property map, and conversions before the dates lead nowhere.
 */
function personsSql(bind: Bindings, asking: Asking, touchpoints: Touchpoints, part: number): string {
  const some = `who != 0 and who % ${bind.integer(touchpoints.parts)} = ${bind.integer(part)}`
  return `select who, arrayMap(x -> (bitShiftRight(x, ${placeBits}), toUInt16(bitAnd(x, ${2 ** placeBits - 1}))), arraySort(groupArrayIf(x, isTouch))) as touches,
      arraySort(arrayZip(groupArrayIf(x, not isTouch), groupArrayIf(worth, not isTouch))) as conversions
    from (
      select who, ms * ${2 ** placeBits} + ${placeSql(bind, asking, touchpoints)} as x, 1 as isTouch, ${nothingSql(asking)} as worth
        from ${scanEvents(bind, scanTouches(asking))} where ${some} and ${isTouchSql(bind, asking.report)}
      union all
      select who, ms as x, 0 as isTouch, ${worthSql(bind, asking)} as worth
        from ${scanEvents(bind, scanConversions(asking))} where ${some} and ${matcherSql(bind, asking.report.conversion)}
    ) group by who`
}

/** Which currencies the conversions of known people in the dates are in; none where they have no worth in money. */
export async function findCurrencies(asking: Asking): Promise<string[]> {
  const { scope, report, dates } = asking
  if (!isWorthMoney(report)) return []
  const conversions = (bind: Bindings) =>
    `${scanEvents(bind, { ...scanConversions(asking), to: dates.to, known: true })} where ${matcherSql(bind, report.conversion)}`
  const find = () => distinctCurrencies(scope, conversions)
  return isTrade(report.conversion.event) ? currenciesOf(scope, find) : find()
}

const scanConversions = (asking: Asking): Scan => ({
  ...scanOf(asking, asking.report.conversion),
  from: asking.dates.from,
  to: new Date(asking.dates.to.getTime() + asking.windowMs),
})

const scanOf = ({ scope, report }: Asking, matcher: Matcher): Scan => ({
  ...scope.scan(report),
  names: namesOf([matcher]),
  persons: askPersons([matcher]),
})

const placeSql = (bind: Bindings, { report }: Asking, { names }: Touchpoints): string =>
  `transform(assumeNotNull(${touchSql(bind, report)}), ${bind.texts(names)}, range(toInt64(${names.length})), toInt64(${names.length}))`

const isWorthMoney = ({ conversion: { event, value } }: AttributionReport): boolean => value !== undefined && isMoney(event, value)

/** Whether worths are whole numbers: none is asked for, or minor units of declared money, which are a column. */
const isWhole = ({ report }: Asking): boolean => report.conversion.value === undefined || isWorthMoney(report)

/** A worth of none, of the type that worths have. */
const nothingSql = (asking: Asking): string => (isWhole(asking) ? 'toInt64(0)' : 'toDecimal256(0, 20)')

/** What a conversion is worth: anything but money is a number of the property map. */
function worthSql(bind: Bindings, asking: Asking): string {
  const { value } = asking.report.conversion
  if (value === undefined) return nothingSql(asking)
  return isWhole(asking) ? 'amount' : `ifNull(${decimalSql(propertySql(bind, value))}, ${nothingSql(asking)})`
}

/** Of entries; minor units of very many may be more than a number of 64 bits holds. */
export const sumSql = (asking: Asking): string => (isWhole(asking) ? 'sum(toInt128(value))' : 'sum(value)')
