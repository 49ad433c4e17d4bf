import { DateTime } from 'luxon'
import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { bucketsOf } from '../dates.ts'
import { ofDoers } from '../doers.ts'
import { countParts } from '../parts.ts'
import type { Scope } from '../scope.ts'
import { askPersons, bindings, matcherSql, namesOf, propertySql, type Scan, scanEvents } from '../sql.ts'
import type { FunnelEvent, FunnelRules } from './attempts.ts'
import { isPlain, runPlainFunnel } from './plain.ts'
import type { FunnelReport, FunnelResult } from './schema.ts'
import { createTally } from './tally.ts'

/** An event with the values that the breakdown asks for. */
export type ValuedEvent = FunnelEvent & { values: (string | null)[] }
export type Person = { who: number; events: ValuedEvent[]; values: (string | null)[] }

export async function runFunnel(scope: Scope, report: FunnelReport): Promise<FunnelResult> {
  const rules = rulesOf(scope, report)
  const scan = await narrowed(scope, report, rules)
  const plain = isPlain(report) ? await runPlainFunnel(scope, report, rules, scan) : undefined
  return plain ?? decidePersons(scope, report, rules, scan)
}

/**
 * ClickHouse finds each person's events and which steps they fit; who got how far is decided here, person by person, by rules
 * that no windowFunnel mode has: exclusions that void one attempt, held values, calendar months, several orders of one instant.
 */
export async function decidePersons(scope: Scope, report: FunnelReport, rules: FunnelRules, scan: Scan): Promise<FunnelResult> {
  const buckets = report.trend ? bucketsOf(scope.calendar, report.trend, report.dateFrom, report.dateTo) : []
  if (report.persons?.interval !== undefined && report.persons.interval >= buckets.length)
    throw appError('report.invalid', { message: 'There is no such interval.', field: 'persons.interval' })
  const tally = createTally(report, rules, scope.ctx.now().getTime(), buckets)
  const parts = await countParts(scope, scan)
  for (let part = 0; part < parts; part++) for (const person of await readPersons(scope, report, scan, part, parts)) tally.add(person)
  return tally.result((person) => scope.nameOf(person))
}

function rulesOf(scope: Scope, report: FunnelReport): FunnelRules {
  const range = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  return {
    steps: report.steps.length,
    order: report.order,
    windowEnd: windowEnd(report.window, scope.calendar.timezone),
    from: range.from.getTime(),
    to: range.to.getTime(),
    everyStep: report.range === 'every_step',
    exclusions: report.exclusions,
  }
}

const millisecondsOf = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }

/** Months are calendar months in the report's zone; everything shorter has a fixed length. */
export function windowEnd({ value, unit }: FunnelReport['window'], zone: string): (ms: number) => number {
  if (unit === 'month') return (ms) => DateTime.fromMillis(ms, { zone }).plus({ months: value }).toMillis()
  const length = value * millisecondsOf[unit]
  return (ms) => ms + length
}

function scanOf(scope: Scope, report: FunnelReport, rules: FunnelRules): Scan {
  const matchers = [...report.steps, ...report.exclusions]
  return {
    ...scope.scan(report),
    from: new Date(rules.from),
    // A month can end on the same instant for several starts, never earlier for a later one.
    to: new Date(rules.everyStep ? rules.to : rules.windowEnd(rules.to) + 1),
    names: report.order === 'strict' ? undefined : namesOf(matchers),
    persons: report.breakdown?.scope === 'person' || askPersons(matchers),
  }
}

/** Whoever has no first step has nothing, unless any step may come first. */
async function narrowed(scope: Scope, report: FunnelReport, rules: FunnelRules): Promise<Scan> {
  const scan = scanOf(scope, report, rules)
  const [first] = report.steps
  if (!first || report.order === 'unordered') return scan
  const span = { from: new Date(rules.from), to: new Date(rules.to) }
  return ofDoers(scope, scan, { first, span, filtered: [...report.steps, ...report.exclusions, report] })
}

const Value = z.string().nullable()
const Row = z.object({
  who: z.number(),
  events: z.array(z.tuple([z.number(), z.number(), z.number(), z.array(Value), z.array(Value)])),
  values: z.array(Value),
})

async function readPersons(scope: Scope, report: FunnelReport, scan: Scan, part: number, parts: number): Promise<Person[]> {
  const bind = bindings()
  const mask = (matchers: readonly FunnelReport['steps'][number][]) =>
    matchers.map((matcher, i) => `bitShiftLeft(toUInt32(${matcherSql(bind, matcher)}), ${i})`).join(' + ') || 'toUInt32(0)'
  const properties = report.breakdown ? (report.breakdown.properties ?? [report.breakdown.property ?? '']) : []
  const list = (names: readonly string[], of: 'event' | 'person') =>
    `[${names.map((name) => propertySql(bind, name, of)).join(', ')}]::Array(Nullable(String))`
  const ofEvent = report.breakdown?.scope === 'event' ? properties : []
  const ofPerson = report.breakdown?.scope === 'person' ? properties : []
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    // Sorted by instant, and by id within one, so that the same facts always give the same answer.
    sql: `select who, arrayMap(e -> (e.1, e.3, e.4, e.5, e.6), arraySort(e -> (e.1, e.2), groupArray((ms, id, steps, exclusions, held, ofEvent)))) as events, any(ofPerson) as values
      from (select who, ms, id, ${mask(report.steps)} as steps, ${mask(report.exclusions)} as exclusions, ${list(report.holding, 'event')} as held, ${list(ofEvent, 'event')} as ofEvent, ${list(ofPerson, 'person')} as ofPerson
        from ${scanEvents(bind, scan)}
        where who != 0 and who % ${bind.integer(parts)} = ${bind.integer(part)})
      ${report.order === 'strict' ? '' : 'where steps != 0 or exclusions != 0'}
      group by who having sum(steps) > 0 order by who`,
  })
  return rows.map(({ who, events, values }) => ({
    who,
    values,
    events: events.map(([ms, steps, exclusions, held, own]) => ({ ms, steps, exclusions, held, values: own })),
  }))
}
