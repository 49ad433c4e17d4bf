import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { sentOf, startTrial } from '../testing-trials.ts'
import type { WasteResult } from './schema.ts'
import { judge } from './verdict.ts'

let workspace: TestWorkspace
const dayMs = 86_400_000
const start = Date.parse('2026-03-01T00:00:00Z')
const now = Date.parse('2026-04-10T00:00:00Z')
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(new Date(now))
})

const base = { type: 'waste', dateFrom: '2026-03-01', dateTo: '2026-03-31', timezone: 'UTC', windowDays: 10 }
const act = (person: string, day: number, event: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: new Date(start + day * dayMs).toISOString(),
  properties,
})
const send = (person: string, day: number, message: number) =>
  act(person, day, 'message.sent', sentOf({ source: 'message', sourceId: message }))
let orders = 0
const pay = (person: string, day: number) => act(person, day, 'order.paid', { order: ++orders, amount: 100, currency: 'CNY', items: 1 })
const people = (prefix: string, count: number, acts: (who: string, i: number) => TestEvent[]) =>
  Array.from({ length: count }, (_, i) => acts(`${prefix}${i}`, i)).flat()

const run = async (events: TestEvent[], report: object = {}, ctx?: Context) =>
  (await loadWorld(ctx ?? (await workspace.newTenant()), { events })).run<WasteResult>({ ...base, ...report })

describe('the waste list', () => {
  const events = [
    ...people('a', 40, (who, i) => [send(who, 1, 1), ...(i < 10 ? [pay(who, 3)] : [])]),
    ...people('b', 30, (who) => [send(who, 2, 2)]),
    ...people('c', 3, (who) => [send(who, 2, 3), pay(who, 15)]),
    ...people('d', 20, (who) => [send(who, 30.9, 4)]),
  ]

  test('a message to enough people without an order had no effect, one to few says too little', async () => {
    workspace.setNow('2026-04-05T00:00:00Z')
    const result = await run(events)
    expect(result).toMatchObject({ looked: 4, waiting: ['channel', 'live_code', 'acquisition_link', 'activity', 'step'] })
    expect(result.items).toMatchObject([
      { key: '2', name: '2', object: null, touched: 30, closed: 30, verdict: 'no_effect' },
      { key: '4', touched: 20, closed: 0, power: 0, verdict: 'too_little_data' },
      { key: '3', touched: 3, ordered: 0, verdict: 'too_little_data' },
    ])
    workspace.setNow(new Date(now))
    expect((await run(events, { persons: { kind: 'message', key: '3' } })).persons).toEqual(['c0', 'c1', 'c2'])
  })

  test('where people were held out, orders alone prove nothing', async () => {
    const ctx = await workspace.newTenant()
    const [lifts, same] = [await startTrial(ctx, { kind: 'message', id: 1 }), await startTrial(ctx, { kind: 'message', id: 2 })]
    const tried = (message: number, touched: number, held: number, each: (i: number) => boolean, other: (i: number) => boolean) => [
      ...people(`${message}t`, touched, (who, i) => [send(who, 1, message), ...(each(i) ? [pay(who, 2)] : [])]),
      ...people(`${message}h`, held, (who, i) => [
        act(who, 1, 'experiment.exposed', message === 1 ? lifts : same),
        ...(other(i) ? [pay(who, 2)] : []),
      ]),
    ]
    const result = await run(
      [
        ...tried(
          1,
          60,
          60,
          (i) => i % 2 === 0,
          (i) => i % 10 === 0,
        ),
        ...tried(
          2,
          60,
          60,
          (i) => i % 4 === 0,
          (i) => i % 4 === 0,
        ),
      ],
      { worthwhileLift: 1 },
      ctx,
    )
    expect(result.items).toMatchObject([{ key: '2', touched: 60, heldOut: 60, ordered: 15, lift: 0, verdict: 'no_effect' }])
  })

  test('a step of a journey is one thing, a try of a message none, and groups are nobody', async () => {
    const ctx = await workspace.newTenant()
    const { id: journey } = await ctx.db
      .insertInto('journeys')
      .values({
        ...{ tenantId: ctx.tenantId, name: '新客七天', salt: 's', createdAt: ctx.now(), updatedAt: ctx.now() },
        draft: JSON.stringify({ steps: [{ id: 'hi', name: '欢迎', type: 'message' }] }),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const held = await startTrial(ctx, { kind: 'journey_step', id: journey, step: 'hi' })
    const step = sentOf({ source: 'journey', sourceId: journey, step: 'hi' })
    const events = [
      ...people('s', 12, (who) => [act(who, 1, 'message.sent', step)]),
      ...people('h', 5, (who) => [act(who, 1, 'experiment.exposed', held)]),
      act('s0', 1, 'experiment.exposed', { ...held, experiment: 'xpt_other' }),
      act('s1', 2, 'message.sent', sentOf({ source: 'message', sourceId: 7, step: 'test 1' })),
      act('', 3, 'message.sent', { ...sentOf({ source: 'message', sourceId: 8 }), chat: 3 }),
    ]
    const result = await run(events, {}, ctx)
    expect(result).toMatchObject({
      looked: 1,
      items: [
        ...[
          { kind: 'step', key: `${journey} hi`, name: '新客七天 · 欢迎', object: publicId(ctx, 'jny', journey), touched: 12, heldOut: 5 },
        ],
      ],
    })
    expect((await run(events, { persons: { kind: 'step', key: `${journey} hi` } }, ctx)).persons).toHaveLength(12)
  })

  test('a channel that cost money and brought nobody stands first, with its id', async () => {
    const ctx = await workspace.newTenant()
    const [good, dead] = [
      await createChannel(ctx, NewChannel.parse({ name: '朋友圈' })),
      await createChannel(ctx, NewChannel.parse({ name: '电梯广告' })),
    ]
    for (const [channelId, amountMinor] of [
      [good, 1000],
      [dead, 90_000],
    ] as const)
      await ctx.db
        .insertInto('channelSpends')
        .values({
          tenantId: ctx.tenantId,
          channelId,
          day: '2026-03-03',
          kind: 'media',
          item: '',
          nth: 1,
          currency: 'CNY',
          amountMinor,
          changedAt: ctx.now(),
        })
        .execute()
    const friends = people('f', 10, (who) => [act(who, 1, 'customer.followed', { employee: 1, channel: good }), pay(who, 2)])
    const openings = people('', 3, () => [act('', 1, 'live_code.viewed', { code: 5, codeName: '门店', device: 'phone' })])
    const result = await (await loadWorld(ctx, { events: [...friends, ...openings] })).run<WasteResult>(base)
    expect(result).toMatchObject({ wasted: 900, currency: 'CNY' })
    expect(result.items).toMatchObject([
      { kind: 'channel', name: '电梯广告', object: publicId(ctx, 'cha', dead), spend: 900, touched: 0, verdict: 'no_effect' },
      { kind: 'live_code', key: '5', name: '门店', object: null, spend: null, touched: 0, views: 3 },
    ])
  })

  test.each([
    [{ windowDays: 0 }, 'windowDays'],
    [{ kinds: ['banner'] }, 'kinds.0'],
    [{ kinds: [] }, 'kinds'],
    [{ worthwhileLift: 0 }, 'worthwhileLift'],
    [{ persons: { kind: 'message' } }, 'persons.key'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('what has a result is never waste; more people never make a verdict weaker', () => {
  const others = fc.record({
    orderRate: fc.double({ min: 0, max: 1, noNaN: true }),
    addRate: fc.constant(0),
    costPerPerson: fc.constant(0),
  })
  fc.assert(
    fc.property(others, fc.nat(200), fc.nat(200), (rates, few, more) => {
      const known = (of: number, ordered = 0) => ({
        spend: 0,
        views: 0,
        added: of,
        closed: { did: 0, of },
        heldOut: { did: 0, of: 0 },
        ordered,
      })
      expect(judge(known(few, 1), rates, 0.2)).toBeUndefined()
      const [one, other] = [judge(known(few), rates, 0.2), judge(known(few + more), rates, 0.2)]
      expect(other?.power).toBeGreaterThanOrEqual((one?.power ?? 0) - 1e-12)
    }),
  )
})

const acts = fc.uniqueArray(fc.record({ kind: fc.constantFrom('x', 'y', 'held', 'pay'), half: fc.integer({ min: -4, max: 75 }) }), {
  maxLength: 8,
  selector: ({ half }) => half,
})

test('agrees with counting by hand on random worlds', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 10 }), fc.integer({ min: 1, max: 20 }), async (worlds, windowDays) => {
      const ctx = await workspace.newTenant()
      const held = await startTrial(ctx, { kind: 'message', id: 2 })
      const counts = new Map<string, { touched: number; closed: number; ordered: number; heldOut: number }>()
      for (const own of worlds) {
        const timed = own.map(({ kind, half }) => ({ kind, ms: start + half * 0.5 * dayMs }))
        for (const [key, sent] of [
          ['1', 'x'],
          ['2', 'y'],
        ] as const) {
          const mine = timed.filter(
            ({ kind, ms }) => (kind === sent || (sent === 'y' && kind === 'held')) && ms >= start && ms < start + 31 * dayMs,
          )
          if (mine.length === 0) continue
          const first = Math.min(...mine.map(({ ms }) => ms))
          const isHeld = mine.some(({ kind }) => kind === 'held')
          const isClosed = first + windowDays * dayMs <= now
          const hasOrdered = timed.some(({ kind, ms }) => kind === 'pay' && ms >= first && ms <= first + windowDays * dayMs)
          const row = counts.get(key) ?? { touched: 0, closed: 0, ordered: 0, heldOut: 0 }
          counts.set(key, row)
          if (isHeld) row.heldOut += isClosed ? 1 : 0
          else {
            row.touched += 1
            row.closed += isClosed ? 1 : 0
            row.ordered += hasOrdered ? 1 : 0
          }
        }
      }
      const events = worlds.flatMap((own, i) =>
        own.map(({ kind, half }) =>
          kind === 'pay'
            ? pay(`p${i}`, half / 2)
            : kind === 'held'
              ? act(`p${i}`, half / 2, 'experiment.exposed', held)
              : send(`p${i}`, half / 2, kind === 'x' ? 1 : 2),
        ),
      )
      const { items, looked } = await run(events, { windowDays, kinds: ['message'] }, ctx)
      expect(looked).toBe(counts.size)
      for (const { key, touched, closed, ordered, heldOut } of items) expect({ touched, closed, ordered, heldOut }).toEqual(counts.get(key))
      for (const [key, { ordered, heldOut }] of counts)
        if (heldOut === 0) expect(items.some((item) => item.key === key)).toBe(ordered === 0)
    }),
    { numRuns: runs(12) },
  )
})
