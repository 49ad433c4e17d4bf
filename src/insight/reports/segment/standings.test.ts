import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { rfmGroups } from '../rfm/rfm.ts'
import { runReport } from '../run.ts'
import { event, type Known, writeNouns, writePeople } from './testing.ts'
import { asOf, isCustomer, people } from './worlds.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const day = asOf.slice(0, 10)
const currency = 'CNY'
type Answer = {
  persons?: string[]
  rows?: { person: string; group?: string; score?: number }[]
  count?: number
  explain?: { holds: boolean; value: unknown }
}
const run = async (ctx: Context, report: object): Promise<Answer> => (await runReport(ctx, report)).result as Answer

/** A cell of a report beside the condition that means it. */
const pairs: [rule: object, report: object, group?: string][] = [
  ...['base', 'ordinary', 'member', 'fan'].map((layer): [object, object] => [
    { layer: { layers: [layer] } },
    { type: 'layers', persons: { layer } },
  ]),
  [{ layer: { health: ['at_risk'], reasons: ['silent'] } }, { type: 'layers', persons: { health: 'at_risk', reason: 'silent' } }],
  [
    { layer: { layers: ['member'], movedFrom: { layers: ['new'], days: 20 } } },
    { type: 'layers', comparedTo: '2026-02-18', persons: { layer: 'member', from: 'new' } },
  ],
  ...['both', 'much', 'often', 'neither'].map((quadrant): [object, object] => [
    { quadrant: { quadrants: [quadrant] } },
    { type: 'quadrant', persons: { quadrant } },
  ]),
  [
    { quadrant: { quadrants: ['both'], windowDays: 40, amount: 'gross', thresholds: { frequency: 1, orderValue: 20 } } },
    { type: 'quadrant', windowDays: 40, amount: 'gross', thresholds: { frequency: 1, orderValue: 20 }, persons: { quadrant: 'both' } },
  ],
  ...rfmGroups.map(({ name }): [object, object, string] => [{ rfm: { groups: [name] } }, { type: 'rfm', rows: true }, name]),
  [
    { rfm: { groups: ['一般价值'], windowDays: 30, amount: 'gross', bins: { method: 'quantile', n: 3 } } },
    { type: 'rfm', rows: true, windowDays: 30, amount: 'gross', bins: { method: 'quantile', n: 3 } },
    '一般价值',
  ],
  [{ high_value: { top: 2 } }, { type: 'high_value', persons: { top: 2 } }],
  [{ score: { of: 'loyalty', gte: 20, lt: 60 } }, { type: 'score', score: 'loyalty', persons: { from: 20, to: 60 } }],
]

const withoutCurrency = (report: object): object => ('score' in report ? report : { currency, ...report })

describe('conditions on standings', () => {
  test('hold for exactly the people of the report’s cell, and say so of each of them', async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.subarray(pairs, { minLength: 7, maxLength: 7 }), async (world, asked) => {
        const ctx = await workspace.newTenant()
        await writeNouns(ctx)
        await writePeople(ctx, world)
        const customers = new Set(world.flatMap((known, i) => (isCustomer(known) ? [publicId(ctx, 'cus', i + 1)] : [])))
        for (const [rule, report, group] of asked) {
          const cell = await run(ctx, { asOf: day, ...withoutCurrency(report) })
          const named =
            group === undefined ? (cell.persons ?? []) : (cell.rows ?? []).flatMap((row) => (row.group === group ? [row.person] : []))
          const first = [...customers][0]
          const found = await run(ctx, { type: 'segment', asOf: day, rule, explain: first })
          const expected = named.filter((person) => customers.has(person))
          expect({ rule, persons: found.persons?.toSorted() }).toEqual({ rule, persons: expected.toSorted() })
          expect({ rule, holds: found.explain?.holds }).toEqual({ rule, holds: expected.includes(first ?? '') })
        }
      }),
      { numRuns: runs(3), endOnFailure: true },
    )
  })

  test('why somebody is in or out is told in the report’s own words', async () => {
    const ctx = await workspace.newTenant()
    const buys = (...days: string[]): Known => ({
      attributes: {},
      tags: [],
      follows: [],
      stays: [],
      events: days.map((at, i) => event('order.paid', Date.parse(`${at}T00:00:00Z`), { order: `${at}${i}`, amount: '1000', currency })),
    })
    await writePeople(ctx, [buys('2026-03-01'), buys('2026-01-01', '2026-02-01', '2026-03-02')])
    const why = async (rule: object, person: number) =>
      (await run(ctx, { type: 'segment', asOf: day, rule, explain: publicId(ctx, 'cus', person) })).explain
    expect(await why({ layer: { layers: ['fan'] } }, 1)).toMatchObject({
      holds: false,
      value: { layer: 'member', health: 'ordinary', reasons: [] },
    })
    expect(await why({ quadrant: { quadrants: ['often'] } }, 2)).toMatchObject({ holds: true, value: { frequency: 3, orderValue: 10 } })
    expect(await why({ high_value: { share: 0.5 } }, 2)).toMatchObject({ holds: true, value: { rank: 1, customers: 2 } })
    expect(await why({ high_value: { share: 0.5 } }, 1)).toMatchObject({ holds: false, value: { rank: 2 } })
    expect(await why({ score: { of: 'loyalty', gte: 99 } }, 2)).toMatchObject({
      holds: false,
      value: { facts: { repurchases: 2, inTime: 2, expected: 2 } },
    })
    expect(await why({ score: { of: 'relationship', gte: 0 } }, 2)).toMatchObject({ holds: false, value: false })
  })

  test.each([
    [{ layer: {} }, 'rule.layer'],
    [{ layer: { layers: ['gold'] } }, 'rule.layer.layers.0'],
    [{ layer: { movedFrom: { layers: ['new'], days: 0 } } }, 'rule.layer.movedFrom.days'],
    [{ quadrant: { quadrants: [] } }, 'rule.quadrant.quadrants'],
    [{ quadrant: { quadrants: ['both'], thresholds: 'most' } }, 'rule.quadrant.thresholds'],
    [{ high_value: { windowDays: 30 } }, 'rule.high_value'],
    [{ high_value: { share: 1.5 } }, 'rule.high_value.share'],
    [{ score: { of: 'relationship' } }, 'rule.score'],
    [{ score: { of: 'love', gte: 3 } }, 'rule.score.of'],
    [{ rfm: { groups: ['甲'] } }, 'rule.rfm.groups.0'],
  ])('refuses the rule %j and names %s', async (rule, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'segment', rule })).rejects.toMatchObject({ field })
  })
})
