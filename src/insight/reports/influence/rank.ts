import { DirectedGraph, UndirectedGraph } from 'graphology'
import betweennessModule from 'graphology-metrics/centrality/betweenness.js'
import pageRankModule from 'graphology-metrics/centrality/pagerank.js'

/** Both packages are one function each; their types speak of a default export that Node does not see. */
type Centrality = (graph: object, options: object) => Record<string, number>
const betweennessOf = betweennessModule as unknown as Centrality
const pageRankOf = pageRankModule as unknown as Centrality

export type Edge = { source: string; target: string; weight: number }
export type Ranked = { node: string; pageRank: number; score: number; received: number; given: number; betweenness?: number }
type How = { directed: boolean; weighted: boolean; damping: number; betweenness: boolean }

/** Everybody who gave or received a link, the most influential first; the score is the share of the most influential one's rank. */
export function rankPeople(edges: readonly Edge[], { directed, weighted, damping, betweenness }: How): Ranked[] {
  const graph = directed ? new DirectedGraph() : new UndirectedGraph()
  const [received, given] = [new Map<string, number>(), new Map<string, number>()]
  for (const { source, target, weight } of edges) {
    add(given, source, weight)
    add(received, target, weight)
    const link = graph.mergeNode(source) && graph.mergeNode(target) && graph.mergeEdge(source, target)
    graph.updateEdgeAttribute(link[0], 'weight', (known: number | undefined) => (weighted ? (known ?? 0) + weight : 1))
  }
  if (graph.order === 0) return []
  const ranks = pageRankOf(graph, { alpha: damping, tolerance: 1e-13, maxIterations: 5000, getEdgeWeight: 'weight' })
  const between = betweenness ? betweennessOf(graph, { normalized: true, getEdgeWeight: null }) : undefined
  const most = greatest(ranks)
  return Object.entries(ranks)
    .map(([node, pageRank]) => ({
      node,
      pageRank,
      score: (pageRank / most) * 100,
      received: received.get(node) ?? 0,
      given: given.get(node) ?? 0,
      ...(between ? { betweenness: between[node] ?? 0 } : {}),
    }))
    .sort((one, other) => other.pageRank - one.pageRank || (one.node < other.node ? -1 : 1))
}

const add = (sums: Map<string, number>, node: string, weight: number) => sums.set(node, (sums.get(node) ?? 0) + weight)

const greatest = (ranks: Record<string, number>): number => Object.values(ranks).reduce((most, one) => Math.max(most, one), 0)
