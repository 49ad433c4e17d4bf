import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Change, newSteps, standing, withChange } from './relation.ts'

/** A friendship as it really went: beginnings (half and confirmed, or at once) and ends take turns, often within one second. */
const stories = fc
  .array(
    fc.record({
      wait: fc.nat({ max: 2 }),
      confirmAfter: fc.nat({ max: 1 }),
      withHalf: fc.boolean(),
      by: fc.constantFrom('customer' as const, 'employee' as const),
      ends: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((friendships) => {
    const changes: Change[] = []
    let at = 1_700_000_000
    let live = false
    for (const [i, { wait, confirmAfter, withHalf, by }] of friendships.entries()) {
      at += wait
      if (withHalf) changes.push({ at, what: 'half', key: `h${i}` })
      if (withHalf) at += confirmAfter
      changes.push({ at, what: 'added', key: `a${i}` })
      live = true
      if (i === friendships.length - 1 && !friendships[i]?.ends) break
      at += wait
      changes.push({ at, what: 'ended', by, key: `e${i}` })
      live = false
    }
    return { changes, live }
  })

const told = (changes: readonly Change[]) => standing(changes.reduce<Change[]>((history, change) => withChange(history, change), []))

describe('a friendship', () => {
  test('ends in the same state whatever the order of the callbacks, and however often they come', () => {
    fc.assert(
      fc.property(
        stories.chain(({ changes, live }) =>
          fc.tuple(
            fc.constant(changes),
            fc.constant(live),
            fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 }),
          ),
        ),
        ([changes, live, shuffled]) => {
          expect(told(changes).live).toBe(live)
          expect(told(shuffled)).toEqual(told(changes))
        },
      ),
    )
  })

  test('is told step by step so that nothing is told twice and the last step is the truth', () => {
    fc.assert(
      fc.property(
        stories.chain(({ changes, live }) => fc.tuple(fc.constant(changes), fc.constant(live))),
        ([changes, live]) => {
          let history: Change[] = []
          const steps: string[] = []
          for (const change of changes) {
            const before = standing(history)
            history = withChange(history, change)
            steps.push(...newSteps(before, standing(history)).map(({ what }) => what))
          }
          expect(steps.filter((what) => what === 'start').length - steps.filter((what) => what === 'end').length).toBe(live ? 1 : 0)
          expect(steps.length).toBe(standing(history).steps.length)
        },
      ),
    )
  })

  test('that ended before its beginning was heard of is told as beginning and end', () => {
    const end: Change = { at: 20, what: 'ended', by: 'customer', key: 'e' }
    const history = withChange([], end)
    expect(standing(history)).toEqual({ live: false, half: false, steps: [] })
    const later = standing(withChange(history, { at: 10, what: 'added', key: 'a' }))
    expect(later.steps).toEqual([
      { what: 'start', at: 10, place: 0 },
      { what: 'end', at: 20, place: 0, by: 'customer', since: { at: 10, place: 0 } },
    ])
    expect(later.live).toBe(false)
  })

  test('is not brought back by a callback two days late', () => {
    const history = [
      { at: 100, what: 'added', key: 'a' },
      { at: 200, what: 'ended', by: 'employee', key: 'e' },
    ] as const
    expect(standing(withChange(history, { at: 90, what: 'half', key: 'h' })).live).toBe(false)
  })

  test('waits as half until the member confirms', () => {
    const half = withChange([], { at: 1, what: 'half', key: 'h' })
    expect(standing(half)).toMatchObject({ live: true, half: true })
    expect(standing(withChange(half, { at: 9, what: 'added', key: 'a' }))).toMatchObject({
      live: true,
      half: false,
      steps: [{ what: 'start', at: 1, place: 0 }],
    })
  })
})
