import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { bindings } from '../../reports/sql.ts'
import type { Listening } from './listening.ts'

const Row = z.object({ person: z.int() })

/**
 * Whom the time between two moments may have moved, as their events call them: those with an event that left a window since, and
 * those with one whose time was still to come when it was told.
 */
export async function movedByTime(ctx: Context, { names, windows }: Listening, { from, to }: { from: Date; to: Date }): Promise<number[]> {
  if (names.length === 0) return []
  const bind = bindings()
  const at = (ms: number) => `fromUnixTimestamp64Milli(${bind.integer(ms)}, 'UTC')`
  const named = (list: readonly string[]) => (list.includes('*') ? '1' : `name in ${bind.texts(list)}`)
  const between = (ms: number) => `at > ${at(from.getTime() - ms)} and at <= ${at(to.getTime() - ms)}`
  const edges = [
    ...windows.map(({ names, ms }) => `(${named(names)} and ${between(ms)})`),
    `(${named(names)} and ${between(0)} and received_at < at)`,
  ]
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: edges
      .map((edge) => `select distinct person from events where tenant = ${bind.integer(ctx.tenantId)} and person != 0 and ${edge}`)
      .join(' union distinct '),
  })
  return rows.map(({ person }) => person)
}
