import { askPersons, type Bindings, matcherSql, namesOf, type Scan, scanEvents } from '../sql.ts'
import { ladder, type StageRule, type StageRules, stages } from './schema.ts'

export type Instants = { from: number; to: number }

const dayMs = 86_400_000
const untilBit = 8

/**
 * One row a person: t0 … t6, when each stage was first reached (ms, 0 for never), and `before` and `after`, the highest stage held
 * when the dates began and ended: its number, -1 for none any more, -2 for none ever.
 */
export function stagePeopleSql(bind: Bindings, scan: Scan, rules: StageRules, { from, to }: Instants): string {
  const [start, end] = [bind.integer(from), bind.integer(to)]
  const known = stages.reduce((inner, stage, i) => metSql(inner, rules[stage], i), actsSql(bind, scan, rules, to))
  const firsts = stages.map((_, i) => `t${i}`).join(', ')
  return `(select who, ${firsts}, ${heldSql(rules, start)} as before, ${heldSql(rules, end)} as after from (${known}))`
}

/** What each person did that any rule asks for, in order: (ms, bits of the rules it fits, and of those it takes from). */
function actsSql(bind: Bindings, scan: Scan, rules: StageRules, to: number): string {
  const matchers = stages.flatMap((stage) => [...rules[stage].events, ...rules[stage].until])
  const bit = (list: StageRule['events'], at: number) =>
    list.length === 0 ? '0' : `bitShiftLeft(toUInt32(${list.map((one) => `(${matcherSql(bind, one)})`).join(' or ')}), ${at})`
  const bits = stages.flatMap((stage, i) => [bit(rules[stage].events, i), bit(rules[stage].until, i + untilBit)])
  return `select who, arraySort(groupArray((ms, bits))) as acts
    from (select who, ms, ${bits.join(' + ')} as bits from ${scanEvents(bind, { ...scan, to: new Date(to), names: namesOf(matchers), persons: askPersons(matchers) })} where who != 0)
    where bits != 0 group by who`
}

/** Adds f<i>, the instants at which the rule was met, and t<i>, the first of them. */
function metSql(inner: string, { times, withinDays, after, afterDays }: StageRule, i: number): string {
  const since = after === undefined ? undefined : `t${ladder.indexOf(after)}`
  const later = since ? ` and ${since} > 0 and a.1 > ${since} and a.1 >= ${since} + ${Math.trunc(afterDays) * dayMs}` : ''
  const hits = `arrayMap(a -> a.1, arrayFilter(a -> bitTest(a.2, ${i})${later}, acts))`
  const close = withinDays === undefined ? '' : ` and hits[k] - hits[k - ${times - 1}] <= ${withinDays * dayMs}`
  const met = times === 1 ? 'hits' : `arrayMap(k -> hits[k], arrayFilter(k -> k >= ${times}${close}, arrayEnumerate(hits)))`
  return `select * except (hits), ${met} as f${i}, f${i}[1] as t${i} from (select *, ${hits} as hits from (${inner}))`
}

function heldSql(rules: StageRules, at: string): string {
  const held = ladder.map((stage, i) => [holdsSql(rules[stage], i, at), String(i)]).reverse()
  const reached = ladder.map((_, i) => `(t${i} > 0 and t${i} < ${at})`).join(' or ')
  return `toInt8(multiIf(${[...held.flat(), reached, '-1'].join(', ')}, -2))`
}

function holdsSql({ holdsDays, until }: StageRule, i: number, at: string): string {
  const met = `arrayFilter(f -> f < ${at}, f${i})`
  const taken = `arrayCount(a -> bitTest(a.2, ${i + untilBit}) and a.1 >= t${i} and a.1 < ${at}, acts)`
  return [
    `notEmpty(${met})`,
    ...(holdsDays === undefined ? [] : [`${met}[-1] >= ${at} - ${holdsDays * dayMs}`]),
    ...(until.length === 0 ? [] : [`length(${met}) > ${taken}`]),
  ].join(' and ')
}
