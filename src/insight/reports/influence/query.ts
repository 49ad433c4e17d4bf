import { appError } from '#platform/errors.ts'
import type { Scope } from '../scope.ts'
import { personsNamed } from './names.ts'
import { type Edge, type Ranked, rankPeople } from './rank.ts'
import { type Link, mostMessages, mostPairs, readLinks, readMessages } from './read.ts'
import type { InfluenceReport, InfluenceResult } from './schema.ts'
import { growTrees, type Tree } from './trees.ts'

const mostBetween = 5000

export async function runInfluence(scope: Scope, report: InfluenceReport): Promise<InfluenceResult> {
  const { edges, links, leftOut } = await readEdges(scope, report)
  const people = new Set(edges.flatMap(({ source, target }) => [source, target])).size
  if (report.betweenness && people > mostBetween) throw tooLarge('betweenness', `Betweenness is computed for up to ${mostBetween} people.`)
  const ranked = rankPeople(edges, report)
  return {
    people,
    pairs: edges.length,
    links,
    leftOut,
    rows: ranked.slice(0, report.limit).map((one) => present(scope, one)),
    ...(report.trees ? { trees: await readTrees(scope, report) } : {}),
    ...(report.persons ? { persons: ranked.slice(0, report.persons.top).flatMap(({ node }) => personOf(scope, node) ?? []) } : {}),
  }
}

const tooLarge = (field: string, message: string) => appError('influence.too_large', { message, field })

/** One edge for each pair of people, over all the graphs asked for. */
export async function readEdges(scope: Scope, report: InfluenceReport): Promise<{ edges: Edge[]; links: number; leftOut: number }> {
  const found = (await Promise.all(report.graphs.map((graph) => readLinks(scope, report, graph)))).flat()
  if (found.length > mostPairs) throw tooLarge('dateFrom', `More than ${mostPairs} pairs of people; ask about fewer days or groups.`)
  return edgesOf(scope, report, found)
}

/** Links to oneself say nothing; neither do links to nobody who can be named. */
async function edgesOf(
  scope: Scope,
  report: InfluenceReport,
  found: readonly Link[],
): Promise<{ edges: Edge[]; links: number; leftOut: number }> {
  const persons = await personsNamed(scope, [...new Set(found.flatMap(({ name }) => (name === '' ? [] : [name])))])
  const bounded = scope.scan(report).among
  const seen = bounded && new Set(bounded)
  const pairs = new Map<string, Edge>()
  let [links, leftOut] = [0, 0]
  for (const { source, target, name, weight } of found) {
    const other = target !== 0 ? target : persons.get(name)
    const key = other !== undefined ? (seen && !seen.has(other) ? undefined : `#${other}`) : name === '' || seen ? undefined : `@${name}`
    if (key === undefined || weight <= 0) leftOut += weight
    else if (key !== `#${source}`) {
      links += weight
      const pair = `${source} ${key}`
      pairs.set(pair, { source: `#${source}`, target: key, weight: (pairs.get(pair)?.weight ?? 0) + weight })
    }
  }
  return { edges: [...pairs.values()], links, leftOut }
}

/** Nodes are customers by number (#12), or names that no customer is known by (@somebody). */
const personOf = (scope: Scope, node: string): string | null => (node.startsWith('#') ? scope.nameOf(Number(node.slice(1))) : null)

function present(scope: Scope, { node, ...ranked }: Ranked): InfluenceResult['rows'][number] {
  const person = personOf(scope, node)
  return { person, name: person === null ? node.slice(1) : null, ...ranked }
}

async function readTrees(scope: Scope, report: InfluenceReport): Promise<Tree[]> {
  const messages = await readMessages(scope, report)
  if (messages.length > mostMessages) throw tooLarge('trees', `More than ${mostMessages} messages; ask about fewer days or groups.`)
  return growTrees(messages)
}
