import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { type House, openHouse } from './support/wecom-world-house.ts'
import { liveWithLosses } from './support/wecom-world-losses.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

test('F26: of 600 acts a tenth of the callbacks is lost; the night repairs what is different to nothing, writes down each and says how many', {
  timeout: 300_000,
}, async () => {
  const ctx = await house.newTenant('losses')
  const corp = await house.newCorp(ctx, { name: 'losses', seed: 'losses', employees: 8, customers: 40, groups: 5 })
  await house.settle(ctx)
  const seed = process.env.SEED ?? '1'
  const { lost, before, after, repairs, audited, secondNight } = await liveWithLosses(house, ctx, corp, {
    acts: 600,
    share: 0.1,
    random: seededRandom(seed),
  })
  expect(lost).toBeGreaterThan(30)
  expect(before.length).toBeGreaterThan(15)
  expect(after).toEqual([])
  // Each difference that was there stands in the list of repairs, and nothing that was not.
  expect(named(repairs)).toEqual(differing(before))
  expect(audited.map(({ repaired }) => repaired)).toEqual([repairs.length])
  expect(secondNight).toBe(0)
})

/** Friendships and groups by name: one difference may need words about several facts, and one repair may mend them. */
const differing = (lines: readonly string[]): string[] =>
  [...new Set(lines.flatMap((line) => /^(?:friendship \S+ \S+|group \S+)/.exec(line)?.[0] ?? []))].sort()

const named = (repairs: readonly { kind: string; externalUserid: string | null; userId: string | null; details: unknown }[]): string[] =>
  [
    ...new Set(
      repairs.flatMap(({ kind, externalUserid, userId, details }) => {
        if (kind.startsWith('group_')) return [`group ${(details as { chatId: string }).chatId}`]
        return externalUserid ? [`friendship ${externalUserid} ${userId}`] : []
      }),
    ),
  ].sort()
