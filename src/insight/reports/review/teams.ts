import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { bindings, scanEvents } from '../sql.ts'
import type { ReviewReport, ReviewRow } from './schema.ts'

type Team = NonNullable<ReviewRow['team']>

/** Who brought which distributor in, as it was told last until the end of the dates. Two levels at most: nobody earns from a third. */
export async function readTeams(
  scope: Scope,
  report: ReviewReport,
): Promise<{ teamOf: (key: string, active: ReadonlySet<string>) => Team } | undefined> {
  if (report.of !== 'distribution') return undefined
  const bind = bindings()
  const { tenantId, among } = scope.scan(report)
  const { to } = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ key: z.string(), parent: z.string() }),
    sql: `select properties['distributor'] as key, argMax(properties['parent'], ms) as parent
      from ${scanEvents(bind, { tenantId, among, names: ['distributor.joined'], to })} where key != '' group by key`,
  })
  const brought = Map.groupBy(
    rows.filter(({ key, parent }) => parent !== '' && parent !== key),
    ({ parent }) => parent,
  )
  const broughtBy = (key: string): string[] => (brought.get(key) ?? []).map((row) => row.key)
  return {
    teamOf(key, active) {
      const direct = broughtBy(key)
      const indirect = direct.flatMap(broughtBy).filter((one) => one !== key)
      return { direct: direct.length, indirect: indirect.length, active: [...direct, ...indirect].filter((one) => active.has(one)).length }
    },
  }
}
