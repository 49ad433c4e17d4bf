import { gap } from '#console/journeys/drawing.ts'
import { type Definition, type Step, waysOf } from '#operation/journeys/definition.ts'

type Place = { x: number; y: number }

/**
 * Every step below all that lead to it, ways side by side in their order; a way back up counts for nothing. Steps that nobody
 * comes to stand below the rest.
 */
export function arrange(drawing: Definition): Definition {
  const places = placesOf(drawing)
  return { ...drawing, steps: drawing.steps.map((step) => ({ ...step, at: places.get(step.id) ?? { x: 0, y: 0 } })) }
}

/** The drawing with a place for every step: as it was put, or arranged where any has none. */
export const placed = (drawing: Definition): Definition => (drawing.steps.every(({ at }) => at) ? drawing : arrange(drawing))

function placesOf({ steps, start }: Definition): Map<string, Place> {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const [main = [], ...others] = topologically(byId, [start, ...steps.map(({ id }) => id)])
  const places = new Map<string, Place>()
  for (const order of [main, others.flat()]) {
    const rows = rowsOf(byId, order)
    const top = Math.max(-gap.y, ...[...places.values()].map(({ y }) => y)) + gap.y
    for (let row = 0; row <= Math.max(-1, ...rows.values()); row++) {
      const wanted = order.filter((id) => rows.get(id) === row).map((id) => ({ id, x: wantedOf(byId, places, id) }))
      for (const [id, x] of spread(wanted)) places.set(id, { x, y: top + row * gap.y })
    }
  }
  return places
}

/** For each root what is reached from it first: every step before its followers, but for ways that close a circle. */
function topologically(byId: ReadonlyMap<string, Step>, roots: (string | null)[]): string[][] {
  const seen = new Set<string>()
  const reverse: string[] = []
  const visit = (id: string | null) => {
    const step = id === null || seen.has(id) ? undefined : byId.get(id)
    if (!step) return
    seen.add(step.id)
    for (const { to } of waysOf(step).toReversed()) visit(to)
    reverse.push(step.id)
  }
  return roots.map((root) => {
    const from = reverse.length
    visit(root)
    return reverse.slice(from).reverse()
  })
}

function rowsOf(byId: ReadonlyMap<string, Step>, order: readonly string[]): Map<string, number> {
  const rows = new Map(order.map((id) => [id, 0]))
  const place = new Map(order.map((id, i) => [id, i]))
  for (const id of order) {
    const step = byId.get(id)
    for (const { to } of step ? waysOf(step) : []) {
      if (to === null || (place.get(to) ?? -1) <= (place.get(id) ?? 0)) continue
      rows.set(to, Math.max(rows.get(to) ?? 0, (rows.get(id) ?? 0) + 1))
    }
  }
  return rows
}

/** In the middle below those that lead here, each way shifted by its turn. */
function wantedOf(byId: ReadonlyMap<string, Step>, places: ReadonlyMap<string, Place>, id: string): number {
  const from = [...places].flatMap(([parent, { x }]) => {
    const step = byId.get(parent)
    const ways = step ? waysOf(step) : []
    return ways.flatMap(({ to }, i) => (to === id ? [x + (i - (ways.length - 1) / 2) * gap.x] : []))
  })
  return from.length === 0 ? 0 : from.reduce((sum, x) => sum + x, 0) / from.length
}

/** No two closer than a gap, the whole row where it wanted to be on average. */
function spread(wanted: readonly { id: string; x: number }[]): [string, number][] {
  const sorted = wanted.toSorted((one, other) => one.x - other.x)
  const xs: number[] = []
  for (const { x } of sorted) xs.push(Math.max(x, (xs.at(-1) ?? -Infinity) + gap.x))
  const off = sorted.reduce((sum, { x }, i) => sum + (xs[i] ?? 0) - x, 0) / Math.max(1, sorted.length)
  return sorted.map(({ id }, i) => [id, Math.round((xs[i] ?? 0) - off)])
}
