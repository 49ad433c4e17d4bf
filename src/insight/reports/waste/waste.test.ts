import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import { spendKinds } from '#growth/spends/schema.ts'
import { experimentExposed, messageSent } from '#operation/events.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { createMessage } from '#operation/messages/commands.ts'
import { MessageInput } from '#operation/messages/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { recordCost } from '../../effects/commands.ts'
import { rulesForJourneys } from '../../segments/journey-rules.ts'
import { runReport } from '../run.ts'
import { loadWorld, sendingTrial, type TestEvent, toldEvent } from '../testing.ts'
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
const at = (day: number) => new Date(start + day * dayMs).toISOString()
const said = { source: 'message', content: 1, kind: 'marketing' } as const
const send = (person: string, day: number, sourceId: number) => toldEvent(messageSent, person, at(day), { ...said, sourceId })
const deal = (person: string, day: number, experiment: string, ghost: boolean) =>
  toldEvent(experimentExposed, person, at(day), { experiment, experimentName: '', variant: ghost ? 'holdout' : 'a', ghost })
const publishedJourney = async (ctx: Context) => {
  const steps = [{ id: 'hi', name: '问候', type: 'message', text: '你好' }]
  const draft = Definition.parse({ entry: { by: 'hand' }, reentry: { policy: 'once' }, start: 'hi', steps })
  const id = await createJourney(ctx, { name: '迎新', note: '', draft })
  await publishJourney(ctx, rulesForJourneys, id)
  return id
}
const spend = (ctx: Context, channelId: number, amountMinor: number) =>
  ctx.db
    .insertInto('channelSpends')
    .values({
      ...{ tenantId: ctx.tenantId, channelId, day: '2026-03-03', kind: 'media', item: '', nth: 1 },
      ...{ currency: 'CNY', amountMinor, changedAt: ctx.now() },
    })
    .execute()
let orders = 0
const pay = (person: string, day: number) => act(person, day, 'order.paid', { order: ++orders, amount: 100, currency: 'CNY', items: 1 })
const people = (prefix: string, count: number, acts: (who: string, i: number) => TestEvent[]) =>
  Array.from({ length: count }, (_, i) => acts(`${prefix}${i}`, i)).flat()

const run = async (events: TestEvent[], report: object = {}) =>
  (await loadWorld(await workspace.newTenant(), { events })).run<WasteResult>({ ...base, ...report })

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
      { key: '2', name: '2', touched: 30, closed: 30, verdict: 'no_effect' },
      { key: '4', touched: 20, closed: 0, power: 0, verdict: 'too_little_data', open: 20, since: '2026-03-31', overOn: '2026-04-10' },
      { key: '3', touched: 3, ordered: 0, verdict: 'too_little_data', open: 0, since: '2026-03-03', overOn: null },
    ])
    // Of the others one in seven ordered: eleven people without an order would say something, and three of them are there.
    expect(result.items.map(({ needed }) => needed)).toEqual([0, 11, 8])
    workspace.setNow(new Date(now))
    expect((await run(events, { persons: { kind: 'message', key: '3' } })).persons).toEqual(['c0', 'c1', 'c2'])
  })

  test('where people were held out, orders alone prove nothing, and who was dealt a message counts, arrived or not', async () => {
    const ctx = await workspace.newTenant()
    const trials = [await sendingTrial(ctx, { kind: 'message', id: 1 }), await sendingTrial(ctx, { kind: 'message', id: 2 })]
    const tried = (message: number, each: (i: number) => boolean, other: (i: number) => boolean) => {
      const trial = trials[message - 1] ?? ''
      return [
        ...people(`${message}t`, 60, (who, i) => [
          deal(who, 1, trial, false),
          ...(i < 50 ? [send(who, 1.01, message)] : []),
          ...(each(i) ? [pay(who, 2)] : []),
        ]),
        ...people(`${message}h`, 60, (who, i) => [deal(who, 1, trial, true), ...(other(i) ? [pay(who, 2)] : [])]),
      ]
    }
    const every = (n: number) => (i: number) => i % n === 0
    const world = [...tried(1, every(2), every(10)), ...tried(2, every(4), every(4))]
    const result = await (await loadWorld(ctx, { events: world })).run<WasteResult>({ ...base, worthwhileLift: 1 })
    expect(result.items).toMatchObject([{ key: '2', touched: 50, closed: 60, heldOut: 60, ordered: 13, lift: 0, verdict: 'no_effect' }])
  })

  test('reads what the product tells: messages and steps by their names, without tests and what groups were sent', async () => {
    const ctx = await workspace.newTenant()
    const message = await createMessage(
      ctx,
      MessageInput.parse({ name: '上新', to: { whom: 'customers', audience: {} }, content: { text: '新', attachments: [] } }),
    )
    const journey = await publishedJourney(ctx)
    const trial = await sendingTrial(ctx, { kind: 'journey_step', id: journey, step: 'hi' })
    const sent = (person: string, facts: Partial<Parameters<typeof toldEvent<typeof messageSent.properties>>[3]>) =>
      toldEvent(messageSent, person, at(1), { ...said, sourceId: message, ...facts })
    const events = [
      ...people('a', 3, (who) => [sent(who, {})]),
      ...people('t', 2, (who) => [sent(who, { step: 'test 1' })]),
      sent('', { sourceId: 9, chat: 4 }),
      ...people('s', 2, (who) => [deal(who, 1, trial, false), sent(who, { source: 'journey', sourceId: journey, step: 'hi' })]),
      ...people('h', 4, (who) => [deal(who, 1, trial, true)]),
    ]
    const { items, looked } = await (await loadWorld(ctx, { events })).run<WasteResult>(base)
    expect(looked).toBe(2)
    expect(items).toMatchObject([
      { kind: 'message', key: String(message), name: '上新', object: publicId(ctx, 'msg', message), touched: 3, heldOut: 0 },
      { kind: 'step', key: `${journey}/hi`, name: '迎新 · 问候', object: publicId(ctx, 'jny', journey), touched: 2, heldOut: 4 },
    ])
  })

  test('a channel that cost money and brought nobody stands first, with its id', async () => {
    const ctx = await workspace.newTenant()
    const [good, dead] = [
      await createChannel(ctx, NewChannel.parse({ name: '朋友圈' })),
      await createChannel(ctx, NewChannel.parse({ name: '电梯广告' })),
    ]
    await spend(ctx, good, 1000)
    await spend(ctx, dead, 90_000)
    const friends = people('f', 10, (who) => [act(who, 1, 'customer.followed', { employee: 1, channel: good }), pay(who, 2)])
    const openings = people('', 3, () => [act('', 1, 'live_code.viewed', { code: 5, codeName: '门店', device: 'phone' })])
    const result = await (await loadWorld(ctx, { events: [...friends, ...openings] })).run<WasteResult>(base)
    expect(result).toMatchObject({ wasted: 900, currency: 'CNY' })
    expect(result.items).toMatchObject([
      { kind: 'channel', name: '电梯广告', object: publicId(ctx, 'cha', dead), spend: 900, touched: 0, verdict: 'no_effect' },
      { kind: 'live_code', key: '5', name: '门店', object: null, spend: null, touched: 0, views: 3 },
    ])
  })

  test('weighs what messages and journeys cost, by what they sent in the dates, currency by currency', async () => {
    const ctx = await workspace.newTenant()
    const message = (name: string) =>
      createMessage(ctx, MessageInput.parse({ name, to: { whom: 'customers', audience: {} }, content: { text: name, attachments: [] } }))
    const [dear, abroad, good, nobody] = [await message('贵'), await message('海外'), await message('好'), await message('没人')]
    await ctx.db
      .updateTable('messages')
      .set({ state: 'done', finishedAt: at(4) })
      .where('tenantId', '=', ctx.tenantId)
      .execute()
    const journey = await publishedJourney(ctx)
    const dead = await createChannel(ctx, NewChannel.parse({ name: '电梯广告' }))
    await spend(ctx, dead, 6000)
    const cost = (source: 'message' | 'journey', id: number, currency: string, ...minor: number[]) =>
      recordCost(ctx, { source, id }, { currency, items: minor.map((amountMinor, i) => ({ kind: spendKinds[i] ?? 'other', amountMinor })) })
    await cost('message', dear, 'CNY', 10_000, 2000)
    await cost('message', abroad, 'USD', 1000)
    await cost('message', good, 'CNY', 50_000)
    await cost('message', nobody, 'CNY', 700)
    await cost('journey', journey, 'CNY', 10_000)
    const step = (person: string, name: string, chat?: number) =>
      toldEvent(messageSent, person, at(2), { ...said, source: 'journey', sourceId: journey, step: name, ...(chat && { chat }) })
    const { run } = await loadWorld(ctx, {
      events: [
        // A quarter of it went out before the dates; a test is no part.
        ...people('old', 10, (who) => [send(who, -5, dear)]),
        ...people('a', 30, (who) => [send(who, 1, dear)]),
        toldEvent(messageSent, 'a0', at(1), { ...said, sourceId: dear, step: 'test 1' }),
        ...people('b', 20, (who) => [send(who, 2, abroad)]),
        ...people('c', 20, (who) => [send(who, 2, good), pay(who, 3)]),
        // Three of nine messages of the journey brought nothing, five an order each, one went into a group.
        ...people('s', 3, (who) => [step(who, 'hi')]),
        ...people('t', 5, (who) => [step(who, 'offer'), pay(who, 4)]),
        step('', 'group', 4),
      ],
      persons: { a0: { city: '上海' } },
    })
    const shown = ({ items, ...rest }: WasteResult) => ({
      ...{ currency: rest.currency, wasted: rest.wasted, otherWasted: rest.otherWasted },
      items: items.map(({ kind, name, spend, otherSpend }) => [
        kind,
        name,
        spend,
        ...otherSpend.map(({ currency, amount }) => `${currency} ${amount}`),
      ]),
    })
    expect(shown(await run<WasteResult>(base))).toEqual({
      ...{ currency: 'CNY', wasted: 190.33, otherWasted: [{ currency: 'USD', amount: 10 }] },
      items: [
        ['message', '贵', 90],
        ['channel', '电梯广告', 60],
        ['step', '迎新 · 问候', 33.33],
        ['message', '没人', 7],
        ['message', '海外', null, 'USD 10'],
      ],
    })
    expect(shown(await run<WasteResult>({ ...base, currency: 'USD', kinds: ['message'] }))).toEqual({
      ...{ currency: 'USD', wasted: 10, otherWasted: [] },
      items: [
        ['message', '海外', 10],
        ['message', '贵', null],
      ],
    })
    // What it cost is the company's: of some people only nobody knows.
    const some = await run<WasteResult>({ ...base, where: { and: [{ property: 'city', op: 'eq', value: '上海', scope: 'person' }] } })
    expect(shown(some)).toEqual({ currency: 'CNY', wasted: null, otherWasted: [], items: [['message', '贵', null]] })
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
    costPerPerson: fc.constant(new Map()),
  })
  fc.assert(
    fc.property(others, fc.nat(200), fc.nat(200), (rates, few, more) => {
      const known = (of: number, ordered = 0) => ({
        costs: new Map(),
        views: 0,
        added: of,
        closed: { did: 0, of },
        heldOut: { did: 0, of: 0 },
        ordered,
      })
      expect(judge(known(few, 1), rates, 0.2)).toBeUndefined()
      const [one, other] = [judge(known(few), rates, 0.2), judge(known(few + more), rates, 0.2)]
      expect(other?.power).toBeGreaterThanOrEqual((one?.power ?? 0) - 1e-12)
      if (one && one.needed !== null) expect(judge(known(few + one.needed), rates, 0.2)?.verdict).toBe('no_effect')
    }),
  )
})

test('as many more on both sides as a trial is said to need are enough to judge it', () => {
  const trial = (did: number, of: number, times: number) => ({ did: did * times, of: of * times })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 300 }), (did, of) => {
      const others = { orderRate: 0, addRate: 0, costPerPerson: new Map() }
      const known = (times: number) => ({
        ...{ costs: new Map(), views: 0, added: of, ordered: did },
        closed: trial(did, of, times),
        heldOut: trial(did, of, times),
      })
      const found = judge(known(1), others, 0.5)
      expect(found).toBeDefined()
      if (found?.needed) expect(judge(known((of + found.needed) / of), others, 0.5)?.verdict).toBe('no_effect')
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
      const counts = new Map<string, { touched: number; closed: number; ordered: number; heldOut: number }>()
      for (const own of worlds) {
        const timed = own.map(({ kind, half }) => ({ kind, ms: start + half * 0.5 * dayMs }))
        for (const [key, message] of [
          ['x', '1'],
          ['y', '2'],
        ] as const) {
          const mine = timed.filter(
            ({ kind, ms }) => (kind === key || (key === 'y' && kind === 'held')) && ms >= start && ms < start + 31 * dayMs,
          )
          if (mine.length === 0) continue
          const first = Math.min(...mine.map(({ ms }) => ms))
          const isHeld = mine.some(({ kind }) => kind === 'held')
          const isClosed = first + windowDays * dayMs <= now
          const hasOrdered = timed.some(({ kind, ms }) => kind === 'pay' && ms >= first && ms <= first + windowDays * dayMs)
          const row = counts.get(message) ?? { touched: 0, closed: 0, ordered: 0, heldOut: 0 }
          counts.set(message, row)
          if (isHeld) row.heldOut += isClosed ? 1 : 0
          else {
            row.touched += 1
            row.closed += isClosed ? 1 : 0
            row.ordered += hasOrdered ? 1 : 0
          }
        }
      }
      const ctx = await workspace.newTenant()
      const trial = await sendingTrial(ctx, { kind: 'message', id: 2 })
      const events = worlds.flatMap((own, i) =>
        own.flatMap(({ kind, half }) =>
          kind === 'pay'
            ? [pay(`p${i}`, half / 2)]
            : kind === 'x'
              ? [send(`p${i}`, half / 2, 1)]
              : [deal(`p${i}`, half / 2, trial, kind === 'held'), ...(kind === 'y' ? [send(`p${i}`, half / 2, 2)] : [])],
        ),
      )
      const { items, looked } = await (await loadWorld(ctx, { events })).run<WasteResult>({ ...base, windowDays, kinds: ['message'] })
      expect(looked).toBe(counts.size)
      for (const { key, touched, closed, ordered, heldOut } of items) expect({ touched, closed, ordered, heldOut }).toEqual(counts.get(key))
      for (const [key, { ordered, heldOut }] of counts)
        if (heldOut === 0) expect(items.some((item) => item.key === key)).toBe(ordered === 0)
    }),
    { numRuns: runs(12) },
  )
})
