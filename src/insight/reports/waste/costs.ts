import { sql } from 'kysely'
import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { bindings, scanEvents } from '../sql.ts'
import type { WasteAmounts, WasteReport } from './schema.ts'
import type { Costs } from './verdict.ts'

type Cost = { id: number; currency: string; amountMinor: number }

/** What channels cost in the dates, by their ids. */
export async function channelCosts({ ctx }: Scope, { dateFrom, dateTo, currency }: WasteReport): Promise<Map<string, Costs>> {
  const { rows } = await sql<Cost>`
    select channel_id as id, currency, sum(amount_minor)::bigint as amount_minor from channel_spends
    where tenant_id = ${ctx.tenantId} and day between ${dateFrom}::date and ${dateTo}::date and (${currency ?? null}::text is null or currency = ${currency ?? null})
    group by channel_id, currency order by channel_id, currency`.execute(ctx.db)
  return byThing(rows.map(({ id, ...cost }) => ({ ...cost, key: String(id) })))
}

/** What one message or journey cost until now, and how many of its messages ever arrived, tests apart. */
export type SendingCost = {
  costs: Costs
  sends: number
  /** A message to customers that came to its end in the dates. */
  isOver: boolean
}

/** What messages and journeys cost, as written on their pages, by `message 1` and `journey 2`: it has no date. */
export async function sendingCosts(scope: Scope, report: WasteReport): Promise<Map<string, SendingCost>> {
  const { ctx, calendar } = scope
  const { from, to } = dayRange(report.dateFrom, report.dateTo, calendar.timezone)
  const currency = report.currency ?? null
  const { rows } = await sql<Cost & { source: string; isOver: boolean }>`
    select c.source, c.source_id as id, c.currency, sum(c.amount_minor)::bigint as amount_minor,
      c.source = 'message' and exists (select from messages m where m.tenant_id = c.tenant_id and m.id = c.source_id and m.to_whom = 'customers'
        and m.finished_at >= ${from} and m.finished_at < ${to}) as is_over
    from sending_costs c where c.tenant_id = ${ctx.tenantId} and (${currency}::text is null or c.currency = ${currency})
    group by c.tenant_id, c.source, c.source_id, c.currency order by c.source, c.source_id, c.currency`.execute(ctx.db)
  const named = rows.map(({ source, id, ...row }) => ({ ...row, key: `${source} ${id}` }))
  const over = new Set(named.flatMap(({ key, isOver }) => (isOver ? [key] : [])))
  const costs = byThing(named)
  const sends = costs.size === 0 ? new Map<string, number>() : await countSends(scope, [...costs.keys()])
  return new Map([...costs].map(([key, costs]) => [key, { costs, sends: sends.get(key) ?? 0, isOver: over.has(key) }]))
}

/** Of a journey also what went into groups: a step that nobody was reached by alone has its part of the cost. */
async function countSends(scope: Scope, keys: readonly string[]): Promise<Map<string, number>> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ key: z.string(), sends: z.number() }),
    sql: `select concat(properties['source'], ' ', properties['sourceId']) as key, count() as sends
      from ${scanEvents(bind, { tenantId: scope.ctx.tenantId, names: ['message.sent'] })}
      where (properties['source'] = 'message') = (properties['step'] = '') and key in ${bind.texts(keys)} group by key`,
  })
  return new Map(rows.map(({ key, sends }) => [key, sends]))
}

/** Its part by how much of what was sent it sent, to the nearest minor unit; of what reached nobody the whole once it is over. */
export function partOf({ costs, sends, isOver }: SendingCost, own: number): Costs {
  if (sends === 0) return isOver ? costs : new Map()
  return new Map([...costs].map(([currency, minor]) => [currency, Math.round((minor * own) / sends)]))
}

function byThing(rows: readonly { key: string; currency: string; amountMinor: number }[]): Map<string, Costs> {
  const all = new Map<string, Map<string, number>>()
  for (const { key, currency, amountMinor } of rows)
    all.set(key, (all.get(key) ?? new Map<string, number>()).set(currency, Number(amountMinor)))
  return all
}

/** Currency by currency. */
export function sumOf(all: readonly Costs[]): Costs {
  const sum = new Map<string, number>()
  for (const costs of all) for (const [currency, minor] of costs) sum.set(currency, (sum.get(currency) ?? 0) + minor)
  return sum
}

/** The most of the currency that is shown first, then of each other by its name: nothing is changed into anything. */
export function byCost(shown: string, a: Costs, b: Costs): number {
  const others = [...new Set([...a.keys(), ...b.keys()])].filter((one) => one !== shown).sort()
  return [shown, ...others].reduce((order, one) => order || (b.get(one) ?? 0) - (a.get(one) ?? 0), 0)
}

/** In major units, by the name of the currency; those of one are shown elsewhere. */
export const amountsOf = (costs: Costs, besides: string): WasteAmounts =>
  [...costs]
    .filter(([currency]) => currency !== besides)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, minor]) => ({ currency, amount: majorNumber(minor, currency) }))
