import { appError } from '#platform/errors.ts'
import type { Scope } from '../scope.ts'
import type { Asking } from '../segment/asking.ts'
import { bitsOf } from '../segment/bits.ts'
import { membersOf } from '../segment/members.ts'
import { momentOf, resolveRule } from '../segment/resolve.ts'
import type { Rule } from '../segment/rule.ts'
import { deedDimensions } from './deeds.ts'
import type { Dimension } from './dimensions.ts'
import { figuresOf } from './figures.ts'
import { readMatrix } from './matrix.ts'
import type { PortraitDimension, PortraitReport, PortraitResult } from './schema.ts'
import { type Sets, setOf } from './sets.ts'
import { stateDimensions } from './state.ts'

/** What sets some people apart from others: shares of every value among both. */
export async function runPortrait(scope: Scope, report: PortraitReport): Promise<PortraitResult> {
  const { ctx } = scope
  const asking: Asking = { ctx, moment: momentOf(ctx, scope.calendar.timezone, scope.currency, undefined), stores: scope.stores }
  const [of, base] = await Promise.all([peopleOf(scope, asking, report.of, 'of'), peopleOf(scope, asking, report.base, 'base')])
  const sets: Sets = { asking, of: setOf(of), base: setOf(base), windowDays: report.windowDays, few: report.few }
  const chosen = choose([...(await stateDimensions(sets)), ...deedDimensions(sets)], report.dimensions)
  const dimensions = await Promise.all(chosen.map((one) => answer(sets, one, report.limit)))
  return {
    of: { count: sets.of.count },
    base: { count: sets.base.count },
    dimensions,
    ...(report.matrix ? { matrix: await readMatrix(sets, report.of, report.limit, report.matrix === true ? 'rfm' : report.matrix) } : {}),
  }
}

async function peopleOf(scope: Scope, asking: Asking, rule: Rule, field: string): Promise<Uint32Array> {
  const node = await resolveRule({ ctx: scope.ctx, moment: asking.moment, personOf: scope.personOf, within: [] }, rule, field)
  const members = await membersOf(asking, node)
  const { among } = scope.scan({})
  if (!among) return members
  const seen = bitsOf(among)
  return members.map((word, i) => word & (seen[i] ?? 0))
}

function choose(all: Dimension[], asked: readonly string[] | undefined): Dimension[] {
  const known = new Set(all.map(({ key }) => key))
  const unknown = asked?.findIndex((key) => !known.has(key)) ?? -1
  if (asked && unknown >= 0)
    throw appError('portrait.dimension_unknown', {
      message: `There is no dimension ${asked[unknown]?.slice(0, 40)}.`,
      field: `dimensions.${unknown}`,
    })
  return asked ? all.filter(({ key }) => asked.includes(key)) : all
}

/** Scales keep their order; everything else shows what most have first, and what nobody knows last. */
async function answer(sets: Sets, { read, ...facts }: Dimension, limit: number): Promise<PortraitDimension> {
  const sizes = { of: sets.of.count, base: sets.base.count, few: sets.few }
  const found = (await read()).filter(({ count, baseCount }) => count + baseCount > 0)
  const sorted = scales.includes(facts.key)
    ? found
    : found.sort((a, b) => Number(a.value === null) - Number(b.value === null) || b.count - a.count || b.baseCount - a.baseCount)
  const shown = scales.includes(facts.key) ? sorted : sorted.slice(0, limit)
  return {
    ...facts,
    values: shown.map(({ value, label, count, baseCount, rule }) => ({
      value,
      label: label ?? null,
      ...figuresOf({ count, baseCount }, sizes),
      rule,
    })),
    more: sorted.length - shown.length,
  }
}

const scales = ['ordersCount', 'amount', 'lastDaysAgo', 'hour']
