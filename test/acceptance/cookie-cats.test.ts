import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ExperimentResult } from '#insight/reports/experiment/schema.ts'
import { loadWorld, type TestEvent } from '#insight/reports/testing.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

const file = join(import.meta.dirname, '../../../shared/data/cookie-cats/cookie_cats.csv.gz')

/** Everybody installs on one day and comes back a day or a week later, or does not. */
function readPlayers(): TestEvent[] {
  const [, ...rows] = gunzipSync(readFileSync(file)).toString().trim().split('\n')
  return rows.flatMap((row) => {
    const [, person = '', variant, , first, seventh] = row.trim().split(',')
    const came = (day: number, event: string, properties = {}) => ({ person, event, timestamp: `2026-01-0${day}T04:00:00Z`, properties })
    return [
      came(1, 'game.installed', { variant }),
      ...(first === 'True' ? [came(2, 'game.opened', { day: 1 })] : []),
      ...(seventh === 'True' ? [came(8, 'game.opened', { day: 7 })] : []),
    ]
  })
}

describe.skipIf(!existsSync(file))('a game that moved its gate', () => {
  let workspace: TestWorkspace
  let result: ExperimentResult

  beforeAll(async () => {
    workspace = await openTestWorkspace()
    const world = await loadWorld(await workspace.newTenant(), { events: readPlayers() })
    result = await world.run<ExperimentResult>({
      type: 'experiment',
      exposure: { event: 'game.installed', variant: 'variant' },
      control: 'gate_40',
      windowDays: 14,
      metrics: [
        { name: 'day 1', event: 'game.opened', where: { day: 1 } },
        { name: 'day 7', event: 'game.opened', where: { day: 7 } },
      ],
    })
  })

  const digits = (value: number | null | undefined, places: number) => value?.toFixed(places)

  test('counts the players and warns of their ratio', () => {
    expect(result.variants).toEqual([
      { name: 'gate_40', persons: 45_489, open: 0 },
      { name: 'gate_30', persons: 44_700, open: 0 },
    ])
    expect(digits(result.srm.p, 4)).toBe('0.0086')
    expect(result.srm.ok).toBe(false)
  })

  test('meets the known retention, test and interval', () => {
    const [first, seventh] = result.metrics
    expect([digits(first?.treatment, 6), digits(first?.control, 6), digits(first?.p, 5)]).toEqual(['0.448188', '0.442283', '0.07441'])
    expect([digits(seventh?.treatment, 6), digits(seventh?.control, 6)]).toEqual(['0.190201', '0.182000'])
    expect([digits(seventh?.z, 5), digits(seventh?.p, 6)]).toEqual(['3.16436', '0.001554'])
    expect([digits(seventh?.low, 6), digits(seventh?.high, 6)]).toEqual(['0.003121', '0.013282'])
  })
})
