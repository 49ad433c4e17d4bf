import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { hypergeometric } from '../special.ts'
import { loadWorld, type TestEvent, type World } from '../testing.ts'
import { expectedPurchases, fitBgNbd, logLikelihood, type Params, probabilityAlive } from './bg-nbd.ts'
import { educationValue } from './education.ts'
import { expectedSpend, fitGammaGamma } from './gamma-gamma.ts'
import { buyersOf, integratedLikelihood } from './oracle.ts'
import type { ClvResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const paid = (person: string, day: string, amount = 10_000, more: Record<string, unknown> = {}): TestEvent => ({
  person,
  event: 'order.paid',
  timestamp: `${day}T10:00:00+08:00`,
  properties: { amount, currency: 'CNY', ...more },
})
const run = async (world: World, report: object = {}): Promise<ClvResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<ClvResult>({ type: 'clv', calibrationEnd: '2026-03-31', horizon: 4, ...report })

/** Whoever buys: some often, some once, some long ago. */
const shop: World = {
  events: Array.from({ length: 24 }, (_, i) => {
    const person = `p${String(i).padStart(2, '0')}`
    const times = (i * 7) % 5
    return Array.from({ length: times + 1 }, (_, n) =>
      paid(person, new Date(Date.UTC(2026, 0, 2 + i + n * (3 + (i % 4)))).toISOString().slice(0, 10), 5000 + 700 * i + 300 * n),
    )
  }).flat(),
}
const known: Params = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }

describe('customer lifetime value', () => {
  test('forecasts every buyer, most valuable first, and its totals are the sums of its rows', async () => {
    const { customers, repeaters, params, spend, forecast, rows, alive } = await run(shop, { rows: true })
    expect({ customers, repeaters }).toEqual({ customers: 24, repeaters: 19 })
    expect(params?.logLikelihood).toBeLessThan(0)
    expect(spend?.buyers).toBe(19)
    expect(rows).toHaveLength(24)
    const worth = rows?.map(({ clv }) => clv ?? 0) ?? []
    expect(worth).toEqual([...worth].sort((a, b) => b - a))
    expect(forecast?.clv).toBeCloseTo(
      worth.reduce((sum, one) => sum + one, 0),
      6,
    )
    expect(alive.reduce((sum, band) => sum + band.customers, 0)).toBe(24)
    expect(rows?.every(({ pAlive, frequency }) => pAlive > 0 && pAlive <= 1 && (frequency > 0 || pAlive === 1))).toBe(true)
  })

  test('discounting takes value away, more of it the more is discounted', async () => {
    const at = async (discountRate: number) => (await run(shop, { discountRate, horizon: 52 })).forecast
    const [none, some, much] = [await at(0), await at(0.1), await at(0.5)]
    expect(none?.clv).toBeCloseTo(none?.value ?? 0, 6)
    expect((some?.clv ?? 0) < (none?.clv ?? 0) && (much?.clv ?? 0) < (some?.clv ?? 0)).toBe(true)
  })

  test('the people of a band of P(alive) are those of its number', async () => {
    const { alive } = await run(shop)
    for (const [band, { customers }] of alive.entries()) expect((await run(shop, { persons: { band } })).persons).toHaveLength(customers)
  })

  test('a hold-out that is not over is compared with its days that are', async () => {
    const later = { events: [...shop.events, paid('p01', '2026-04-03'), paid('p02', '2026-04-20'), paid('new', '2026-04-03')] }
    expect((await run(later)).validation).toMatchObject({ units: 4, complete: true, actual: 2 })
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const { validation } = await run(later, { calibrationEnd: yesterday, horizon: 10 })
    expect(validation?.complete ?? false).toBe(false)
  })

  test('too few repeat buyers are refused with the reason, and an education value stands in', async () => {
    const once = Array.from({ length: 20 }, (_, i) => paid(`o${i}`, '2026-03-01'))
    const events = [...once, paid('o1', '2026-03-09'), paid('o2', '2026-03-09').event === 'x' ? [] : []].flat()
    const acts = ['product.viewed', 'trial.attended'].map((event) => ({ person: 'o3', event, timestamp: '2026-03-20T10:00:00Z' }))
    const { refused, params, rows, education } = await run({ events: [...events, ...acts] }, { rows: true })
    expect(refused).toMatchObject({ code: 'clv.too_few_repeaters', repeatShare: 0.05, needed: 0.1 })
    expect([params, rows]).toEqual([null, undefined])
    expect(education?.rows[0]).toMatchObject({ person: 'o3', intent: 0.75, engagement: 2 / 12, referral: 0 })
    expect((await run({ events: [...events, paid('o2', '2026-03-09')] })).refused).toBeNull()
    expect((await run({ events: [] })).refused).toMatchObject({ repeatShare: null })
  })

  test('purchases before the dates count for nothing, and nothing is known after them', async () => {
    const within = (first: string, last: string): World => ({
      events: shop.events.filter(({ timestamp }) => timestamp.slice(0, 10) >= first && timestamp.slice(0, 10) <= last),
    })
    const [dateFrom, dateTo] = ['2026-01-08', '2026-02-01']
    const dated = await run(shop, { calibrationEnd: undefined, dateFrom, dateTo })
    expect(dated.calibrationEnd).toBe(dateTo)
    expect(dated).toEqual(await run(within(dateFrom, dateTo), { calibrationEnd: dateTo, dateTo }))
    const { validation } = await run(shop, { calibrationEnd: '2026-01-25', dateTo })
    expect(validation).toMatchObject({ units: 1, complete: false })
  })

  test('one product line looks at orders that hold it, refunds are taken off', async () => {
    const events = shop.events.map((one, i) => ({ ...one, properties: { ...one.properties, products: [i % 2 ? 'A' : 'B'], order: i } }))
    const { customers } = await run({ events }, { products: ['A'], minRepeatShare: 0 })
    expect(customers).toBe(new Set(events.filter((_, i) => i % 2).map(({ person }) => person)).size)
    const back = events.map((one) => ({ ...one, event: 'order.refunded', timestamp: '2026-03-31T12:00:00+08:00' }))
    expect((await run({ events: [...events, ...back] })).spend).toBeNull()
    expect((await run({ events: [...events, ...back] }, { amount: 'gross' })).spend).not.toBeNull()
  })

  test('two currencies have no sum', async () => {
    await expect(run({ events: [...shop.events, paid('x', '2026-03-01', 1, { currency: 'JPY' })] })).rejects.toMatchObject({
      code: 'report.currencies_mixed',
      field: 'currency',
    })
  })

  test.each([
    [{ calibrationEnd: '2026-02-31' }, 'calibrationEnd'],
    [{ calibrationEnd: '2026-02-01', dateTo: '2026-01-31' }, 'calibrationEnd'],
    [{ calibrationEnd: '2026-02-01', dateFrom: '2026-02-02' }, 'calibrationEnd'],
    [{ unit: 'year' }, 'unit'],
    [{ horizon: 0 }, 'horizon'],
    [{ horizon: 99_999 }, 'horizon'],
    [{ discountRate: -1 }, 'discountRate'],
    [{ minRepeatShare: 2 }, 'minRepeatShare'],
    [{ products: [] }, 'products'],
    [{ products: ['\0'] }, 'products.0'],
    [{ persons: { band: 5 } }, 'persons.band'],
    [{ "horizon'; drop table events; --": 1 }, "horizon'; drop table events; --"],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'clv', ...wrong })).rejects.toMatchObject({ code: 'report.invalid', field })
  })
})

test('who bought how often and when, against walking through every payment', async () => {
  const moment = fc.record({ person: fc.constantFrom('a', 'b', 'c'), hour: fc.integer({ min: 0, max: 24 * 60 }), amount: fc.nat(9999) })
  const zones = fc.constantFrom('UTC', 'Asia/Shanghai', 'America/Los_Angeles')
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 25 }), zones, async (moments, timezone) => {
      const events = moments.map(({ person, hour, amount }) => ({
        ...paid(person, '2026-03-01', amount),
        timestamp: new Date(Date.UTC(2026, 1, 20) + hour * 3_600_000).toISOString(),
      }))
      const report = { timezone, calibrationEnd: '2026-03-20', horizon: 2, rows: true, minRepeatShare: 0, unit: 'week' }
      const wanted = buyersOf(events, '2026-03-20', timezone, '2026-04-03')
      const result = await run({ events }, report)
      const counts = { customers: wanted.length, repeaters: wanted.filter(({ frequency }) => frequency > 0).length }
      expect(result).toMatchObject({ ...counts, repeats: wanted.reduce((sum, { frequency }) => sum + frequency, 0) })
      if (result.refused) return
      expect(result.validation?.actual).toBe(wanted.reduce((sum, { later }) => sum + later, 0))
      for (const { person, frequency, recencyDays, ageDays, spent } of wanted)
        expect(result.rows?.find((row) => row.person === person)).toMatchObject({
          frequency,
          recency: recencyDays / 7,
          T: ageDays / 7,
          meanValue: frequency > 0 && spent > 0 ? spent / 100 / frequency : null,
        })
    }),
    { numRuns: runs(20) },
  )
})

test('the likelihood is the model integrated over paces and stops', () => {
  const history = fc.record({
    x: fc.nat(6),
    first: fc.double({ min: 0.1, max: 20, noNaN: true }),
    rest: fc.double({ min: 0, max: 20, noNaN: true }),
  })
  fc.assert(
    fc.property(history, ({ x, first, rest }) => {
      const [tx, T] = [x === 0 ? 0 : first, first + rest]
      const wanted = Math.log(integratedLikelihood(known, x, tx, T))
      expect(Math.abs(logLikelihood(known, [{ x, tx, T, n: 1 }], x) - wanted)).toBeLessThan(0.02)
    }),
    { numRuns: runs(20) },
  )
})

test('a population made by the model gives its parameters back', () => {
  const random = fc.sample(fc.double({ min: 1e-9, max: 1, noNaN: true, maxExcluded: true }), { numRuns: 40_000, seed: 7 })
  let at = 0
  const draw = () => random[at++ % random.length] ?? 0.5
  // Exponential gamma (r = 1) and uniform stops (a = b = 1): both can be drawn by inversion.
  const triples = Array.from({ length: 4000 }, () => {
    const [pace, stop] = [-Math.log(draw()) / 4, draw()]
    let [time, x, last] = [0, 0, 0]
    while (time < 40) {
      time += -Math.log(draw()) / pace
      if (time > 40) break
      x++
      last = time
      if (draw() < stop) break
    }
    return { x, tx: last, T: 40, n: 1 }
  })
  const fit = fitBgNbd(triples)
  expect(fit.converged).toBe(true)
  const true_ = { r: 1, alpha: 4, a: 1, b: 1 }
  const most = triples.reduce((largest, { x }) => Math.max(largest, x), 0)
  expect(fit.logLikelihood).toBeGreaterThanOrEqual(logLikelihood(true_, triples, most))
  expect(fit.r / fit.alpha).toBeCloseTo(0.25, 1)
  expect(fit.a / (fit.a + fit.b)).toBeCloseTo(0.5, 1)
})

test('expectations stay numbers at the edges, and more time never brings fewer purchases', () => {
  const edge = fc.record({ x: fc.constantFrom(0, 1, 3, 50, 3000), tx: fc.constantFrom(0, 5, 38), T: fc.constantFrom(38, 38.86, 400) })
  const params = fc.record({
    r: fc.constantFrom(0.01, 0.243, 5),
    alpha: fc.constantFrom(0.1, 4.414, 300),
    a: fc.constantFrom(0.001, 0.793, 1, 2, 30),
    b: fc.constantFrom(0.5, 2.426, 90),
  })
  fc.assert(
    fc.property(edge, params, (triple, model) => {
      const grown = [1, 10, 39, 500].map((t) => expectedPurchases(model, triple, t))
      for (const [i, one] of grown.entries()) expect(one).toBeGreaterThanOrEqual((grown[i - 1] ?? 0) * (1 - 1e-6))
      const alive = probabilityAlive(model, triple)
      expect(alive >= 0 && alive <= 1).toBe(true)
    }),
    { numRuns: runs(200) },
  )
})

test('expected purchases are the hypergeometric function of the paper where that can be computed', () => {
  const { r, alpha, a, b } = known
  for (const { x, tx, T, t } of [
    { x: 2, tx: 30.43, T: 38.86, t: 39 },
    { x: 0, tx: 0, T: 38.86, t: 10 },
    { x: 12, tx: 38, T: 38.86, t: 200 },
  ]) {
    const paper =
      ((a + b + x - 1) / (a - 1)) *
      (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * hypergeometric(r + x, b + x, a + b + x - 1, t / (alpha + T + t)))
    expect(expectedPurchases(known, { x, tx, T }, t)).toBeCloseTo(paper * probabilityAlive(known, { x, tx, T }), 8)
  }
})

test('spending far apart is told from spending alike, and the next purchase lies between the own mean and everybody’s', () => {
  const spenders = Array.from({ length: 200 }, (_, i) => ({ x: 1 + (i % 5), mean: 20 + (i % 17) * 3, n: 1 }))
  const fit = fitGammaGamma(spenders)
  const everybody = (fit.p * fit.v) / (fit.q - 1)
  for (const { x, mean } of spenders) {
    const next = expectedSpend(fit, x, mean)
    expect(next).toBeGreaterThanOrEqual(Math.min(mean, everybody) - 1e-9)
    expect(next).toBeLessThanOrEqual(Math.max(mean, everybody) + 1e-9)
  }
})

test('an education value is nothing without signs and a hundred with plenty of all', () => {
  expect(educationValue({ intents: 0, days: 0, referrals: 0 }).value).toBe(0)
  expect(educationValue({ intents: 9, days: 40, referrals: 5 }).value).toBe(100)
  expect(educationValue({ intents: 4, days: 0, referrals: 0 }).value).toBeCloseTo(100 / 7)
})
