import { listOf, textOf } from '#console/reports/document.ts'
import type { Drill } from '#console/reports/result.tsx'
import type { RuleTree } from '#console/segments/tree.ts'

const dayMs = 86_400_000

/**
 * The condition that means a cell of a report, as people come and go. None where the report looks at some people only in a way that
 * a condition cannot say: ranks among a part of the customers are no ranks among all of them.
 */
export function ruleOf({ report, group }: Pick<Drill, 'report' | 'group'>, today: string): RuleTree | undefined {
  const bounds = [report.where, report.among, report.people, report.timezone, report.rules]
  if (bounds.some((bound) => bound !== undefined)) return undefined
  const persons = (report.persons ?? {}) as Record<string, unknown>
  const leaf = leafOf(report, persons, group, today)
  if (!leaf || report.segment === undefined) return leaf
  return report.type === 'layers' || report.type === 'score' ? { and: [{ segment: report.segment }, leaf] } : undefined
}

function leafOf(report: Drill['report'], persons: Record<string, unknown>, group: string | undefined, today: string): RuleTree | undefined {
  const said = (...keys: string[]) => Object.fromEntries(keys.flatMap((key) => (report[key] === undefined ? [] : [[key, report[key]]])))
  switch (report.type) {
    case 'layers':
      return { layer: { ...layerOf(report, persons, today), ...said('currency') } }
    case 'quadrant':
      return { quadrant: { quadrants: [persons.quadrant], ...said('windowDays', 'amount', 'thresholds', 'currency') } }
    case 'rfm':
      return group === undefined ? undefined : { rfm: { groups: [group], ...said('windowDays', 'amount', 'bins', 'currency') } }
    case 'high_value':
      return { high_value: { top: persons.top, ...said('windowDays', 'weights', 'currency') } }
    case 'score':
      return {
        score: { of: report.score, gte: persons.from ?? 0, ...(persons.to === undefined || persons.to === 100 ? {} : { lt: persons.to }) },
      }
    case 'segment':
      return (report.rule as RuleTree | undefined) ?? undefined
    default:
      return undefined
  }
}

function layerOf(
  report: Drill['report'],
  { layer, health, reason, from }: Record<string, unknown>,
  today: string,
): Record<string, unknown> {
  const days = Math.round((Date.parse(textOf(report.asOf, today)) - Date.parse(textOf(report.comparedTo, today))) / dayMs)
  return {
    ...(layer === undefined ? {} : { layers: [layer] }),
    ...(health === undefined ? {} : { health: [health] }),
    ...(reason === undefined ? {} : { reasons: [reason] }),
    ...(from === undefined ? {} : { movedFrom: { layers: listOf(from).length > 0 ? from : [from], days } }),
  }
}
