import { expect, test } from 'vitest'
import { journeyStorm, type Kill } from './support/journey-storm.ts'

test('workers of a journey are killed, also within the call that makes a message, and engines die: everybody gets each step once', {
  timeout: 240_000,
}, async () => {
  const kills: Kill[] = [
    'at random',
    'before the call',
    'postgres',
    'after the call',
    'clickhouse',
    'after the commit',
    'clickhouse is silent',
    'at random',
  ]
  const result = await journeyStorm({ people: 100, employees: 3, kills, seed: process.env.SEED ?? '1', silentMs: 3_000, hurry: true })
  expect(result.differences).toEqual([])
  expect(Object.values(result.kills)).toEqual([2, 1, 1, 1, 1, 1, 1])
})
