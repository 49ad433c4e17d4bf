import { expect, test } from 'vitest'
import { journeyStorm } from './support/journey-storm.ts'

test('kill -9 of the workers of a journey, also within the call that makes a message: everybody gets each step once', {
  timeout: 180_000,
}, async () => {
  const kills = ['at random', 'before the call', 'after the call', 'after the commit', 'at random'] as const
  const result = await journeyStorm({ people: 100, employees: 3, kills, seed: process.env.SEED ?? '1', hurry: true })
  expect(result.differences).toEqual([])
  expect(Object.values(result.kills)).toEqual([2, 1, 1, 1])
})
