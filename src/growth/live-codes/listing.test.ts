import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, listedOf, standingOf } from './listing.ts'

const candidate = (employee: number, facts: Partial<Candidate> = {}): Candidate => ({
  employee,
  weight: 1,
  cap: null,
  spare: false,
  offDuty: false,
  present: true,
  addedToday: 0,
  ...facts,
})
const slot = (...employees: number[]) => [{ from: '00:00', to: '24:00', employees }]

describe('who stands behind a code', () => {
  test('are those on the rota who are on duty and not full', () => {
    const all = [
      candidate(1),
      candidate(2, { offDuty: true }),
      candidate(3, { cap: 2, addedToday: 2 }),
      candidate(4, { present: false }),
      candidate(5),
      candidate(6, { spare: true }),
    ]
    expect(standingOf(all, undefined)).toEqual({ coverage: 'on_duty', turn: [1, 5] })
    expect(standingOf(all, slot(5))).toEqual({ coverage: 'on_duty', turn: [5] })
    expect(standingOf(all, slot(2, 3))).toEqual({ coverage: 'spare', turn: [6] })
    expect(standingOf(all, [])).toEqual({ coverage: 'spare', turn: [6] })
  })

  test('are never nobody while anybody is left, and it is said that nobody is on duty', () => {
    expect(standingOf([candidate(1, { cap: 1, addedToday: 1 })], undefined)).toEqual({ coverage: 'nobody', turn: [1] })
    expect(standingOf([candidate(1, { offDuty: true })], undefined)).toEqual({ coverage: 'nobody', turn: [1] })
    expect(standingOf([candidate(1, { present: false })], undefined)).toEqual({ coverage: 'nobody', turn: [] })
    const anybody = fc.record({
      employee: fc.integer(),
      weight: fc.integer({ min: 1, max: 9 }),
      cap: fc.option(fc.integer({ min: 1, max: 3 })),
      spare: fc.boolean(),
      offDuty: fc.boolean(),
      present: fc.boolean(),
      addedToday: fc.integer({ min: 0, max: 4 }),
    })
    fc.assert(
      fc.property(fc.uniqueArray(anybody, { selector: ({ employee }) => employee }), (some) => {
        const { turn } = standingOf(some, undefined)
        expect(turn.length > 0).toBe(some.some(({ present }) => present))
        expect(turn.every((employee) => some.find((one) => one.employee === employee)?.present)).toBe(true)
      }),
    )
  })
})

describe('weights', () => {
  test('when equal list everybody and leave the choice to WeCom', () => {
    expect(listedOf([1, 2, 3].map((employee) => ({ employee, weight: 4, turnAdds: employee })))).toEqual([1, 2, 3])
  })

  test('when different keep everybody within one add of their share, whoever WeCom picks of the listed', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(weights, fc.array(fc.nat(), { minLength: 1, maxLength: 300 }), (some, picks) => {
        fc.pre(new Set(some).size > 1)
        const shares = some.map((weight, employee) => ({ employee, weight, turnAdds: 0 }))
        const total = some.reduce((sum, weight) => sum + weight, 0)
        for (const [adds, pick] of picks.entries()) {
          const listed = listedOf(shares)
          expect(listed.length).toBeGreaterThan(0)
          const chosen = shares.find(({ employee }) => employee === listed[pick % listed.length])
          if (chosen) chosen.turnAdds++
          // Nobody gets further ahead than the one add that was theirs by right.
          for (const { weight, turnAdds } of shares) expect(turnAdds).toBeLessThan((weight * (adds + 1)) / total + 1.000001)
        }
      }),
      { numRuns: 100 },
    )
  })
})
