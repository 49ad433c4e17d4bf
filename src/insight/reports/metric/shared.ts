import type { Context } from '#platform/context.ts'
import { type Counted, countPart } from './count.ts'
import type { Metric, Part } from './definition.ts'
import type { Asking } from './rows/facts.ts'
import type { Spans } from './spans.ts'

/** Requests in which several metrics are computed: what two of them are made of is asked once. */
const requests = new WeakMap<Context, Map<string, Promise<Counted>>>()

/** A context under which parts are shared. It is for one answer: what was counted is not asked again. */
export function sharingParts(ctx: Context): Context {
  const sharing: Context = { ...ctx }
  requests.set(sharing, new Map())
  return sharing
}

export function countShared(
  asking: Omit<Asking, 'bind'>,
  spans: Spans,
  metric: Metric,
  part: Part,
  dimension: string | undefined,
): Promise<Counted> {
  const known = requests.get(asking.scope.ctx)
  if (!known) return countPart(asking, spans, metric, part, dimension)
  const { metric: _, persons: __, ...question } = asking.report
  const key = JSON.stringify([part.rows, part.measure, dimension, question])
  const found = known.get(key) ?? countPart(asking, spans, metric, part, dimension)
  known.set(key, found)
  return found
}
