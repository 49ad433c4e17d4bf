import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AttributionResult, attributionModels } from '#insight/reports/attribution/schema.ts'
import { loadWorld, type TestEvent } from '#insight/reports/testing.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'

const file = new URL('../../../shared/data/channel-paths/PathData.csv.gz', import.meta.url).pathname

type Row = { touches: string[]; conversions: number; value: string; nulls: number }

const readRows = (): Row[] =>
  gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [path = '', conversions, value = '0', nulls] = line.split(',')
      return { touches: path.split(' > '), conversions: Number(conversions), value, nulls: Number(nulls) }
    })

/** The file counts equal paths; here everybody walks theirs: a touch a minute, and the first of a path brings its whole value. */
function* peopleOf(rows: readonly Row[]): Generator<TestEvent> {
  const start = Date.parse('2026-03-02T00:00:00Z')
  let person = 0
  for (const { touches, conversions, value, nulls } of rows)
    for (let i = 0; i < conversions + nulls; i++) {
      const name = `p${person++}`
      const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString()
      for (const [step, source] of touches.entries()) yield { person: name, event: 'visit', timestamp: at(step), properties: { source } }
      if (i < conversions) yield { person: name, event: 'buy', timestamp: at(touches.length), properties: { value: i === 0 ? value : '0' } }
    }
}

describe.skipIf(!existsSync(file))('attribution of 88,387 journeys over twelve channels', () => {
  let result: AttributionResult

  beforeAll(async () => {
    const workspace = await openTestWorkspace()
    const world = await loadWorld(await workspace.newTenant(), { events: [...peopleOf(readRows())] })
    result = await world.run<AttributionResult>({
      type: 'attribution',
      dateFrom: '2026-03-01',
      dateTo: '2026-03-31',
      timezone: 'UTC',
      conversion: { event: 'buy', value: 'value' },
      touchpoint: { event: 'visit', property: 'source' },
    })
  }, 120_000)

  const creditOf = (model: (typeof attributionModels)[number], touchpoint: string) =>
    result.rows.find((row) => row.touchpoint === touchpoint)?.[model] ?? 0

  test('counts conversions, their value and journeys without one', () => {
    expect(result).toMatchObject({ conversions: 19_785, withoutConversion: 68_602, open: 0, cut: 0 })
    expect(result.value).toBeCloseTo(74_802.972, 3)
  })

  test('meets first touch, last touch and linear', () => {
    expect(['alpha', 'iota', 'eta'].map((channel) => creditOf('first', channel))).toEqual([6308, 4606, 3164])
    expect(['alpha', 'eta', 'iota'].map((channel) => creditOf('last', channel))).toEqual([8447, 4167, 3355])
    expect(creditOf('linear', 'alpha')).toBeCloseTo(7574.7186, 4)
    expect(creditOf('linear', 'iota')).toBeCloseTo(3857.0962, 4)
  })

  test('meets the Markov chain of first order', () => {
    expect(result.base).toBeCloseTo(0.223845, 6)
    expect(creditOf('markov', 'alpha')).toBeCloseTo(5344.948, 3)
    expect(creditOf('markov', 'iota')).toBeCloseTo(3884.615, 3)
    expect(creditOf('markov', 'eta')).toBeCloseTo(3340.847, 3)
    expect(creditOf('markov', 'beta')).toBeCloseTo(2527.352, 3)
  })

  test('every model gives away every conversion', () => {
    for (const model of attributionModels)
      expect(result.rows.reduce((sum, row) => sum + Math.round((row[model] ?? 0) * 1e6), 0)).toBe(19_785_000_000)
  })
})
