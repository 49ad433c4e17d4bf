import { z } from 'zod'
import { activeSource } from '../stores/source.ts'
import { divide, type Span } from '../stores/span.ts'
import type { Matcher } from './schema.ts'
import type { Scope } from './scope.ts'
import { bindings, type Scan } from './sql.ts'

type Asked = { first: Matcher; span: Span; filtered: readonly Pick<Matcher, 'where'>[] }

/**
 * The scan of a report about people who begin with an event, of nobody but those who did it by name: where anything filtered asks
 * for properties, which are most of what events weigh, and where the stores say that no more than half of the people did it.
 */
export async function ofDoers(scope: Scope, scan: Scan, { first: { event }, span, filtered }: Asked): Promise<Scan> {
  const isHeavy = filtered.some(({ where }) => where !== undefined)
  const { stores } = scope
  if (!isHeavy || event === '*' || divide(span, stores.zone, stores.dirty).days.length === 0) return scan
  const bind = bindings()
  const source = activeSource(bind, { tenantId: scan.tenantId, stores, span, names: [event, ...(scan.names ?? ['*'])] })
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ some: z.number(), most: z.number() }),
    sql: `select groupBitmapMergeIf(persons, what = ${bind.text(event)}) as some, groupBitmapMerge(persons) as most from ${source}`,
  })
  return found && found.some * 2 <= found.most ? { ...scan, doers: { stores, event, span } } : scan
}
