import { type Condition, followedBy, isDated, namedRule, ruleOf, withValues } from './conditions.ts'
import type { MeaningOf, Named } from './meanings.ts'
import type { Document } from './parts.ts'
import type { Taking } from './taking.ts'

/** Whom a report looks at beside its own question: the same report with the rule of these people. */
export function bounded(taking: Taking, report: Document): Document {
  const hasRow = taking.taken().some(({ meaning }) => meaning.is === 'name' && meaning.of !== 'segment')
  const dates = taking.taken().find(({ meaning }) => meaning.is === 'dates')?.meaning
  const within = dates?.is === 'dates' ? { within: { dateFrom: dates.dateFrom, dateTo: dates.dateTo } } : {}
  const employees = taking.all('employee').map(({ id }) => id)
  const turned = taking.all('without').map(({ of }) => of)
  const rules = taking.all('rule')
  const others = [...valueRules(taking), ...(hasRow ? [] : nameRules(taking))]
  const people = (days: object, ofEmployees = employees) => [
    ...(ofEmployees.length > 0 ? [followedBy(ofEmployees)] : []),
    ...others,
    ...rules.map((rule) => ruleOf(rule, days)),
    ...turned.map((one) => ({ not: ruleOf(one, days) })),
  ]
  const all = people({})
  if (all.length === 0) return report
  sayDays(taking, [...rules, ...turned], dates !== undefined, { people: joined(people(within)) })
  if (employees.length > 0 && report.type === 'metric' && report.breakdown === undefined) sayCredited(taking, people({}, []))
  return { ...report, people: joined(all) }
}

const joined = (rules: readonly object[]): object => ({ and: rules })

/** What was done may lie in the days of the report or at any time; both are exact, so the other one is offered. */
function sayDays(taking: Taking, conditions: readonly Condition[], isSaid: boolean, change: Record<string, unknown>): void {
  if (!conditions.some(isDated)) return
  taking.assume('客户做过没做过什么，看的是至今全部时间', 'what people did or did not do is looked at over all time until now')
  if (isSaid) taking.or('客户做过没做过什么，也只看这段日子', 'what people did or did not do is looked at within these days only', change)
}

/** 「张伟的GMV」 may also mean what was told under the name of the employee, whoever's customer it was. */
function sayCredited(taking: Taking, rest: readonly object[]): void {
  taking.assume('员工的客户：现在是这位员工好友的人', 'customers of an employee: whoever is a friend of theirs now')
  taking.or('按员工拆分，看记在这位员工名下的那一行', 'divided by employee, to be read in the row of this one', {
    people: rest.length > 0 ? joined(rest) : undefined,
    breakdown: { dimension: 'employee', limit: 100 },
  })
}

/** Several values of one attribute are either of them. */
export function valueRules(taking: Taking): object[] {
  const values = Map.groupBy(taking.all('value'), ({ property }) => property)
  return [...values].map(([property, said]) => withValues(property, [...new Set(said.map(({ value }) => value))]))
}

/** Segments hold one and all, of everything else one is enough. */
export function nameRules(taking: Taking): object[] {
  const of = (kind: Named) => taking.all('name', (name: MeaningOf<'name'>) => name.of === kind).map(({ id }) => id)
  const kinds = (['channel', 'tag', 'group'] as const).flatMap((kind) => {
    const ids = of(kind)
    return ids.length > 0 ? [namedRule(kind, ids)] : []
  })
  return [...of('segment').map((id) => namedRule('segment', [id])), ...kinds]
}

export function employeeRules(taking: Taking): object[] {
  const ids = taking.all('employee').map(({ id }) => id)
  return ids.length > 0 ? [followedBy(ids)] : []
}
