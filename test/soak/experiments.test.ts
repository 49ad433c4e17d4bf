import { describe, expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { liveTrials } from './experiments.ts'

const seed = process.env.SEED ?? String(Date.now())
const runs = 1000
/** 5 % and three standard deviations of a thousand runs. */
const allowed = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs)

/** Bought or not, and what was spent; few and many a day; often and seldom; planned for as many as come, for fewer and for more. */
const worlds = [
  { days: 28, perDay: 200, base: 0.2, persons: 2800 },
  { days: 28, perDay: 200, base: 0.05, persons: 2800 },
  { days: 60, perDay: 60, base: 0.02, persons: 1800 },
  { days: 14, perDay: 600, base: 0.01, persons: 4200 },
  { days: 28, perDay: 200, base: 0.2, persons: 500 },
  { days: 28, perDay: 200, base: 0.2, persons: 50_000 },
  { days: 28, perDay: 200, base: 0.2, persons: 2800, spent: true },
  { days: 28, perDay: 200, base: 0.05, persons: 2800, spent: true },
]

describe(`trials looked at every day (seed ${seed})`, () => {
  test.each(worlds)('of a thousand A/A trials, few are ever called different: %j', (world) => {
    const ended = liveTrials(seededRandom(`${seed} ${JSON.stringify(world)}`), runs, { ...world, lift: 0 })
    console.log(JSON.stringify({ ...world, ...ended }))
    expect(ended.called).toBeLessThan(allowed)
    // Whoever looks at the plain p every day errs far more often than one time in twenty.
    expect(ended.peeked).toBeGreaterThan(0.1)
    expect(ended.alarmed).toBeLessThan(0.03)
  })

  test('a trial of the size it was planned for finds what it was planned to find', () => {
    // 0.2 → 0.23: 2,940 on each side give 80 % at one look; looking every day costs a part of that, and going on gives it back.
    const planned = { perDay: 210, base: 0.2, lift: 0.03, persons: 2940 }
    const atPlan = liveTrials(seededRandom(`${seed} plan`), runs, { ...planned, days: 28 })
    const longer = liveTrials(seededRandom(`${seed} longer`), runs, { ...planned, days: 50 })
    console.log(JSON.stringify({ atPlan, longer }))
    expect(atPlan.fixed).toBeGreaterThan(0.74)
    expect(atPlan.called).toBeGreaterThan(0.4)
    expect(longer.called).toBeGreaterThan(0.75)
  })
})
