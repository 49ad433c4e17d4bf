import { expect, test } from 'vitest'
import { journeyStorm, type Kill } from '../support/journey-storm.ts'

const seed = process.env.SEED ?? '1'
const turn = <One>(list: readonly One[], count: number): One[] => Array.from({ length: count }, (_, i) => list[i % list.length] as One)

test('50 kills of the workers of a journey of 20,000 people: each step once, each message once at WeCom', {
  timeout: 3_600_000,
}, async () => {
  const kinds: Kill[] = ['at random', 'before the call', 'at random', 'after the call', 'after the commit']
  const kills = turn(kinds, Number(process.env.KILLS ?? 50))
  const result = await journeyStorm({ people: Number(process.env.PEOPLE ?? 20_000), employees: 40, kills, seed, hurry: false })
  process.stdout.write(`${JSON.stringify({ ...result, differences: result.differences.slice(0, 20) })}\n`)
  expect(result.differences).toEqual([])
})

test('engines die and fall silent under a journey: each step once, nobody stuck', { timeout: 3_600_000 }, async () => {
  const kills = turn<Kill>(['postgres', 'clickhouse', 'clickhouse is silent', 'at random'], 16)
  const people = Number(process.env.PEOPLE ?? 5_000)
  const result = await journeyStorm({ people, employees: 20, kills, seed, silentMs: 60_000, hurry: false })
  process.stdout.write(`${JSON.stringify({ ...result, differences: result.differences.slice(0, 20) })}\n`)
  expect(result.differences).toEqual([])
})
