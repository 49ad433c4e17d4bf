import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { dayOf } from '#platform/time.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { type Act, actsOf, countSlowly, type NameIn } from './oracle.ts'
import type { PagesResult } from './schema.ts'
import { visitWorlds } from './worlds.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const days = { dateFrom: '2026-03-02', dateTo: '2026-03-04' }

/** `a: /a 0, click 1, left 2 30, /b 3` → what a did at minutes after nine; `left` with its seconds. */
const did = (...lines: string[]): TestEvent[] =>
  lines.flatMap((line) => {
    const [person = '', acts = ''] = line.split(': ')
    let page = ''
    return acts.split(', ').map((act) => {
      const [what = '', minute, seconds] = act.split(' ')
      if (what.startsWith('/')) page = what
      return {
        person,
        event: what.startsWith('/') ? 'page.viewed' : what.includes('.') ? what : what === 'left' ? 'page.left' : 'page.clicked',
        timestamp: new Date(Date.parse('2026-03-02T09:00:00+08:00') + Number(minute) * 60_000).toISOString(),
        properties: { path: page, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) },
      }
    })
  })

const run = async (events: TestEvent[], report: object = {}): Promise<PagesResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<PagesResult>({ type: 'pages', ...days, ...report })

describe('page figures', () => {
  const shop = did('a: /home 0, click 1, /item 2, /cart 3', 'b: /home 0, left 1 60', 'c: /home 0, /home 40, /item 41, click 42')

  test('visitors, views, visits, clicks, bounce, exit and going on, by page', async () => {
    const { total, rows, values } = await run(shop)
    expect(total).toMatchObject({ visitors: 3, views: 7, visits: 4, clicks: 2, clickers: 2, entries: 4, bounces: 2, exits: 4, jumps: 2 })
    expect(values).toBe(3)
    expect(rows.map(({ value, views }) => `${value} ${views}`)).toEqual(['/home 4', '/item 2', '/cart 1'])
    expect(rows[0]).toMatchObject({
      visitors: 3,
      visits: 4,
      clicksPerView: 0.25,
      clickersPerVisitor: 1 / 3,
      bounceRate: 0.5,
      exitRate: 0.5,
      jumpRate: 0.5,
      medianStaySeconds: 60,
    })
    expect(rows[2]).toMatchObject({ entries: 0, bounceRate: null, medianStaySeconds: null })
  })

  test('a target says who went on to it', async () => {
    const { rows } = await run(shop, { target: '/cart' })
    expect(rows.map(({ value, jumps, jumpRate }) => [value, jumps, jumpRate])).toEqual([
      ['/home', 1, 0.25],
      ['/item', 1, 0.5],
      ['/cart', 0, 0],
    ])
  })

  test('an act of any other name on the page is no bounce; one that is on no page is not of the visit', async () => {
    expect((await run(did('a: /home 0, video.played 1'))).total.bounces).toBe(0)
    expect((await run([...did('a: /home 0'), { person: 'a', event: 'order.paid', timestamp: '2026-03-02T01:01:00Z' }])).total.bounces).toBe(
      1,
    )
  })

  test('reading keeps a visit alive and never begins one', async () => {
    expect((await run(did('a: /home 0, left 25 1500, click 50'))).total).toMatchObject({ visits: 1, clicks: 1, bounces: 0 })
    expect((await run(did('a: /home 0, left 50 3000'))).total).toMatchObject({ visits: 1, bounces: 1, medianStaySeconds: 3000 })
  })

  test('people behind each figure', async () => {
    const of = async (persons: object) => (await run(shop, { persons })).persons
    expect(await of({ of: 'clickers', value: '/item' })).toEqual(['c'])
    expect(await of({ of: 'bounced' })).toEqual(['b', 'c'])
    expect(await of({ of: 'jumped', value: '/item' })).toEqual(['a'])
    expect(await of({ of: 'exited', value: '/cart' })).toEqual(['a'])
  })

  test('no visits have no rates, and intervals without any stand there', async () => {
    const { total, rows, trend } = await run([], { interval: 'day' })
    expect([total.visitors, total.bounceRate, rows, trend?.intervals.length, trend?.rows[2]?.views]).toEqual([0, null, [], 3, 0])
  })

  test.each([
    [{ by: 'mood' }, 'by'],
    [{ limit: 0 }, 'limit'],
    [{ sessionGapMinutes: 0 }, 'sessionGapMinutes'],
    [{ persons: { of: 'dogs' } }, 'persons.of'],
    [{ cleaning: [{ pattern: '(', alias: '' }] }, 'cleaning.0.pattern'],
    [{ target: '' }, 'target'],
    [{ pages: ['/'] }, 'pages'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'pages', ...days, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('every figure is the one that reading event by event gives, whatever the rows are', { timeout: 240_000 }, async () => {
  const options = fc.record({
    by: fc.constantFrom('page', 'source', 'device'),
    target: fc.constantFrom(undefined, '/b'),
    sessionGapMinutes: fc.constantFrom(5, 30),
    timezone: fc.constantFrom('Asia/Shanghai', 'America/Los_Angeles'),
  })
  await fc.assert(
    fc.asyncProperty(visitWorlds, options, async (events, { target, ...report }) => {
      const asked = { ...report, ...(target === undefined ? {} : { target }), interval: 'day', limit: 1000 }
      const { total, rows, trend } = await run(events, {
        ...asked,
        persons: { of: 'visitors' },
        dateFrom: '2026-03-01',
        dateTo: '2026-03-05',
      })
      const acts = actsOf(events, report.sessionGapMinutes)
      const nameIn: NameIn = (act) => act[report.by as 'page']
      const dayIn: NameIn = ({ ms }) => dayOf(new Date(ms), report.timezone)
      expect(total).toEqual(countSlowly(acts, () => '', '', target))
      const counted = new Set(acts.filter(isCounted).map(nameIn))
      expect(rows.map(({ value }) => value).toSorted()).toEqual([...counted].toSorted())
      for (const { value, ...figures } of rows) expect(figures).toEqual(countSlowly(acts, nameIn, value, target))
      for (const [i, day] of (trend?.intervals ?? []).entries())
        if (acts.some((act) => isCounted(act) && dayIn(act) === day)) expect(trend?.rows[i]).toEqual(countSlowly(acts, dayIn, day, target))
    }),
    { numRuns: runs(10) },
  )
})

const isCounted = ({ kind }: Act): boolean => kind === 'view' || kind === 'click' || kind === 'left'
