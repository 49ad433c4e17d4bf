import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld } from '../testing.ts'
import { createPathTally, pathsOf } from './paths.ts'
import type { PathsResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const days = { dateFrom: '2026-03-02', dateTo: '2026-03-02' }

/** `p: /a 0, /b 5` → page views of p at minutes after nine. */
const views = (...lines: string[]) =>
  lines.flatMap((line) => {
    const [person = '', visits = ''] = line.split(': ')
    return visits.split(', ').map((visit) => {
      const [path = '', minute] = visit.split(' ')
      return {
        person,
        event: 'page.viewed',
        timestamp: new Date(Date.parse('2026-03-02T09:00:00+08:00') + Number(minute) * 60_000).toISOString(),
        properties: { path, kind: path.length > 2 ? 'long' : 'short' },
      }
    })
  })
const run = async (lines: string[], report: object = {}): Promise<PathsResult> =>
  (await loadWorld(await workspace.newTenant(), { events: views(...lines) })).run<PathsResult>({
    type: 'paths',
    ...days,
    node: 'page',
    ...report,
  })
const edges = async (lines: string[], report: object = {}) =>
  (await run(lines, report)).edges.map(({ source, target, value }) => `${source} → ${target} ${value}`)

describe('paths', () => {
  test('edges by weight, nodes with who went on and who dropped off', async () => {
    expect(await run(['a: /a 0, /b 1, /c 4', 'b: /a 0, /b 3', 'c: /b 0'])).toEqual({
      edges: [
        { source: '1_/a', target: '2_/b', value: 2, averageSeconds: 120 },
        { source: '2_/b', target: '3_/c', value: 1, averageSeconds: 180 },
      ],
      nodes: [
        { node: '1_/a', reached: 2, wentOn: 2, droppedOff: 0 },
        { node: '1_/b', reached: 1, wentOn: 0, droppedOff: 1 },
        { node: '2_/b', reached: 2, wentOn: 1, droppedOff: 1 },
        { node: '3_/c', reached: 1, wentOn: 0, droppedOff: 1 },
      ],
    })
  })

  test('half an hour without an event ends a session', async () => {
    expect(await edges(['a: /a 0, /b 29, /c 59'])).toEqual(['1_/a → 2_/b 1'])
    expect(await edges(['a: /a 0, /b 29, /c 59'], { sessionGapMinutes: 31 })).toEqual(['1_/a → 2_/b 1', '2_/b → 3_/c 1'])
  })

  test('repeats fold, slashes drop, unless told otherwise', async () => {
    expect(await edges(['a: /a/ 0, /a 1, / 2'])).toEqual(['1_/a → 2_/ 1'])
    expect(await edges(['a: /a/ 0, /a 1, / 2'], { collapseRepeats: false })).toEqual(['1_/a → 2_/a 1', '2_/a → 3_/ 1'])
    expect(await edges(['a: /a/ 0, /a 1'], { dropTrailingSlash: false })).toEqual(['1_/a/ → 2_/a 1'])
  })

  test('cleaning and groups rename pages', async () => {
    const lines = ['a: /item/1 0, /item/2 1, /shop/x 2, /shop/y 3']
    expect(await edges(lines, { cleaning: [{ pattern: '/\\d+', alias: '/:id' }] })).toEqual([
      '1_/item/:id → 2_/shop/x 1',
      '2_/shop/x → 3_/shop/y 1',
    ])
    expect(await edges(lines, { groups: ['/item/*', '/s*'] })).toEqual(['1_/item/* → 2_/s* 1'])
    await expect(run(lines, { cleaning: [{ pattern: '(', alias: '' }] })).rejects.toMatchObject({
      code: 'report.invalid',
      field: 'cleaning.0.pattern',
    })
  })

  test('starts, ends, and skips the middle of what is too long', async () => {
    const lines = ['a: /a 0, /b 1, /c 2, /d 3, /e 4, /f 5', 'b: /x 0, /b 1']
    expect(await edges(lines, { startPoint: '/b' })).toEqual(['1_/b → 2_/c 1', '2_/c → 3_/d 1', '3_/d → 4_/e 1', '4_/e → 5_/f 1'])
    expect(await edges(lines, { endPoint: '/d', stepLimit: 2 })).toEqual(['1_/c → 2_/d 1'])
    expect(await edges(lines, { startPoint: '/a', endPoint: '/f' })).toEqual([
      '1_/a → 2_/b 1',
      '2_/b → 3_... 1',
      '3_... → 4_/e 1',
      '4_/e → 5_/f 1',
    ])
    expect(await edges(lines, { startPoint: '/nowhere' })).toEqual([])
  })

  test('the strongest edges stay, what they leave dangling goes', async () => {
    const lines = ['a: /a 0, /b 1', 'b: /a 0, /b 1', 'c: /a 0, /x 1, /y 2', 'd: /b 0, /x 1, /y 2']
    expect(await edges(lines, { edgeLimit: 2 })).toEqual(['1_/a → 2_/b 2'])
    expect((await run(lines, { edgeLimit: 2 })).nodes.map(({ node }) => node)).toEqual(['1_/a', '2_/b'])
    expect(await edges(lines, { edgeLimit: 3 })).toEqual(['1_/a → 2_/b 2', '2_/x → 3_/y 2', '1_/a → 2_/x 1'])
  })

  test('nodes are events or any property, some left out', async () => {
    expect(await edges(['a: /a 0, /bbb 1'], { node: { property: 'kind' } })).toEqual(['1_short → 2_long 1'])
    expect((await run(['a: /a 0'], { node: 'event' })).nodes).toEqual([{ node: '1_page.viewed', reached: 1, wentOn: 0, droppedOff: 1 }])
    expect(await edges(['a: /a 0, /b 1, /c 2'], { excludeEvents: ['/b'] })).toEqual(['1_/a → 2_/c 1'])
    expect(await edges(['a: /a 0, /b 1'], { includeEvents: ['order.paid'] })).toEqual([])
  })

  test.each([
    [{ node: 'mood' }, 'node'],
    [{ stepLimit: 1 }, 'stepLimit'],
    [{ edgeLimit: 0 }, 'edgeLimit'],
    [{ sessionGapMinutes: 0 }, 'sessionGapMinutes'],
    [{ includeEvents: 'x' }, 'includeEvents'],
    [{ persons: { node: '/a' } }, 'persons.node'],
    [{ persons: { source: '1_/a', target: '3_/b' } }, 'persons.target'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'paths', ...days, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('what enters a node leaves it or drops off, and every edge can be walked from a first step', () => {
  const visits = fc.array(fc.record({ node: fc.constantFrom('a', 'b', 'c'), pause: fc.nat(40) }), { maxLength: 12 })
  fc.assert(
    fc.property(fc.array(visits, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (people, edgeLimit) => {
      const tally = createPathTally()
      for (const list of people) {
        const timed = list.map(({ node }, i) => ({ node, ms: list.slice(0, i + 1).reduce((sum, { pause }) => sum + pause * 60_000, 0) }))
        for (const path of pathsOf(timed, { sessionGapMs: 1_800_000, stepLimit: 4, collapseRepeats: true })) tally.add(path)
      }
      const whole = tally.result(10_000)
      const into = (node: string) => whole.edges.filter(({ target }) => target === node).reduce((sum, { value }) => sum + value, 0)
      const outOf = (node: string) => whole.edges.filter(({ source }) => source === node).reduce((sum, { value }) => sum + value, 0)
      for (const { node, reached, wentOn, droppedOff } of whole.nodes) {
        expect([outOf(node), reached - wentOn]).toEqual([wentOn, droppedOff])
        if (!node.startsWith('1_')) expect(into(node)).toBe(reached)
      }
      const few = tally.result(edgeLimit)
      expect(few.edges.length).toBeLessThanOrEqual(edgeLimit)
      for (const { source } of few.edges) expect(source.startsWith('1_') || few.edges.some(({ target }) => target === source)).toBe(true)
    }),
  )
})
