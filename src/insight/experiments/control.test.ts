import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { changeControlGroup } from '#operation/experiments/control-commands.ts'
import { heldOutOfAll } from '#operation/experiments/control-queries.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { seededRandom } from '#platform/random.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import type { ExperimentResult } from '../reports/experiment/schema.ts'
import { compareMeans, compareShares, sampleRatio } from '../reports/experiment/statistics.ts'
import { runReport } from '../reports/run.ts'
import { readControl } from './control.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const day = (date: number, hour = 4) => new Date(Date.UTC(2026, 4, date, hour))
type Fact = { person: number; name: string; at: Date; cents: number }

/** What customers did, as it lies in ClickHouse. */
const store = (ctx: Context, facts: readonly Fact[]): Promise<unknown> =>
  ctx.clickhouse.insert(
    'events',
    facts.map(({ person, name, at, cents }) => ({
      tenant: ctx.tenantId,
      person,
      at: at.getTime(),
      day: at.toISOString().slice(0, 10),
      name,
      id: randomUUID(),
      properties: cents === 0 ? {} : { amount: String(cents), currency: 'CNY', order: randomUUID() },
      received_at: 0,
      load: 0,
    })),
  )

/** Mean and variance of what each of these came to, the slow way. */
const sideOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  return { n: values.length, mean, variance: values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1) }
}

test('the control group stands against everybody else, person by person, without those who changed sides', async () => {
  const ctx = { ...(await workspace.newTenant()), now: () => day(1) }
  const ids = await identifyMany(
    ctx,
    Array.from({ length: 300 }, (_, i) => ({ identities: [{ kind: 'unionid', value: `u${i}` }] })),
  )
  await changeControlGroup(ctx, { perMille: 300, rotate: false })
  const first = await heldOutOfAll(ctx, ids)
  ctx.now = () => day(10)
  await changeControlGroup(ctx, { perMille: 400, rotate: false })
  const second = await heldOutOfAll(ctx, ids)
  const [joined = 0] = ids.filter((id) => !second.has(id))
  const [gone = 0] = first
  ctx.now = () => day(12)
  await mergeCustomers(ctx, { keepId: joined, mergeId: gone })
  const { below } = seededRandom('held out')
  const facts = ids.flatMap((person) =>
    Array.from({ length: below(4) + (first.has(person) ? 0 : below(2)) }, (): Fact => {
      const at = new Date(day(1).getTime() + below(30 * 24) * 3_600_000)
      const name = ['order.paid', 'page_viewed', 'message.sent'][below(3)] ?? ''
      return { person, name, at, cents: name === 'order.paid' ? 100 + below(90_000) : 0 }
    }),
  )
  await store(ctx, facts)
  ctx.now = () => day(28)
  const { heldOut, others, mixed, ratio, effects, report } = await readControl(ctx, {
    from: '2026-05-03',
    to: '2026-05-20',
    events: ['page_viewed'],
  })
  const held = ids.filter((id) => first.has(id) && id !== gone)
  const free = ids.filter((id) => !second.has(id) && id !== joined)
  expect([heldOut, others, mixed]).toEqual([held.length, free.length, second.size - first.size + 1])
  // Of those who never changed sides, 300 of 1,000 were left alone and 600 were not; who they are is chance, other in each run.
  const chance = sampleRatio([held.length, free.length], [300, 600])
  expect([ratio.ok, ratio.p?.toFixed(9)]).toEqual([chance.ok, chance.p?.toFixed(9)])
  // Midnights in Shanghai.
  const within = facts.filter(({ at }) => at >= day(2, 16) && at < day(20, 16))
  const of = (person: number, ...names: string[]) => within.filter((one) => one.person === person && names.includes(one.name))
  const valued: Record<string, (person: number) => number> = {
    orders: (person) => of(person, 'order.paid').length,
    revenue: (person) => of(person, 'order.paid').reduce((sum, { cents }) => sum + cents, 0) / 100,
    buyers: (person) => Number(of(person, 'order.paid').length > 0),
    repurchase: (person) => Number(of(person, 'order.paid').length > 1),
    active: (person) => Number(of(person, 'order.paid', 'page_viewed').length > 0),
    page_viewed: (person) => Number(of(person, 'page_viewed').length > 0),
  }
  expect(effects.map(({ metric }) => metric)).toEqual(Object.keys(valued))
  for (const { metric, share, lift, low, high, p } of effects) {
    const value = valued[metric] ?? (() => 0)
    const compare = share ? compareShares : compareMeans
    const slow = compare(sideOf(held.map(value)), sideOf(free.map(value)), 0.95)
    expect(lift, metric).toBeCloseTo(slow.lift ?? Number.NaN, 9)
    expect([low, high, p].map((one) => one?.toFixed(7))).toEqual([slow.low, slow.high, slow.p].map((one) => one?.toFixed(7)))
  }
  const { result } = await runReport(ctx, { ...report, persons: { variant: 'held_out', metric: 3 } })
  const twice = held.filter((id) => valued.repurchase?.(id) === 1).map((id) => publicId(ctx, 'cus', id))
  expect((result as ExperimentResult).persons).toEqual(twice)
})

test('days without a control group have none to show, and those who see some customers see those', async () => {
  const ctx = { ...(await workspace.newTenant()), now: () => day(5) }
  await identifyMany(ctx, [{ identities: [{ kind: 'unionid', value: 'a' }] }])
  await changeControlGroup(ctx, { perMille: 500, rotate: false })
  ctx.now = () => day(20)
  await expect(readControl(ctx, { from: '2026-05-03', to: '2026-05-10', events: [] })).rejects.toMatchObject({
    code: 'control_group.none_then',
    field: 'dateFrom',
  })
  const nobodys: Context = { ...ctx, actor: { ...ctx.actor, scope: [] } }
  expect(await readControl(nobodys, { from: '2026-05-06', to: '2026-05-10', events: [] })).toMatchObject({
    heldOut: 0,
    others: 0,
    mixed: 0,
  })
})
