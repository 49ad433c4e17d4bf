import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { type Act, actsOf, medianOf } from '../pages/oracle.ts'
import { visitWorlds } from '../pages/worlds.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { HeatmapResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const days = { dateFrom: '2026-03-01', dateTo: '2026-03-05' }
const at = (minute: number) => new Date(Date.parse('2026-03-02T09:00:00+08:00') + minute * 60_000).toISOString()
const on = (person: string, minute: number, event: string, properties: object = {}): TestEvent => ({
  person,
  event: `page.${event}`,
  timestamp: at(minute),
  properties: { path: '/shop', ...properties },
})

const run = async (events: TestEvent[], report: object = {}): Promise<HeatmapResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<HeatmapResult>({ type: 'heatmap', ...days, page: '/shop', ...report })

const shop = [
  on('a', 0, 'viewed', { source: 'wechat', deviceKind: 'phone', site: 'https://shop.example', pageHeight: 2000, viewportHeight: 800 }),
  on('a', 1, 'clicked', { x: 0.5, y: 100, selector: '#code', text: '加老师微信' }),
  on('a', 2, 'clicked', { x: 1, y: 119, selector: '#code', text: '加老师微信' }),
  on('a', 3, 'left', { seconds: 20, depth: 0.5, view: 'v' }),
  on('b', 0, 'viewed', { source: 'douyin', deviceKind: 'desktop', pageHeight: 1000, viewportHeight: 900 }),
  on('b', 1, 'scrolled', { depth: 1, view: 'w' }),
  on('b', 2, 'clicked', { x: 7, y: -3, selector: 'a.more', text: '更多' }),
]

describe('heat maps', () => {
  test('clicks fall into cells, the right edge into the last column, and what says no place into none', async () => {
    const result = await run(shop, { columns: 10, rowPixels: 20 })
    expect(result).toMatchObject({ views: 2, visitors: 2, clicks: 3, clickers: 2, placed: 2, pageHeight: 1500, foldHeight: 850 })
    expect(result.address).toBe('https://shop.example/shop')
    expect(result.cells).toEqual([
      { column: 5, row: 5, clicks: 1, clickers: 1 },
      { column: 9, row: 5, clicks: 1, clickers: 1 },
    ])
    expect(result.elements[0]).toMatchObject({ selector: '#code', text: '加老师微信', clicks: 2, clickers: 1, share: 2 / 3, x: 0.75 })
  })

  test('a page that a group names is shown where most of it was seen', async () => {
    const { address, views } = await run(shop, { page: '/s*', groups: ['/s*'] })
    expect([address, views]).toEqual(['https://shop.example/shop', 2])
  })

  test('how far down people came, and who', async () => {
    const { scroll } = await run(shop)
    expect(scroll.views).toBe(2)
    expect(scroll.reached.filter(({ depth }) => [0.5, 0.55, 1].includes(depth)).map(({ views, share }) => [views, share])).toEqual([
      [2, 1],
      [1, 0.5],
      [1, 0.5],
    ])
    expect((await run(shop, { persons: { depth: 0.6 } })).persons).toEqual(['b'])
    expect((await run(shop, { persons: { selector: '#code' } })).persons).toEqual(['a'])
    expect((await run(shop, { columns: 10, rowPixels: 20, persons: { column: 9, row: 5 } })).persons).toEqual(['a'])
  })

  test('a device or a source alone leaves the others to choose from', async () => {
    const { views, clicks, devices, sources } = await run(shop, { device: 'phone' })
    expect([views, clicks]).toEqual([1, 2])
    expect(devices.map(({ value }) => value)).toEqual(['desktop', 'phone'])
    expect(sources).toEqual([{ value: 'wechat', views: 1, visitors: 1, clicks: 2 }])
  })

  test.each([
    [{ page: undefined }, 'page'],
    [{ columns: 0 }, 'columns'],
    [{ rowPixels: 0 }, 'rowPixels'],
    [{ columns: 5, persons: { column: 5, row: 0 } }, 'persons.column'],
    [{ persons: { depth: 2 } }, 'persons.depth'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'heatmap', page: '/', ...days, ...wrong })).rejects.toMatchObject({
      field,
    })
  })
})

test('cells, elements and depths are those of reading event by event', { timeout: 240_000 }, async () => {
  const options = fc.record({
    device: fc.constantFrom(undefined, 'phone'),
    source: fc.constantFrom(undefined, 'wechat'),
    columns: fc.constantFrom(1, 7, 40),
    rowPixels: fc.constantFrom(24, 500),
  })
  await fc.assert(
    fc.asyncProperty(visitWorlds, options, async (events, { device, source, ...sheet }) => {
      const result = await run(events, { page: '/a', ...sheet, ...(device ? { device } : {}), ...(source ? { source } : {}) })
      const acts = actsOf(events, 30).filter(
        (act) => act.page === '/a' && (!device || act.device === device) && (!source || act.source === source),
      )
      expect(result).toMatchObject(countSlowly(acts))
      expect(result.cells).toEqual(cellsSlowly(acts, sheet))
      for (const { depth, views } of result.scroll.reached) expect(views).toBe(depthsOf(acts).filter((deepest) => deepest >= depth).length)
      for (const { selector, clicks } of result.elements)
        expect(clicks).toBe(acts.filter(({ kind, properties }) => kind === 'click' && properties.selector === selector).length)
    }),
    { numRuns: runs(10) },
  )
})

const countSlowly = (acts: readonly Act[]) => ({
  views: acts.filter(({ kind }) => kind === 'view').length,
  visitors: new Set(acts.filter(({ kind }) => kind === 'view').map(({ visitor }) => visitor)).size,
  clicks: acts.filter(({ kind }) => kind === 'click').length,
  clickers: new Set(acts.filter(({ kind }) => kind === 'click').map(({ visitor }) => visitor)).size,
  pageHeight: medianOf(acts.flatMap(({ properties }) => (properties.pageHeight ? [Number(properties.pageHeight)] : []))),
  scroll: { views: depthsOf(acts).length },
})

function cellsSlowly(acts: readonly Act[], { columns, rowPixels }: { columns: number; rowPixels: number }): HeatmapResult['cells'] {
  const clicks = acts.filter(({ kind }) => kind === 'click')
  const cells = Map.groupBy(clicks, ({ properties: { x, y } }) => {
    const column = Math.min(Math.floor(Number(x) * columns), columns - 1)
    return Math.floor(Number(y) / rowPixels) * columns + column
  })
  return [...cells]
    .toSorted(([one], [other]) => one - other)
    .map(([cell, own]) => ({
      column: cell % columns,
      row: Math.floor(cell / columns),
      clicks: own.length,
      clickers: new Set(own.map(({ visitor }) => visitor)).size,
    }))
}

function depthsOf(acts: readonly Act[]): number[] {
  const told = acts.filter(({ kind }) => kind === 'left' || kind === 'scroll')
  const views = Map.groupBy(told, (act) => (act.view === '' ? act : `${act.visitor} ${act.view}`))
  return [...views.values()].map((own) => Math.max(...own.map(({ properties }) => Number(properties.depth))))
}
