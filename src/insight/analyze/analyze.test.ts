import { beforeAll, describe, expect, test } from 'vitest'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { analyzeBatch, analyzeEvents } from './analyze.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const throwaway = () => ({
  installation: workspace,
  settle: async () => {
    while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  },
})

async function* linesOf(...values: unknown[]): AsyncGenerator<string> {
  for (const value of values) yield typeof value === 'string' ? value : JSON.stringify(value)
}

const analyze = async (...cases: unknown[]) => {
  const answers: unknown[] = []
  for await (const line of analyzeBatch(throwaway(), linesOf(...cases))) answers.push(JSON.parse(line))
  return answers
}

const view = (person: string, minute: number, event = 'View', properties = {}) => ({
  person,
  event,
  timestamp: `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`,
  properties,
})
const funnel = {
  type: 'funnel',
  dateFrom: '2026-01-02',
  dateTo: '2026-01-02',
  steps: [{ event: 'View' }, { event: 'Buy' }],
  persons: { step: 1 },
}

describe('analyze', () => {
  test('answers case by case in the order of the lines, with the ids of the file', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({
      events: [view(`p${i}`, 1), ...(i % 2 ? [view(`p${i}`, 2, 'Buy')] : [])],
      report: funnel,
    }))
    const answers = (await analyze(...many)) as { steps: { count: number }[]; persons: string[] }[]
    expect(answers.map(({ steps, persons }) => [steps.map(({ count }) => count), persons])).toEqual(
      many.map((_, i) => [[1, i % 2], i % 2 ? [`p${i}`] : []]),
    )
  })

  test('a bad case gives its error line and holds up nobody', async () => {
    const good = { events: [view('a', 1)], report: { ...funnel, persons: undefined } }
    const answers = await analyze(
      good,
      'not json',
      { events: [view('a', 1)], report: { type: 'funnel' } },
      { events: [{ person: 'a', event: 'x', timestamp: '2026-02-30T00:00:00Z' }], report: funnel },
      { events: [{ event: 'x', timestamp: '2026-02-03T00:00:00Z' }], report: funnel },
      { report: funnel },
      { events: [view('a', 1, 'View', { deep: [{ x: '\ud800' }] })], report: funnel },
      { events: [view('a', 1)], persons: { 'a\0': {} }, report: funnel },
      { events: [], report: { ...funnel, among: ['nobody'] } },
      good,
    )
    const fields = answers.map((answer) => (answer as { error?: { code: string; field?: string } }).error)
    expect(fields).toEqual([
      undefined,
      expect.objectContaining({ code: 'json.malformed' }),
      expect.objectContaining({ code: 'report.invalid', field: 'dateFrom' }),
      expect.objectContaining({ code: 'event.bad_time', field: 'events.0.timestamp' }),
      expect.objectContaining({ code: 'event.no_person', field: 'events.0.person' }),
      expect.objectContaining({ code: 'case.invalid', field: 'events' }),
      expect.objectContaining({ code: 'text.lone_surrogate', field: 'events.0.properties.deep.0.x' }),
      expect.objectContaining({ code: 'text.nul', field: 'persons.a\0' }),
      expect.objectContaining({ code: 'person.not_found', field: 'among.0' }),
      undefined,
    ])
  })

  test('the same id counts once, a device counts as its person', async () => {
    const events = [
      { ...view('a', 1), id: 'x' },
      { ...view('a', 1), id: 'x' },
      { device: 'd', event: 'View', timestamp: '2026-01-02T03:00:00Z' },
      { device: 'd', person: 'b', event: 'Buy', timestamp: '2026-01-02T03:04:00Z' },
    ]
    const report = { type: 'trend', dateFrom: '2026-01-02', dateTo: '2026-01-02', series: [{ event: 'View' }] }
    expect(await analyze({ events, report }, { events, report: { ...funnel, persons: { step: 0 }, among: ['a'] } })).toMatchObject([
      { series: [{ values: [2] }] },
      { persons: ['a'] },
    ])
  })

  test('properties of people split and filter', async () => {
    const events = [view('a', 1), view('a', 2, 'Buy'), view('b', 1), view('c', 1)]
    const persons = { a: { plan: 'gold', age: 30 }, b: { plan: 'plain' } }
    const report = { ...funnel, persons: undefined, breakdown: { property: 'plan', scope: 'person' } }
    const filtered = { ...funnel, persons: { step: 0 }, where: { property: 'age', op: 'gte', value: 30, scope: 'person' } }
    const [split, old] = (await analyze({ events, persons, report }, { events, persons, report: filtered })) as [
      { breakdown: { value: string; steps: { count: number }[] }[] },
      unknown,
    ]
    expect(split.breakdown.map(({ value, steps }) => [value, ...steps.map(({ count }) => count)])).toEqual([
      ['gold', 1, 1],
      ['plain', 1, 0],
      [null, 1, 0],
    ])
    expect(old).toMatchObject({ persons: ['a'] })
  })

  test('a file of events is one workspace', async () => {
    const ctx = await workspace.newTenant()
    expect(await analyzeEvents(throwaway(), ctx, funnel, linesOf(view('a', 1), view('a', 2, 'Buy'), ''))).toMatchObject({ persons: ['a'] })
  })

  test.each([
    ['{', 'json.malformed', 'line 3'],
    ['{"person":"a","event":"View","timestamp":"2026-02-30T00:00:00Z"}', 'event.bad_time', 'timestamp'],
    ['{"event":"View","timestamp":"2026-02-03T00:00:00Z"}', 'event.no_person', 'person'],
    ['{"person":"a","timestamp":"2026-02-03T00:00:00Z"}', 'event.no_name', 'event'],
    ['{"person":"a","event":"View"}', 'event.bad_time', 'timestamp'],
    ['{"person":"a","event":"View","timestamp":0,"properties":{"x":"\\ud800"}}', 'text.lone_surrogate', 'properties.x'],
    ['7', 'event.not_an_object', 'line 3'],
  ])('the broken line %s of a file is told by its number and the field', async (broken, code, field) => {
    const ctx = await workspace.newTenant()
    await expect(analyzeEvents(throwaway(), ctx, funnel, linesOf(view('a', 1), '', broken))).rejects.toMatchObject({
      code,
      field,
      message: expect.stringMatching(/^Line 3: /),
    })
  })

  test('more cases than are loaded together keep their order', async () => {
    const many = Array.from({ length: 130 }, (_, i) => ({ events: [view(`p${i}`, 1), view(`p${i}`, 2, 'Buy')], report: funnel }))
    expect(((await analyze(...many)) as { persons: string[] }[]).flatMap(({ persons }) => persons)).toEqual(many.map((_, i) => `p${i}`))
  })
})
