import { describe, expect, test } from 'vitest'
import { ruleOf } from '#console/reports/rule-of.ts'
import { readRule } from '#insight/reports/segment/rule.ts'

const today = '2026-03-31'

describe('a cell of a report', () => {
  test.each([
    [{ type: 'layers', persons: { layer: 'fan', health: 'loyal' } }, { layer: { layers: ['fan'], health: ['loyal'] } }],
    [
      { type: 'layers', asOf: today, comparedTo: '2026-03-01', persons: { from: 'new', layer: 'member' } },
      { layer: { layers: ['member'], movedFrom: { layers: ['new'], days: 30 } } },
    ],
    [{ type: 'quadrant', windowDays: 90, persons: { quadrant: 'both' } }, { quadrant: { quadrants: ['both'], windowDays: 90 } }],
    [{ type: 'high_value', persons: { top: 200 } }, { high_value: { top: 200 } }],
    [{ type: 'score', score: 'loyalty', persons: { from: 20, to: 40 } }, { score: { of: 'loyalty', gte: 20, lt: 40 } }],
    [
      { type: 'score', score: 'loyalty', segment: 'seg_1', persons: { from: 80, to: 100 } },
      { and: [{ segment: 'seg_1' }, { score: { of: 'loyalty', gte: 80 } }] },
    ],
  ])('%j is a condition that the server takes', (report, rule) => {
    expect(ruleOf({ report }, today)).toEqual(rule)
    expect(readRule(rule)).toHaveProperty('rule')
  })

  test('an RFM group keeps the way in which it was scored', () => {
    const bins = { method: 'quantile', n: 3 }
    const rule = ruleOf({ report: { type: 'rfm', rows: true, bins, amount: 'gross' }, group: '重要价值' }, today)
    expect(rule).toEqual({ rfm: { groups: ['重要价值'], bins, amount: 'gross' } })
    expect(readRule(rule)).toHaveProperty('rule')
  })

  test('what no condition can say is none', () => {
    expect(ruleOf({ report: { type: 'quadrant', where: { city: '上海' }, persons: { quadrant: 'both' } } }, today)).toBeUndefined()
    expect(ruleOf({ report: { type: 'quadrant', segment: 'seg_1', persons: { quadrant: 'both' } } }, today)).toBeUndefined()
    expect(ruleOf({ report: { type: 'funnel', persons: { step: 1 } } }, today)).toBeUndefined()
  })
})
