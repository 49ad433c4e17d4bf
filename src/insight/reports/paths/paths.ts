import { appError } from '#platform/errors.ts'
import type { Place, Step } from './plain.ts'
import type { PathsReport, PathsResult } from './schema.ts'

export type Visit = { node: string; ms: number }

export type PathRules = {
  sessionGapMs: number
  stepLimit: number
  startPoint?: string | undefined
  endPoint?: string | undefined
  collapseRepeats: boolean
}

/** What a path that is too long between its two ends shows in its middle. */
export const gap = '...'

/** One person's visits in order → the paths of the sessions: cut at pauses, repeats folded onto their first, from start to end. */
export function pathsOf(visits: readonly Visit[], rules: PathRules): Visit[][] {
  return sessionsOf(visits, rules.sessionGapMs).flatMap((session) => {
    const path = cut(rules.collapseRepeats ? fold(session) : session, rules)
    return path ? [path] : []
  })
}

function sessionsOf(visits: readonly Visit[], gapMs: number): Visit[][] {
  const sessions: Visit[][] = []
  for (const [i, visit] of visits.entries()) {
    const before = visits[i - 1]
    if (!before || visit.ms - before.ms >= gapMs) sessions.push([visit])
    else sessions.at(-1)?.push(visit)
  }
  return sessions
}

const fold = (session: readonly Visit[]): Visit[] => session.filter(({ node }, i) => session[i - 1]?.node !== node)

/** From the first start point to the first end point after it; a session without them is no path. */
function cut(path: Visit[], { startPoint, endPoint, stepLimit }: PathRules): Visit[] | undefined {
  const start = startPoint === undefined ? 0 : path.findIndex(({ node }) => node === startPoint)
  if (start === -1) return undefined
  const end = endPoint === undefined ? path.length - 1 : path.findIndex(({ node }, i) => i >= start && node === endPoint)
  if (end === -1) return undefined
  const part = path.slice(start, end + 1)
  if (part.length <= stepLimit) return part
  if (endPoint === undefined) return part.slice(0, stepLimit)
  if (startPoint === undefined) return part.slice(-stepLimit)
  const side = Math.floor(stepLimit / 2)
  const middle = part[part.length - side - 1]
  return [...part.slice(0, side), { node: gap, ms: middle?.ms ?? 0 }, ...part.slice(-side)]
}

export function placeOf(asked: NonNullable<PathsReport['persons']>): Place {
  const read = (text: string) => ({ step: Number.parseInt(text, 10), node: text.slice(text.indexOf('_') + 1) })
  if ('source' in asked) {
    const [source, target] = [read(asked.source), read(asked.target)]
    if (target.step !== source.step + 1)
      throw appError('report.invalid', { message: 'A way leads from a step to the next one.', field: 'persons.target' })
    return { ...source, next: { node: target.node } }
  }
  return { ...read(asked.node), next: ({ reached: 'any', wentOn: 'some', droppedOff: 'none' } as const)[asked.of] }
}

export function isOn(path: readonly Visit[], { step, node, next }: Place): boolean {
  if (path[step - 1]?.node !== node) return false
  const after = path[step]?.node
  if (typeof next === 'object') return after === next.node
  return next === 'any' || (next === 'some') === (after !== undefined)
}

type Edge = { source: string; target: string; value: number; ms: number }

/** Adds paths up to edges and nodes named by their step: `2_/pricing`. */
export function createPathTally() {
  const edges = new Map<string, Edge>()
  const nodes = new Map<string, { node: string; reached: number; wentOn: number }>()
  const addStep = ({ step, node, next, times, ms }: Step): void => {
    const name = `${step}_${node}`
    const seen = nodes.get(name) ?? { node: name, reached: 0, wentOn: 0 }
    nodes.set(name, { node: name, reached: seen.reached + times, wentOn: seen.wentOn + (next === undefined ? 0 : times) })
    if (next === undefined) return
    const target = `${step + 1}_${next}`
    const key = JSON.stringify([name, target])
    const edge = edges.get(key) ?? { source: name, target, value: 0, ms: 0 }
    edges.set(key, { ...edge, value: edge.value + times, ms: edge.ms + ms })
  }
  return {
    addStep,
    add(path: readonly Visit[]): void {
      for (const [i, { node, ms }] of path.entries()) {
        const next = path[i + 1]
        addStep({ step: i + 1, node, next: next?.node, times: 1, ms: next ? next.ms - ms : 0 })
      }
    },
    result(edgeLimit: number): PathsResult {
      const all = [...edges.values()].sort((a, b) => b.value - a.value || compare(a.source, b.source) || compare(a.target, b.target))
      const kept = connected(all.slice(0, edgeLimit))
      const shown = new Set(kept.flatMap(({ source, target }) => [source, target]))
      const linked = new Set(all.flatMap(({ source, target }) => [source, target]))
      return {
        edges: kept.map(({ source, target, value, ms }) => ({ source, target, value, averageSeconds: ms / value / 1000 })),
        // Whoever stands on dropped edges only is dropped with them; a session of one step never had an edge.
        nodes: [...nodes.values()]
          .filter(({ node }) => shown.has(node) || !linked.has(node))
          .sort((a, b) => Number.parseInt(a.node, 10) - Number.parseInt(b.node, 10) || b.reached - a.reached || compare(a.node, b.node))
          .map(({ node, reached, wentOn }) => ({ node, reached, wentOn, droppedOff: reached - wentOn })),
      }
    },
  }
}

/** Edges that can be walked from a first step; the limit may have taken away what led to the others. */
function connected(edges: readonly Edge[]): Edge[] {
  const reachable = new Set(edges.filter(({ source }) => source.startsWith('1_')).map(({ source }) => source))
  const byStep = [...edges].sort((a, b) => Number.parseInt(a.source, 10) - Number.parseInt(b.source, 10))
  for (const { source, target } of byStep) if (reachable.has(source)) reachable.add(target)
  return edges.filter(({ source }) => reachable.has(source))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
