import Big from 'big.js'
import { z } from 'zod'
import { digitsOf } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { minorFactor, onlyCurrency } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import { allot } from './allot.ts'
import { removalEffects } from './markov.ts'
import { type Credit, creditPaths, type Path } from './models.ts'
import { type Asking, entriesSql, findCurrencies, findTouchpoints, kinds, placesOf, sumSql, type Touchpoints } from './paths.ts'
import type { AttributionModel, AttributionReport, AttributionResult } from './schema.ts'

export async function runAttribution(scope: Scope, report: AttributionReport): Promise<AttributionResult> {
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const asking: Asking = { scope, report, dates, windowMs: report.windowDays * 86_400_000, now: scope.ctx.now().getTime() }
  const [touchpoints, currencies] = await Promise.all([findTouchpoints(asking), findCurrencies(asking)])
  const found = await readEntries(asking, touchpoints)
  const persons = report.persons ? { persons: await listPersons(asking, touchpoints, report.persons) } : {}
  return { ...present(asking, touchpoints, found, currencies), ...persons }
}

/** Columns, because they are many: each with its keys, they took as long to read as all models take to divide. */
const Entries = z.object({
  kind: z.array(z.enum(kinds)),
  /** Places of touchpoints: the path, or the one that is told of; none where nothing was touched. */
  key: z.array(z.array(z.int())),
  number: z.array(z.number()),
  value: z.array(z.string()),
  weight: z.array(z.number()),
  weighted: z.array(z.number()),
})
type Entry = { kind: (typeof kinds)[number]; key: number[]; number: number; value: string; weight: number; weighted: number }

type Found = {
  paths: Path[]
  /** Conversions that nothing was touched before. */
  alone: { conversions: number; value: Big }
  nulls: { touches: number[]; times: number }[]
  /** By place; of nobody's touch at -1. */
  converted: Map<number, number>
  touched: Map<number, number>
  decay: Credit
  conversions: number
  value: Big
  open: number
  cut: number
}

/** Parts keep the arrays of all people of a part in memory; sums of parts are sums of all. */
async function readEntries(asking: Asking, touchpoints: Touchpoints): Promise<Found> {
  const found = nothing(placesOf(touchpoints))
  for (let part = 0; part < touchpoints.parts; part++) {
    const bind = bindings()
    const columns = Object.keys(Entries.shape).map((one) => `groupArray(${one}) as ${one}`)
    const rows = await asking.scope.ask({
      params: bind.params,
      row: Entries,
      sql: `select ${columns.join(', ')} from (
          select kind, key, count() as number, toString(${sumSql(asking)}) as value, sum(weight) as weight, sum(weighted) as weighted
          from (${entriesSql(bind, asking, touchpoints, part)}) group by kind, key order by kind, key)`,
    })
    for (const { kind, key, number, value, weight, weighted } of rows)
      for (const [i, one] of kind.entries())
        take(found, {
          kind: one,
          key: key[i] ?? [],
          number: number[i] ?? 0,
          value: value[i] ?? '0',
          weight: weight[i] ?? 0,
          weighted: weighted[i] ?? 0,
        })
  }
  return found
}

const nothing = (places: number): Found => ({
  paths: [],
  alone: { conversions: 0, value: new Big(0) },
  nulls: [],
  converted: new Map(),
  touched: new Map(),
  decay: { conversions: Array(places).fill(0), values: Array(places).fill(0) },
  conversions: 0,
  value: new Big(0),
  open: 0,
  cut: 0,
})

function take(found: Found, { kind, key, number, value, weight, weighted }: Entry): void {
  const [place = -1] = key
  switch (kind) {
    case 'path':
      found.conversions += number
      found.value = found.value.plus(value)
      if (key.length > 0) found.paths.push({ touches: key, conversions: number, value: Number(value) })
      else found.alone = { conversions: found.alone.conversions + number, value: found.alone.value.plus(value) }
      break
    case 'null':
      found.nulls.push({ touches: key, times: number })
      break
    case 'converted':
    case 'touched':
      found[kind].set(place, (found[kind].get(place) ?? 0) + number)
      break
    case 'decay':
      found.decay.conversions[place] = (found.decay.conversions[place] ?? 0) + weight
      found.decay.values[place] = (found.decay.values[place] ?? 0) + weighted
      break
    default:
      found[kind] += number
  }
}

function present(asking: Asking, touchpoints: Touchpoints, found: Found, currencies: readonly string[]): AttributionResult {
  const { report, scope } = asking
  const { event, value } = report.conversion
  const money = value !== undefined && isMoney(event, value)
  const currency = money ? (onlyCurrency(found.conversions > 0 ? currencies : [], 'conversion.where') ?? scope.currency) : undefined
  const factor = currency ? minorFactor(currency) : 1
  const places = currency ? digitsOf(currency) : 6
  const markov = report.models.includes('markov') ? chainOf(found, placesOf(touchpoints)) : undefined
  const major = (value: Big) => value.div(factor).round(places, Big.roundHalfUp)
  const given = report.models.map((model) => {
    const credit = creditOf(model, found, touchpoints, report, markov?.effects)
    const conversions = allot(new Big(found.conversions - found.alone.conversions), credit.conversions, 6)
    return { model, conversions, values: allot(major(found.value.minus(found.alone.value)), credit.values, places) }
  })
  const rows = Array.from({ length: placesOf(touchpoints) }, (_, i) => ({
    ...nameOf(touchpoints, i),
    touches: touchpoints.touches[i] ?? 0,
    touched: found.touched.get(i) ?? 0,
    converted: found.converted.get(i) ?? 0,
    ...Object.fromEntries(given.map(({ model, conversions }) => [model, Number(conversions[i] ?? 0)])),
    ...(value === undefined ? {} : { values: Object.fromEntries(given.map(({ model, values }) => [model, Number(values[i] ?? 0)])) }),
  }))
  return {
    conversions: found.conversions,
    value: value === undefined ? null : Number(major(found.value.minus(found.alone.value)).plus(major(found.alone.value))),
    ...(currency ? { currency } : {}),
    withoutConversion: found.nulls.reduce((sum, { times }) => sum + times, 0),
    open: found.open,
    cut: found.cut,
    ...(markov ? { base: markov.base } : {}),
    rows: [
      ...rows.filter(({ touches, converted }) => touches > 0 || converted > 0),
      ...aloneRow(report, found, Number(major(found.alone.value))),
    ],
  }
}

const nameOf = ({ names, hasOther }: Touchpoints, i: number) =>
  hasOther && i === names.length ? { touchpoint: 'Other', other: true as const } : { touchpoint: names[i] ?? '' }

/** Conversions that nothing led to stand in a row of their own, so that every model adds up to all of them. */
function aloneRow(report: AttributionReport, { alone, converted }: Found, value: number): AttributionResult['rows'] {
  if (alone.conversions === 0) return []
  const all = (credit: number) => Object.fromEntries(report.models.map((model) => [model, credit]))
  const values = report.conversion.value === undefined ? {} : { values: all(value) }
  return [{ touchpoint: null, touches: 0, touched: 0, converted: converted.get(-1) ?? 0, ...all(alone.conversions), ...values }]
}

const chainOf = ({ paths, nulls }: Found, touchpoints: number) =>
  removalEffects(
    [
      ...paths.map(({ touches, conversions }) => ({ touches, conversions, nulls: 0 })),
      ...nulls.map(({ touches, times }) => ({ touches, conversions: 0, nulls: times })),
    ],
    touchpoints,
  )

function creditOf(
  model: AttributionModel,
  found: Found,
  touchpoints: Touchpoints,
  { direct }: AttributionReport,
  effects: number[] = [],
): Credit {
  if (model === 'time_decay') return found.decay
  if (model === 'markov') return { conversions: effects, values: effects }
  return creditPaths(found.paths, model, placesOf(touchpoints), (place) => direct.includes(touchpoints.names[place] ?? ''))
}

async function listPersons(asking: Asking, touchpoints: Touchpoints, wanted: NonNullable<AttributionReport['persons']>): Promise<string[]> {
  const { touchpoint, other, of } = wanted
  const persons: number[] = []
  for (let part = 0; part < touchpoints.parts; part++) {
    const bind = bindings()
    const place = other ? touchpoints.names.length : touchpoints.names.indexOf(touchpoint ?? '')
    const isAny = other === undefined && touchpoint === undefined
    const rows = await asking.scope.ask({
      params: bind.params,
      row: z.object({ who: z.number() }),
      sql: `select distinct who from (${entriesSql(bind, asking, touchpoints, part)})
        where kind = ${bind.text(of)} ${isAny ? '' : touchpoint === null ? 'and empty(key)' : `and key = [${bind.integer(place)}]`}`,
    })
    persons.push(...rows.map(({ who }) => who))
  }
  return persons.sort((a, b) => a - b).map((who) => asking.scope.nameOf(who))
}
