import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { majorNumber } from '#platform/money.ts'
import { dayOf } from '#platform/time.ts'
import { minorFactor } from '../money.ts'
import { tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { factsSql, layerSql, reasonsSql } from './facts.ts'
import { namePlans } from './plans.ts'
import { healthKeys, type healthReasons, type LayerRules, layerKeys, layerNames } from './rules.ts'
import type { LayersReport, LayersResult, NamedPlan } from './schema.ts'
import { getLayerSettings } from './settings.ts'

type Asked = { report: LayersReport; rules: LayerRules; asOf: string; minorPerMajor: number }

export async function runLayers(scope: Scope, report: LayersReport): Promise<LayersResult> {
  const settings = await getLayerSettings(scope.ctx)
  const asOf = report.asOf ?? dayOf(scope.ctx.now(), scope.calendar.timezone)
  if (report.comparedTo !== undefined && report.comparedTo >= asOf)
    throw appError('layers.not_earlier', { message: 'Movements are told from an earlier day.', field: 'comparedTo' })
  if (report.persons?.from !== undefined && report.comparedTo === undefined)
    throw appError('layers.no_comparison', { message: 'A movement needs the earlier day.', field: 'persons.from' })
  // Bounds on amounts are major units; a currency asked for says how many minor units they are.
  const asked = { report, rules: report.rules ?? settings.rules, asOf, minorPerMajor: minorFactor(report.currency ?? scope.currency) }
  const rows = await readLayers(scope, asked)
  const currency = tradeCurrency(
    scope,
    report,
    rows.flatMap(({ currencies }) => currencies),
  )
  const plans = await namePlans(scope.ctx, settings.plans)
  return {
    asOf,
    comparedTo: report.comparedTo ?? null,
    customers: rows.reduce((sum, { people }) => sum + people, 0),
    currency,
    rules: asked.rules,
    layers: layerKeys.map((key) => ({ key, ...layerNames[key], ...sumLayer(rows, key, currency), ...plannedFor(plans[key]) })),
    top: presentTop(await readTop(scope, asked), rows, currency),
    reasons: countReasons(rows),
    movements: report.comparedTo === undefined ? [] : await readMovements(scope, asked, report.comparedTo),
    ...(report.persons ? { persons: await readPersons(scope, asked, report.persons) } : {}),
  }
}

const plannedFor = (plan: NamedPlan | undefined) => ({
  plan: plan ?? null,
  planned: plan !== undefined && (plan.journey !== null || plan.tags.length > 0 || plan.offer.trim() !== '' || plan.owner !== null),
})

/** Everybody with layer, health and reasons: one row a customer. */
function layeredSql(bind: Bindings, scope: Scope, { report, rules, asOf, minorPerMajor }: Asked): string {
  const { risks, loyalties } = reasonsSql(bind, rules)
  return `(select *, ${layerSql(bind, rules)} as layer, ${risks} as risks, ${loyalties} as loyalties,
      multiIf(notEmpty(risks), 'at_risk', notEmpty(loyalties), 'loyal', 'ordinary') as health,
      multiIf(health = 'at_risk', risks, health = 'loyal', loyalties, []) as reasons
    from ${factsSql(bind, scope, report, asOf, minorPerMajor)})`
}

const Row = z.object({
  layer: z.enum(layerKeys),
  health: z.enum(healthKeys),
  reasons: z.array(z.string()),
  people: z.number(),
  buyers: z.number(),
  orders: z.number(),
  spent: z.number(),
  active: z.number(),
  currencies: z.array(z.string()),
})
type Row = z.infer<typeof Row>

function readLayers(scope: Scope, asked: Asked): Promise<Row[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select layer, health, reasons, count() as people, countIf(l.orders > 0) as buyers, sum(l.orders) as orders, sum(l.spent) as spent,
        countIf(activeDays30 > 0) as active, groupUniqArrayArray(5)(l.currencies) as currencies
      from ${layeredSql(bind, scope, asked)} as l group by layer, health, reasons`,
  })
}

/** Buyers by what they brought; of equals the one known first. The best fifth of them, and at least one. */
const topSql = (bind: Bindings, scope: Scope, asked: Asked): string =>
  `(select who, spent from (select who, spent, row_number() over (order by spent desc, who) as place, count() over () as buyers
    from ${layeredSql(bind, scope, asked)} where orders > 0) where place <= ceil(buyers / 5))`

async function readTop(scope: Scope, asked: Asked): Promise<{ buyers: number; spent: number }> {
  const bind = bindings()
  const [row] = await scope.ask({
    params: bind.params,
    row: z.object({ buyers: z.number(), spent: z.number() }),
    sql: `select count() as buyers, sum(t.spent) as spent from ${topSql(bind, scope, asked)} as t`,
  })
  return row ?? { buyers: 0, spent: 0 }
}

function presentTop({ buyers, spent }: { buyers: number; spent: number }, rows: readonly Row[], currency: string): LayersResult['top'] {
  const all = rows.reduce((sum, row) => sum + row.spent, 0)
  return { buyers, amount: majorNumber(spent, currency), share: all > 0 ? spent / all : null }
}

function sumLayer(rows: readonly Row[], key: Row['layer'], currency: string) {
  const own = rows.filter(({ layer }) => layer === key)
  const sum = (value: (row: Row) => number) => own.reduce((total, row) => total + value(row), 0)
  const healthy = (key: Row['health']) => sum(({ health, people }) => (health === key ? people : 0))
  return {
    count: sum(({ people }) => people),
    buyers: sum(({ buyers }) => buyers),
    orders: sum(({ orders }) => orders),
    amount: majorNumber(
      sum(({ spent }) => spent),
      currency,
    ),
    active: sum(({ active }) => active),
    health: { ordinary: healthy('ordinary'), loyal: healthy('loyal'), at_risk: healthy('at_risk') },
  }
}

function countReasons(rows: readonly Row[]): LayersResult['reasons'] {
  const counts = new Map<string, number>()
  for (const { health, reasons, people } of rows)
    for (const reason of reasons) counts.set(`${health} ${reason}`, (counts.get(`${health} ${reason}`) ?? 0) + people)
  return [...counts]
    .map(([key, count]) => {
      const [health = '', reason = ''] = key.split(' ')
      return { health: health as Row['health'], reason: reason as (typeof healthReasons)[number], count }
    })
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1))
}

/** Both days side by side: who was not known on the earlier one is new. */
function movedSql(bind: Bindings, scope: Scope, asked: Asked, before: string): string {
  return `(select n.who as who, n.layer as layer, n.health as health, n.reasons as reasons, if(b.layer = '', 'new', b.layer) as origin
    from ${layeredSql(bind, scope, asked)} as n
    left join (select who, layer from ${layeredSql(bind, scope, { ...asked, asOf: before })}) as b on n.who = b.who)`
}

const Movement = z.object({ from: z.enum([...layerKeys, 'new']), to: z.enum(layerKeys), count: z.number() })

function readMovements(scope: Scope, asked: Asked, before: string): Promise<z.infer<typeof Movement>[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: Movement,
    sql: `select origin as from, layer as to, count() as count from ${movedSql(bind, scope, asked, before)}
      group by origin, layer order by indexOf(['new', 'base', 'ordinary', 'member', 'fan'], origin), indexOf(['base', 'ordinary', 'member', 'fan'], layer)`,
  })
}

async function readPersons(
  scope: Scope,
  asked: Asked,
  { layer, health, reason, from, top }: NonNullable<LayersReport['persons']>,
): Promise<string[]> {
  const one = <Value>(value: Value | undefined) => (value === undefined ? undefined : [value])
  const found = await listPeople(scope, asked, { layers: one(layer), health: one(health), reasons: one(reason), from: one(from), top })
  return found.map((who) => scope.nameOf(who))
}

/** Any of the values of each field. */
type Wanted = {
  layers?: readonly string[] | undefined
  health?: readonly string[] | undefined
  reasons?: readonly string[] | undefined
  from?: readonly string[] | undefined
  top?: boolean | undefined
}

async function listPeople(scope: Scope, asked: Asked, { layers, health, reasons, from, top }: Wanted): Promise<number[]> {
  const bind = bindings()
  const before = asked.report.comparedTo
  const source = before !== undefined && from ? movedSql(bind, scope, asked, before) : layeredSql(bind, scope, asked)
  const conditions = [
    ...(layers ? [`has(${bind.texts(layers)}, layer)`] : []),
    ...(health ? [`has(${bind.texts(health)}, health)`] : []),
    ...(reasons ? [`hasAny(reasons, ${bind.texts(reasons)})`] : []),
    ...(from ? [`has(${bind.texts(from)}, origin)`] : []),
    ...(top ? [`who in (select who from ${topSql(bind, scope, asked)})`] : []),
  ]
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${source} where ${conditions.join(' and ')} order by who`,
  })
  return rows.map(({ who }) => who)
}

/** Who stands there by the company's rules, as numbers of the inside. */
export const layeredPeople = async (scope: Scope, report: LayersReport, wanted: Wanted): Promise<number[]> =>
  listPeople(scope, await askedBy(scope, report), wanted)

/** Where one person stands and why; null for nobody known. */
export async function layerOf(scope: Scope, report: LayersReport, person: number) {
  const alone: Scope = { ...scope, scan: (report) => ({ ...scope.scan(report), among: [person] }) }
  const bind = bindings()
  const [row] = await scope.ask({
    params: bind.params,
    row: Row.pick({ layer: true, health: true, reasons: true }),
    sql: `select layer, health, reasons from ${layeredSql(bind, alone, await askedBy(scope, report))}`,
  })
  return row ?? null
}

async function askedBy(scope: Scope, report: LayersReport): Promise<Asked> {
  const { rules } = await getLayerSettings(scope.ctx)
  const asOf = report.asOf ?? dayOf(scope.ctx.now(), scope.calendar.timezone)
  return { report, rules: report.rules ?? rules, asOf, minorPerMajor: minorFactor(report.currency ?? scope.currency) }
}
