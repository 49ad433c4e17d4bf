import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld } from '../testing.ts'
import { createPathTally, pathsOf } from './paths.ts'
import type { PathsResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const nine = Date.parse('2026-03-02T09:00:00+08:00')
const names = ['/a', '/b', '/c', '/d']

/** Few pages and few minutes, so that repeats, ties and pauses of exactly the gap are everywhere. */
const person = fc.array(fc.record({ node: fc.constantFrom(...names), minute: fc.integer({ min: 0, max: 120 }).map((two) => two * 2) }), {
  maxLength: 16,
})

const options = fc.record(
  {
    sessionGapMinutes: fc.constantFrom(2, 10, 30),
    stepLimit: fc.integer({ min: 2, max: 6 }),
    edgeLimit: fc.constantFrom(2, 5, 1000),
    collapseRepeats: fc.boolean(),
    startPoint: fc.constantFrom('/a', '/b', '/nowhere'),
    endPoint: fc.constantFrom('/c', '/d'),
    excludeEvents: fc.constantFrom<string[]>(['/d'], ['/a', '/c']),
  },
  { requiredKeys: ['stepLimit', 'edgeLimit'] },
)

const leads = (path: string[], { source, target }: { source: string; target: string }) =>
  path.some((node, i) => node === source && path[i + 1] === target)

test('paths walked in ClickHouse are those of walking each person’s visits', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(person, { minLength: 12, maxLength: 12 }), options, async (people, report) => {
      const events = people.flatMap((visits, i) =>
        visits.map(({ node, minute }) => ({
          person: `p${i}`,
          event: 'page.viewed',
          timestamp: new Date(nine + minute * 60_000).toISOString(),
          properties: { path: node },
        })),
      )
      const { run } = await loadWorld(await workspace.newTenant(), { events })
      const { excludeEvents = [], sessionGapMinutes = 30, collapseRepeats = true, edgeLimit, ...rules } = report
      const tally = createPathTally()
      const walked: { person: string; path: string[] }[] = []
      const walkers = (does: (path: string[]) => boolean) =>
        [...new Set(walked.filter(({ path }) => does(path)).map(({ person }) => person))].sort()
      for (const [i, visits] of people.entries()) {
        const sorted = visits
          .filter(({ node }) => !excludeEvents.includes(node))
          .map(({ node, minute }) => ({ node, ms: minute * 60_000 }))
          .sort((a, b) => a.ms - b.ms || (a.node < b.node ? -1 : 1))
        for (const path of pathsOf(sorted, { ...rules, collapseRepeats, sessionGapMs: sessionGapMinutes * 60_000 })) {
          tally.add(path)
          walked.push({ person: `p${i}`, path: path.map(({ node }, step) => `${step + 1}_${node}`) })
        }
      }
      const document = { type: 'paths', node: 'page', dateFrom: '2026-03-02', dateTo: '2026-03-02', ...report }
      const found = await run<PathsResult>(document)
      expect(found).toEqual(tally.result(edgeLimit))
      const behind = async (persons: object) => (await run<PathsResult>({ ...document, persons })).persons?.toSorted() ?? []
      const [edge] = found.edges
      const node = found.nodes.at(-1)?.node
      if (edge) expect(await behind({ source: edge.source, target: edge.target })).toEqual(walkers((path) => leads(path, edge)))
      if (node) {
        expect(await behind({ node })).toEqual(walkers((path) => path.includes(node)))
        expect(await behind({ node, of: 'droppedOff' })).toEqual(walkers((path) => path.at(-1) === node))
        expect(await behind({ node, of: 'wentOn' })).toEqual(walkers((path) => path.includes(node) && path.at(-1) !== node))
      }
    }),
    { numRuns: runs(30) },
  )
})

test('more pages than a list holds are walked all the same', async () => {
  const events = Array.from({ length: 4500 }, (_, i) => ({
    person: `p${Math.floor(i / 3)}`,
    event: 'page.viewed',
    timestamp: new Date(nine + i * 1000).toISOString(),
    properties: { path: i % 3 === 0 ? '/start' : `/page/${i}` },
  }))
  const { run } = await loadWorld(await workspace.newTenant(), { events })
  const { edges, nodes } = await run<PathsResult>({
    type: 'paths',
    node: 'page',
    dateFrom: '2026-03-02',
    dateTo: '2026-03-02',
    edgeLimit: 10_000,
  })
  expect(nodes[0]).toEqual({ node: '1_/start', reached: 1500, wentOn: 1500, droppedOff: 0 })
  expect(edges).toHaveLength(3000)
})
