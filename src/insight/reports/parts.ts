import { z } from 'zod'
import type { Scope } from './scope.ts'
import { bindings, type Scan, scanEvents } from './sql.ts'

const eventsInPart = 500_000

/** Into how many parts people are divided so that one holds about half a million events: memory must not decide the answer. */
export async function countParts(scope: Scope, scan: Scan): Promise<number> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ events: z.number() }),
    sql: `select count() as events from ${scanEvents(bind, { ...scan, where: undefined, persons: false })}`,
  })
  return Math.max(1, Math.ceil((found?.events ?? 0) / eventsInPart))
}
