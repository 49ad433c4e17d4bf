import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { declareEvent } from '../tracking/plan-commands.ts'
import { Declaring } from '../tracking/schema.ts'
import { saveReport } from './commands.ts'
import { nearTo } from './near-names.ts'
import { loadWorld } from './testing.ts'

let workspace: TestWorkspace
let ctx: Context
let run: (report: object) => Promise<unknown>

const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-04' }
const at = '2026-03-02T04:00:00.000Z'
const steps = (where: object) => ({ type: 'funnel', ...dates, steps: [{ event: 'course.finished', where }] })

beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  const world = await loadWorld(ctx, {
    events: [
      { person: 'a', event: 'course.finished', timestamp: at, properties: { teacher: '王' } },
      { person: 'a', event: 'door.opened', timestamp: at },
      { person: 'a', event: 'order.paid', timestamp: at, properties: { amount: 100, currency: 'CNY', gift: 'cup' } },
    ],
    persons: { a: { city: '上海' } },
  })
  run = world.run
  await declareEvent(
    ctx,
    'course.finished',
    Declaring.parse({ title: '完课', properties: [{ name: 'score', type: 'integer' }] }),
    new Set(),
  )
})

describe('a property that a report names', () => {
  test.each([
    ['declared by the company', steps({ score: { gt: 1 } })],
    ['told once', steps({ teacher: '王', $device: null })],
    ['declared by the product and told by nobody', { type: 'trend', ...dates, series: [{ event: 'page.left', measure: 'sum(seconds)' }] }],
    ['told beside what the product declares', { type: 'trend', ...dates, where: { gift: 'cup' }, series: [{ event: 'order.paid' }] }],
    ['of an event that nobody ever told', { type: 'trend', ...dates, series: [{ event: 'rocket.landed', where: { crater: 1 } }] }],
    ['of any event', { type: 'trend', ...dates, series: [{ event: '*', where: { teacher: '王' } }] }],
    ['of a person', steps({ and: [{ property: 'city', op: 'eq', value: '上海', scope: 'person' }] })],
    ['of everybody', { type: 'retention', start: { event: 'order.paid' }, ...dates, breakdown: { property: 'gender' } }],
    ['of the lines of orders', { type: 'products', ...dates, where: { sku: 'S1' } }],
  ])('is known when it is %s', async (_why, report) => {
    expect(await run(report)).toBeDefined()
  })

  const trend = { type: 'trend', ...dates, series: [{ event: 'course.finished' }] }
  const experiment = { type: 'experiment', control: 'a', metrics: [{ name: '成交', event: 'order.paid', measure: 'sum(amuont)' }] }
  const exposure = { event: 'course.finished', variant: 'teacher' }
  const rule = { and: [{ event: { event: 'course.finished', sum: { property: 'points', gte: 1 } } }] }
  test.each([
    [steps({ teachr: '王' }), 'steps.0.where.teachr'],
    [steps({ property: 'teachr', op: 'exists' }), 'steps.0.where.property'],
    [steps({ or: [{ score: 1 }, { not: { and: [{ property: 'scope', op: 'ne', value: 1 }] } }] }), 'steps.0.where.or.1.not.and.0.property'],
    [steps({ and: [{ property: 'town', op: 'eq', value: 'x', scope: 'person' }] }), 'steps.0.where.and.0.property'],
    [{ type: 'funnel', ...dates, steps: [{ event: 'door.opened', where: { side: 'left' } }] }, 'steps.0.where.side'],
    [{ ...trend, where: { gift: 'cup' } }, 'where.gift'],
    [{ ...trend, series: [{ event: 'course.finished', measure: 'avg(scores)' }] }, 'series.0.measure'],
    [{ ...trend, breakdown: { property: 'school' } }, 'breakdown.property'],
    [{ ...trend, breakdown: { property: 'teacher', scope: 'person' } }, 'breakdown.property'],
    [{ ...steps({}), breakdown: { properties: ['teacher', 'school'] } }, 'breakdown.properties.1'],
    [{ ...steps({}), holding: ['teacher', 'school'] }, 'holding.1'],
    [{ type: 'retention', start: { event: 'order.paid' }, ...dates, breakdown: { property: 'gift' } }, 'breakdown.property'],
    [{ type: 'distribution', ...dates, event: 'course.finished', measure: 'max(scores)' }, 'measure'],
    [{ type: 'paths', ...dates, node: { property: 'school' } }, 'node.property'],
    [
      {
        type: 'attribution',
        ...dates,
        conversion: { event: 'order.paid', value: 'amuont' },
        touchpoint: { event: '*', property: 'teacher' },
      },
      'conversion.value',
    ],
    [
      { type: 'attribution', ...dates, conversion: { event: 'order.paid' }, touchpoint: { event: '*', property: 'school' } },
      'touchpoint.property',
    ],
    [{ ...experiment, exposure }, 'metrics.0.measure'],
    [{ ...experiment, metrics: [], exposure }, 'metrics'],
    [{ type: 'influence', graphs: [{ event: 'course.finished', to: 'pupil' }] }, 'graphs.0.to'],
    [{ type: 'segment', rule }, 'rule.and.0.event.sum.property'],
    [{ type: 'metric', ...dates, metric: 'orders', breakdown: { dimension: 'property:school' } }, 'breakdown.dimension'],
    [{ type: 'metric', ...dates, metric: 'orders', breakdown: { dimension: 'attribute:school' } }, 'breakdown.dimension'],
  ])('is refused by %j, naming %s', async (report, field) => {
    const code = field === 'metrics' ? 'report.invalid' : 'report.property_unknown'
    await expect(run(report)).rejects.toMatchObject({ code, field })
  })

  test('comes with what may have been meant, and is not saved either', async () => {
    await expect(saveReport(ctx, { name: '老师', report: steps({ teachr: '王' }) })).rejects.toMatchObject({
      message: '"course.finished" has no property "teachr"; near it: teacher.',
      details: { property: 'teachr', near: 'teacher' },
    })
  })

  test('is not asked about where the product declares it', async () => {
    const asked: string[] = []
    const { clickhouse } = ctx
    const ask: typeof clickhouse.ask = (question) => {
      asked.push(question.sql)
      return clickhouse.ask(question)
    }
    const listening: Context = {
      ...ctx,
      clickhouse: { ...clickhouse, ask },
    }
    await saveReport(listening, {
      name: '上海',
      report: { type: 'trend', ...dates, series: [{ event: 'order.paid', where: { region: '上海' } }] },
    })
    expect(asked).toEqual([])
    await saveReport(listening, {
      name: '赠品',
      report: { type: 'trend', ...dates, series: [{ event: 'order.paid', where: { gift: 'cup' } }] },
    })
    expect(asked).toHaveLength(1)
  })
})

test('near names are pieces of each other or few letters away, the nearest first', () => {
  expect(nearTo('teachr', ['teacher', 'reach', 'city', 'teacherName'])).toEqual(['teacher', 'reach'])
  expect(nearTo('Amount', ['paidAmount', 'amount', 'count'])).toEqual(['amount', 'paidAmount', 'count'])
  expect(nearTo('x', ['y', 'abc'])).toEqual(['y'])
})
