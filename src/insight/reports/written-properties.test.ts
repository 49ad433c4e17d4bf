import { beforeAll, describe, expect, test } from 'vitest'
import { changeExperiment, createExperiment } from '#operation/experiments/commands.ts'
import { experiments } from '#operation/experiments/routes.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { eventPropertiesIn } from '#operation/journeys/event-properties.ts'
import { journeys } from '#operation/journeys/routes.ts'
import { templatesWith } from '#operation/journeys/templates.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { rulesForJourneys } from '../segments/journey-rules.ts'
import { declareEvent } from '../tracking/plan-commands.ts'
import { Declaring } from '../tracking/schema.ts'
import { requireKnownProperties } from './known-properties.ts'
import { loadWorld } from './testing.ts'

// What lies below reports asks for properties too: of events that let people into journeys, that are waited for, that trials count.

let workspace: TestWorkspace
let ctx: Context
beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  const at = '2026-03-02T04:00:00.000Z'
  await loadWorld(ctx, {
    events: [
      { person: 'a', event: 'course.finished', timestamp: at, properties: { teacher: '王' } },
      { person: 'a', event: 'order.paid', timestamp: at, properties: { amount: 100, currency: 'CNY', gift: 'cup' } },
    ],
  })
  const score = Declaring.parse({ title: '完课', properties: [{ name: 'score', type: 'integer' }] })
  await declareEvent(ctx, 'course.finished', score, new Set())
})

type Answer = { status: number; body: { items: { step: string | null; field: string; code: string; details: object }[]; error: object } }

async function send(method: string, path: string, body: unknown): Promise<Answer> {
  const app = createServer(workspace, async () => ({
    tenantId: ctx.tenantId,
    actor: { ...systemActor, permissions: new Set(['*']) },
  }))
  app.route(
    '/api/v1/journeys',
    journeys(rulesForJourneys, async () => ({})),
  )
  app.route('/api/v1/experiments', experiments({}, requireKnownProperties))
  const answer = await app.request(`/api/v1${path}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

const course = (where: object) => ({ event: 'course.finished', where })
const wait = (happens: object[]) => ({ id: 'wait', type: 'wait_for', happens, timeout: { value: 1, unit: 'day' }, next: 'which' })
const branch = (...when: object[]) => ({ id: 'which', type: 'branch', paths: when.map((one, i) => ({ name: `${i}`, when: one })) })
const drawn = (more: object) =>
  Definition.parse({
    entry: { by: 'event', event: 'course.finished' },
    start: 'wait',
    steps: [wait([{ event: 'order.paid' }]), branch({ happened: { gift: 'cup' } })],
    ...more,
  })

const draw = (draft: Definition): Promise<number> => createJourney(ctx, { name: `旅程${Math.random()}`, note: '', draft })

describe('a journey', () => {
  test.each<[string, object]>([
    ['what the company declares', { entry: { by: 'event', ...course({ score: { gte: 60 } }) } }],
    [
      'what was told once',
      { entry: { by: 'event', ...course({ teacher: '王' }) }, exits: [{ event: 'order.paid', where: { gift: 'cup' } }] },
    ],
    ['anything of an event that never came', { goal: { when: [{ event: 'rocket.landed', where: { crater: 1 } }] } }],
    ['a key of its event', { reentry: { policy: 'each', property: 'teacher' } }],
    ['anything of who is let in by hand', { entry: { by: 'hand' }, steps: [wait([course({})]), branch({ entry: { source: 'fair' } })] }],
    [
      'anything where one of the awaited events never came',
      { steps: [wait([{ event: 'a' }, course({})]), branch({ happened: { anything: 1 } })] },
    ],
  ])('asks for %s', async (_what, more) => {
    expect(await publishJourney(ctx, rulesForJourneys, await draw(drawn(more)))).toBe(1)
  })

  test.each<[string, object]>([
    ['entry.where.teachr', { entry: { by: 'event', ...course({ teachr: '王' }) } }],
    ['exits.0.where.teachr', { exits: [course({ teachr: '王' })] }],
    [
      'goal.when.1.where.or.1.property',
      { goal: { when: [{ event: 'order.paid' }, course({ or: [{ score: 1 }, { property: 'x', op: 'exists' }] })] } },
    ],
    ['reentry.property', { reentry: { policy: 'each', property: 'pupil' } }],
    ['steps.0.happens.0.where.teachr', { steps: [wait([course({ teachr: '王' })]), branch({ happened: {} })] }],
    [
      'steps.1.paths.1.when.happened.teacher',
      { steps: [wait([{ event: 'order.paid' }]), branch({ happened: { gift: 1 } }, { happened: { teacher: '王' } })] },
    ],
    ['steps.1.paths.0.when.entry.gift', { steps: [wait([{ event: 'order.paid' }]), branch({ entry: { gift: 'cup' } })] }],
  ])('that asks for what no such event has is not published, and %s is named', async (field, more) => {
    const journey = await draw(drawn(more))
    await expect(publishJourney(ctx, rulesForJourneys, journey)).rejects.toMatchObject({
      code: 'report.property_unknown',
      status: 422,
      field,
    })
  })

  test('is told what may have been meant, at the step, while it is drawn', async () => {
    const { body } = await send('POST', '/journeys/check', {
      draft: drawn({ steps: [wait([course({ teachr: '王' })]), branch({ happened: {} })] }),
    })
    expect(body.items).toMatchObject([
      { step: 'wait', field: 'happens.0.where.teachr', code: 'report.property_unknown', details: { property: 'teachr', near: 'teacher' } },
    ])
    const journey = await draw(drawn({ entry: { by: 'event', ...course({ teachr: '王' }) } }))
    expect(await send('POST', `/journeys/${publicId(ctx, 'jny', journey)}/publish`, {})).toMatchObject({
      status: 422,
      body: { error: { code: 'report.property_unknown', field: 'entry.where.teachr', details: { near: 'teacher' } } },
    })
  })

  test('of every template asks for what is declared, before anything was told', async () => {
    const fresh = await workspace.newTenant()
    const named = templatesWith('fst_1').flatMap(({ draft }) => eventPropertiesIn(draft))
    expect(named.length).toBeGreaterThan(1)
    expect(await rulesForJourneys.unknownProperties(fresh, named)).toEqual([])
  })
})

describe('an experiment', () => {
  const design = (more: object = {}) =>
    NewExperiment.parse({
      name: '试',
      holdoutPerMille: 500,
      variants: [{ key: 'a', name: 'A', weight: 1000 }],
      trialMetric: { name: '完课', event: 'course.finished', where: { teacher: '王' } },
      growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
      windowDays: 2,
      plan: { base: 0.2, lift: 0.2 },
      ...more,
    })
  const wrong: [string, object][] = [
    ['trialMetric.where.teachr', { trialMetric: { name: '完课', event: 'course.finished', where: { teachr: '王' } } }],
    ['growthMetric.measure', { growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amuont)' } }],
    ['guardRails.0.where.x', { guardRails: [{ name: '退单', event: 'order.paid', where: { x: 1 } }] }],
  ]

  test.each(wrong)('whose metric asks for what no such event has is neither drawn up nor changed to it: %s', async (field, more) => {
    const refusal = { code: 'report.property_unknown', field }
    const path = `/experiments/${publicId(ctx, 'xpt', await createExperiment(ctx, design(), requireKnownProperties))}`
    expect(await send('POST', '/experiments', design(more))).toMatchObject({ status: 400, body: { error: refusal } })
    expect(await send('PATCH', path, more)).toMatchObject({ status: 400, body: { error: refusal } })
  })

  test('counts what is declared, told, or of an event that never came', async () => {
    const trialMetric = { name: '着陆', event: 'rocket.landed', measure: 'sum(crater)' }
    const plan = { base: 1, spread: 1, lift: 0.2 }
    expect(await send('POST', '/experiments', design({ trialMetric, plan }))).toMatchObject({ status: 201 })
  })

  test('that was drawn up before stays as it is, and may be called otherwise', async () => {
    const old = await createExperiment(ctx, design(wrong[0]?.[1]))
    await changeExperiment(ctx, old, { name: '新名字' }, requireKnownProperties)
    expect(await send('PUT', `/experiments/${publicId(ctx, 'xpt', old)}/state`, { state: 'running' })).toMatchObject({ status: 200 })
  })
})
