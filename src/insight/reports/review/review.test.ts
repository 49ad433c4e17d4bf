import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { ReviewResult, ReviewSums } from './schema.ts'
import { type ReviewSubject, reviewSubjects, staySeconds, subjects } from './subjects.ts'

let workspace: TestWorkspace
const hourMs = 3_600_000
const start = Date.parse('2026-03-01T00:00:00Z')
const nowHour = 24 * 20
const windowDays = 5
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(new Date(start + nowHour * hourMs))
})

const report = (of: ReviewSubject) => ({ type: 'review', of, dateFrom: '2026-03-02', dateTo: '2026-03-14', timezone: 'UTC', windowDays })

/** Something a person did at a thing, an order, or a first friendship, at an hour. */
type Deed = { person: string; hour: number; kind: string; thing: string; amount: number; small: boolean }

function eventOf(of: ReviewSubject, { person, hour, kind, thing, amount, small }: Deed, place: number): TestEvent {
  const { key, name } = subjects[of]
  const properties = {
    [key]: thing,
    [name]: `叫${thing}`,
    ...(kind === 'live.left' && { seconds: small ? staySeconds - 1 : staySeconds + amount }),
    ...(kind === 'group_message.sent' && { byEmployee: small }),
    ...(kind.startsWith('commission.') && { amount, currency: 'CNY' }),
    ...(kind.startsWith('order.') && { order: place + 1, amount, currency: 'CNY', items: 1 }),
  }
  return { person, event: kind, timestamp: new Date(start + hour * hourMs).toISOString(), properties }
}

/** Person by person, the slow way. */
function follow(of: ReviewSubject, deeds: readonly Deed[], things: readonly string[]): ReviewSums & { lists: Record<string, string[]> } {
  const { acts } = subjects[of]
  const here = deeds.filter(({ thing, hour }) => things.includes(thing) && hour >= 24 && hour < 24 * 14)
  const is = (key: string, { kind, small }: Deed) =>
    acts.some((act) => act.key === key && act.events.includes(kind)) && !(small && (key === 'stayed' || key === 'spoke'))
  const people = [...new Set(here.map(({ person }) => person))].filter((person) => person !== '').sort()
  const firsts = things.flatMap((thing) =>
    people.flatMap((person) => {
      const starting = here.filter(
        (one) => one.person === person && one.thing === thing && acts.some((act) => act.starts && is(act.key, one)),
      )
      return starting.length === 0 ? [] : [{ person, first: Math.min(...starting.map(({ hour }) => hour)) }]
    }),
  )
  const within = (person: string, hour: number) =>
    firsts.some((one) => one.person === person && hour >= one.first && hour < one.first + windowDays * 24)
  const orders = deeds.filter(({ person, kind, hour }) => kind === 'order.paid' && within(person, hour))
  const came = new Map<string, number>()
  for (const { person, kind, hour } of deeds) if (kind === 'customer.followed') came.set(person, Math.min(hour, came.get(person) ?? hour))
  const who = (list: readonly { person: string }[]) => [...new Set(list.map(({ person }) => person))].filter((one) => one !== '').sort()
  const lists: Record<string, string[]> = {
    ...Object.fromEntries(acts.map(({ key }) => [key, who(here.filter((one) => is(key, one)))])),
    bought: who(orders),
    befriended: [...came].flatMap(([person, hour]) => (within(person, hour) ? [person] : [])).sort(),
  }
  const looks = here
    .filter(({ kind }) => kind === 'live.left')
    .map(({ small, amount }) => (small ? staySeconds - 1 : staySeconds + amount))
    .sort((one, other) => one - other)
  const money = (kind: string) => here.reduce((sum, one) => sum + (one.kind === kind ? one.amount : 0), 0) / 100
  return {
    acts: Object.fromEntries(
      acts.map(({ key }) => [key, { persons: lists[key]?.length ?? 0, times: here.filter((one) => is(key, one)).length }]),
    ),
    followed: who(firsts).length,
    open: who(firsts.filter(({ first }) => first + windowDays * 24 > nowHour)).length,
    befriended: lists.befriended?.length ?? 0,
    buyers: lists.bought?.length ?? 0,
    orders: orders.length,
    net: orders.reduce((sum, { amount }) => sum + amount, 0) / 100,
    seconds:
      looks.length === 0
        ? null
        : { average: looks.reduce((sum, one) => sum + one, 0) / looks.length, median: looks[Math.floor(looks.length / 2)] ?? 0 },
    commission:
      of === 'distribution'
        ? { accrued: money('commission.accrued'), paid: money('commission.paid'), clawedBack: money('commission.clawed_back') }
        : null,
    lists,
  }
}

const anyDeeds = (of: ReviewSubject): fc.Arbitrary<Deed[]> =>
  fc.array(
    fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd', ''),
      hour: fc.integer({ min: 0, max: nowHour - 1 }),
      kind: fc.constantFrom(
        ...subjects[of].acts.flatMap(({ events }) => events),
        ...(of === 'distribution' ? ['commission.paid', 'commission.clawed_back'] : []),
        ...['order.paid', 'order.paid', 'customer.followed'],
      ),
      thing: fc.constantFrom('x', 'y'),
      amount: fc.constantFrom(100, 4999),
      small: fc.boolean(),
    }),
    { minLength: 5, maxLength: 60 },
  )

test.each(reviewSubjects)('what came of each %s is what following everybody by hand finds', { timeout: 300_000 }, async (of) => {
  await fc.assert(
    fc.asyncProperty(
      anyDeeds(of),
      fc.constantFrom(...subjects[of].acts.map(({ key }) => key), 'bought', 'befriended'),
      async (deeds, list) => {
        const events = deeds.map((one, place) => eventOf(of, one, place))
        const world = await loadWorld(await workspace.newTenant(), { events })
        const { lists, ...sums } = follow(of, deeds, ['x', 'y'])
        const { total, rows, persons } = await world.run<ReviewResult>({ ...report(of), persons: { of: list } })
        expect(total).toEqual(sums)
        expect(persons?.toSorted()).toEqual(lists[list])
        const isSomething = (thing: string) => {
          const { acts, commission } = follow(of, deeds, [thing])
          return [...Object.values(acts).map(({ times }) => times), ...Object.values(commission ?? {})].some((one) => one !== 0)
        }
        expect(rows).toHaveLength(['x', 'y'].filter(isSomething).length)
        for (const { key, name, team, cost, ...row } of rows) {
          const { lists: own, ...found } = follow(of, deeds, [key])
          expect({ name, ...row }).toEqual({ name: `叫${key}`, ...found })
          const asked = await world.run<ReviewResult>({ ...report(of), persons: { key, of: list } })
          expect(asked.persons?.toSorted()).toEqual(own[list])
        }
      },
    ),
    { numRuns: runs(6) },
  )
})

describe('reviews', () => {
  test('a distributor has a team of two levels; an activity costs what spends name it', async () => {
    const ctx = await workspace.newTenant()
    const joined = (distributor: string, parent?: string): TestEvent => ({
      person: distributor,
      event: 'distributor.joined',
      timestamp: '2026-02-01T00:00:00Z',
      properties: { distributor, ...(parent && { parent }) },
    })
    const at = (event: string, properties: object): TestEvent => ({
      person: 'p',
      event,
      timestamp: '2026-03-03T00:00:00Z',
      properties: { ...properties },
    })
    const world = await loadWorld(ctx, {
      events: [
        ...[joined('a'), joined('b', 'a'), joined('c', 'b'), joined('d', 'c'), joined('e', 'a')],
        ...[at('distribution.link_opened', { distributor: 'a' }), at('referral.registered', { distributor: 'c' })],
        ...[at('activity.joined', { activity: '7', activityName: '双十一' })],
      ],
    })
    const { rows } = await world.run<ReviewResult>(report('distribution'))
    expect(rows.map(({ key, team }) => [key, team])).toEqual([
      ['a', { direct: 2, indirect: 1, active: 1 }],
      ['c', { direct: 1, indirect: 0, active: 0 }],
    ])
    const channel = await ctx.db
      .insertInto('channels')
      .values({ tenantId: ctx.tenantId, name: '线下', kind: 'offline', position: 0, createdAt: ctx.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    const spend = { tenantId: ctx.tenantId, channelId: channel.id, kind: 'media', nth: 1, currency: 'CNY', changedAt: ctx.now() }
    await ctx.db
      .insertInto('channelSpends')
      .values([
        { ...spend, day: '2026-03-04', item: '双十一', amountMinor: 12_300 },
        { ...spend, day: '2026-03-04', item: '别的', amountMinor: 500 },
        { ...spend, day: '2026-03-20', item: '双十一', amountMinor: 700 },
      ])
      .execute()
    expect((await world.run<ReviewResult>(report('activity'))).rows).toMatchObject([{ key: '7', name: '双十一', cost: 123 }])
  })

  test('a group is one row, by whatever its people were told of', async () => {
    const ctx = await workspace.newTenant()
    const none = Buffer.from('')
    const { id: corp } = await ctx.db
      .insertInto('wecomCorps')
      .values({ tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none, name: '甲', corpId: 'ww1', agentId: 1 })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { id } = await ctx.db
      .insertInto('groups')
      .values({ tenantId: ctx.tenantId, corp, chatId: 'wr1', name: '茶友群', createdAt: ctx.now(), changedAt: ctx.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    const at = (person: string, event: string, properties: object): TestEvent => ({
      ...{ person, event, timestamp: '2026-03-03T00:00:00Z' },
      properties: { ...properties },
    })
    const world = await loadWorld(ctx, {
      events: [
        at('a', 'group.joined', { chat: id, chatName: '以前的名字' }),
        at('b', 'group_message.sent', { chat: 'wr1' }),
        at('c', 'group_message.sent', { chat: '7', chatName: '茶友群' }),
        at('d', 'group_message.sent', { chat: 'wr2' }),
      ],
    })
    const { rows } = await world.run<ReviewResult>(report('community'))
    expect(rows.map(({ key, name, acts }) => [key, name, acts.joined?.persons, acts.spoke?.persons])).toEqual([
      [String(id), '茶友群', 1, 2],
      ['wr2', 'wr2', 0, 1],
    ])
  })

  test.each([
    [{ of: 'lives' }, 'of'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ limit: 0 }, 'limit'],
    [{ persons: { of: 'claimed' } }, 'persons.of'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...report('live'), ...wrong })).rejects.toMatchObject({ field })
  })
})
