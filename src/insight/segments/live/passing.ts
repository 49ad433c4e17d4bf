import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { remember } from '#platform/remember.ts'
import { type Bindings, bindings } from '../../reports/sql.ts'
import type { Listening } from './listening.ts'

/** Between two looks at one rule. */
type Passed = { listening: Pick<Listening, 'names' | 'windows'>; from: Date; to: Date }

/** Events of these names at from < t ≤ to, in milliseconds; `late`: only those that were told before. */
type Edge = { names: string[]; from: number; to: number; late: boolean }

const Row = z.object({ people: z.array(z.array(z.int())) })

/**
 * For each rule, whom the time between two moments may have moved, as their events call them: those with an event that left a window
 * since, and those with one whose time was still to come when it was told. The events are read once for all of them.
 */
export async function movedByTime(ctx: Context, passed: readonly Passed[]): Promise<number[][]> {
  const edges = new Map<string, { edge: Edge; place: number }>()
  const placesOf = passed.map((one) =>
    edgesOf(one).map((edge) => remember(edges, JSON.stringify(edge), () => ({ edge, place: edges.size })).place),
  )
  if (edges.size === 0) return passed.map(() => [])
  const bind = bindings()
  const once = boundOnce(bind)
  const conditions = [...edges.values()].map(({ edge }) => edgeSql(once, edge))
  const [row] = await ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: `select [${conditions.map((condition) => `groupUniqArrayIf(person, ${condition})`).join(', ')}] as people
      from events where tenant = ${bind.integer(ctx.tenantId)} and person != 0 and (${conditions.join(' or ')})`,
  })
  return placesOf.map((places) => places.flatMap((place) => row?.people[place] ?? []))
}

function edgesOf({ listening: { names, windows }, from, to }: Passed): Edge[] {
  if (names.length === 0) return []
  const before = (names: string[], ms: number, late: boolean): Edge => ({ names, from: from.getTime() - ms, to: to.getTime() - ms, late })
  return [...windows.map(({ names, ms }) => before(names, ms, false)), before(names, 0, true)]
}

type Once = Pick<Bindings, 'text' | 'integer'>

/** Rules wait for the same few names and look at the same moments: each is written into the question's address once. */
function boundOnce(bind: Bindings): Once {
  const [texts, integers] = [new Map<string, string>(), new Map<number, string>()]
  return {
    text: (value) => remember(texts, value, () => bind.text(value)),
    integer: (value) => remember(integers, value, () => bind.integer(value)),
  }
}

function edgeSql(bind: Once, { names, from, to, late }: Edge): string {
  const at = (ms: number) => `fromUnixTimestamp64Milli(${bind.integer(ms)}, 'UTC')`
  return [
    ...(names.includes('*') ? [] : [`name in (${names.map(bind.text).join(', ')})`]),
    `at > ${at(from)} and at <= ${at(to)}`,
    ...(late ? ['received_at < at'] : []),
  ].join(' and ')
}
