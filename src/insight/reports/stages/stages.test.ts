import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { defaultSettings } from './defaults.ts'
import { ladder, type StageRule, type StagesResult, stageRule, stageSettings, stages } from './schema.ts'
import { readStageSettings, requireJourneys, saveStageSettings } from './settings.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-06-01T00:00:00Z')
})

const dayMs = 86_400_000
const start = Date.parse('2026-03-01T00:00:00Z')
const one = (event: string) => [{ event }]
const rules = {
  see: { events: one('look') },
  follow: { events: one('add'), until: one('drop') },
  interest: { events: one('read'), after: 'follow', holdsDays: 10 },
  deal: { events: [{ event: 'buy', where: { free: { ne: true } } }], holdsDays: 40 },
  retain: { events: [...one('read'), ...one('buy')], after: 'deal', afterDays: 3, holdsDays: 20 },
  active: { events: one('read'), after: 'deal', times: 2, withinDays: 5 },
  refer: { events: one('share') },
}
const base = { type: 'stages', dateFrom: '2026-03-01', dateTo: '2026-03-31', timezone: 'UTC', rules, touchpoints: [] }

const act = (person: string, day: number, event: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: new Date(start + day * dayMs).toISOString(),
  properties,
})
const run = async (events: TestEvent[], report: object = {}) =>
  (await loadWorld(await workspace.newTenant(), { events })).run<StagesResult>({ ...base, ...report })
const rung = (result: StagesResult, stage: string) => result.stages.find((row) => row.stage === stage)

describe('stages of the journey', () => {
  const events = [
    ...[act('a', -3, 'look'), act('a', 1, 'add'), act('a', 2, 'read'), act('a', 5, 'buy'), act('a', 6, 'read'), act('a', 9, 'read')],
    ...[act('b', 0, 'look'), act('b', 2, 'add'), act('b', 4, 'drop')],
    ...[act('c', 3, 'read'), act('c', 4, 'buy', { free: true }), act('c', 5, 'share')],
    ...[act('d', 1, 'add'), act('d', 21, 'read')],
  ]

  test('first reached, held now, taken how long, and where people went', async () => {
    const result = await run(events)
    expect(rung(result, 'see')).toMatchObject({ reached: 2, entered: 1, before: 1, current: 1, converted: null, waiting: false })
    expect(rung(result, 'follow')).toMatchObject({ reached: 3, entered: 3, current: 0, converted: 2, medianHours: 72 })
    expect(rung(result, 'interest')).toMatchObject({ reached: 2, current: 1, converted: 2 })
    expect(rung(result, 'deal')).toMatchObject({ reached: 1, current: 0, converted: 1, medianHours: 72 })
    expect(rung(result, 'active')).toMatchObject({ reached: 1, current: 1 })
    expect(rung(result, 'refer')).toMatchObject({ reached: 1, current: null })
    expect(result.flows).toContainEqual({ from: 'see', to: 'active', persons: 1 })
    expect(result.flows.reduce((sum, { persons }) => sum + persons, 0)).toBe(4)
  })

  test('people behind every number', async () => {
    const people = async (persons: object) => (await run(events, { persons })).persons
    expect(await people({ stage: 'follow', of: 'reached' })).toEqual(['a', 'b', 'd'])
    expect(await people({ stage: 'see', of: 'entered' })).toEqual(['b'])
    expect(await people({ stage: 'interest', of: 'current' })).toEqual(['d'])
    expect(await people({ stage: 'follow', of: 'stuck' })).toEqual(['b'])
    expect(await people({ stage: 'deal', of: 'converted' })).toEqual(['a'])
    expect(await people({ from: 'none', to: 'interest' })).toEqual(['d'])
  })

  test('touchpoints say when they were last seen; one that never was is bound to nothing', async () => {
    const touchpoints = [
      { stage: 'interest', name: '文章', event: 'read' },
      { stage: 'deal', name: '直播', event: 'live' },
    ]
    expect((await run(events, { touchpoints })).touchpoints).toEqual([
      { stage: 'interest', name: '文章', event: 'read', volume: 5, persons: 3, lastSeen: '2026-03-22T00:00:00.000Z' },
      { stage: 'deal', name: '直播', event: 'live', volume: 0, persons: 0, lastSeen: null },
    ])
  })

  test('rules that a company saved are the rules, with the SOP of each step', async () => {
    const ctx = await workspace.newTenant()
    const world = await loadWorld(ctx, { events })
    const { rules: _rules, touchpoints: _touchpoints, ...document } = base
    expect(rung(await world.run<StagesResult>(document), 'follow')).toMatchObject({ reached: 0, waiting: true, sop: null })
    const sops = { follow: { text: '三分钟内欢迎', owner: '小王' } }
    await saveStageSettings(ctx, { rules, sops, touchpoints: [] })
    expect((await readStageSettings(ctx)).settings.rules.deal.holdsDays).toBe(40)
    expect(rung(await world.run<StagesResult>(document), 'follow')).toMatchObject({ reached: 3, waiting: false, sop: sops.follow })
    expect(defaultSettings.rules.follow.events).toEqual([{ event: 'customer.followed' }])
  })

  test('a step’s SOP may be a journey, and only one that is there', async () => {
    const ctx = await workspace.newTenant()
    const settings = (journey: string) => stageSettings.parse({ rules, sops: { deal: { text: '', journey } }, touchpoints: [] })
    for (const journey of ['nonsense', publicId(ctx, 'jny', 999_999)])
      await expect(requireJourneys(ctx, settings(journey))).rejects.toMatchObject({
        code: 'stage_rules.journey_unknown',
        field: 'sops.deal.journey',
      })
  })

  test.each([
    [{ rules: { ...rules, follow: { ...rules.follow, after: 'deal' } } }, 'rules.follow.after'],
    [{ rules: { ...rules, deal: { events: [] } } }, 'rules.deal.events'],
    [{ rules: { see: rules.see } }, 'rules.follow'],
    [{ rules: { ...rules, see: { events: one('x'), times: 0 } } }, 'rules.see.times'],
    [{ persons: { stage: 'rich', of: 'reached' } }, 'persons'],
    [{ touchpoints: [{ stage: 'see', name: '', event: 'x' }] }, 'touchpoints.0.name'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const acts = fc.uniqueArray(
  fc.record({
    event: fc.constantFrom('look', 'add', 'drop', 'read', 'buy', 'share'),
    half: fc.integer({ min: -60, max: 70 }),
    free: fc.boolean(),
  }),
  { maxLength: 10, selector: ({ half }) => half },
)

test('agrees with walking every journey by hand on random worlds', { timeout: 300_000 }, async () => {
  const parsed = Object.fromEntries(stages.map((stage) => [stage, stageRule.parse(rules[stage])])) as Record<string, StageRule>
  const [from, to] = [start, start + 31 * dayMs]
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 6, maxLength: 12 }), async (people) => {
      const expected = { reached: stages.map(() => 0), entered: stages.map(() => 0), converted: stages.map(() => 0) }
      const flows = new Map<string, number>()
      for (const own of people) {
        const timed = own
          .map(({ event, half, free }) => ({ event, ms: start + half * 0.5 * dayMs, isFree: free && event === 'buy' }))
          .filter(({ ms }) => ms < to)
          .sort((a, b) => a.ms - b.ms)
        if (timed.length === 0) continue
        const firsts: (number | undefined)[] = []
        const met: number[][] = []
        for (const [i, stage] of stages.entries()) {
          const rule = parsed[stage] as StageRule
          const since = rule.after === undefined ? -Infinity : (firsts[ladder.indexOf(rule.after)] ?? Infinity)
          const hits = timed.filter(
            (one) =>
              rule.events.some((matcher) => matcher.event === one.event) &&
              !(stage === 'deal' && one.isFree) &&
              one.ms > since &&
              one.ms >= since + rule.afterDays * dayMs,
          )
          const within = rule.withinDays === undefined ? Infinity : rule.withinDays * dayMs
          met[i] = hits
            .filter((hit, k) => k + 1 >= rule.times && hit.ms - (hits[k + 1 - rule.times]?.ms ?? 0) <= within)
            .map(({ ms }) => ms)
          firsts[i] = met[i]?.[0]
        }
        const placeAt = (at: number): string => {
          const held = ladder.filter((stage, i) => {
            const rule = parsed[stage] as StageRule
            const before = (met[i] ?? []).filter((ms) => ms < at)
            const taken = timed.filter(
              (one) => rule.until.some((matcher) => matcher.event === one.event) && one.ms >= (before[0] ?? Infinity) && one.ms < at,
            )
            const last = before.at(-1)
            if (last === undefined || (rule.holdsDays !== undefined && last < at - rule.holdsDays * dayMs)) return false
            return rule.until.length === 0 || before.length > taken.length
          })
          return held.at(-1) ?? (ladder.some((_, i) => (firsts[i] ?? Infinity) < at) ? 'lost' : 'none')
        }
        for (const [i] of stages.entries()) {
          const [mine, earlier] = [firsts[i], firsts[i - 1]]
          if (mine !== undefined) expected.reached[i] = (expected.reached[i] ?? 0) + 1
          if (mine !== undefined && mine >= from) expected.entered[i] = (expected.entered[i] ?? 0) + 1
          if (mine !== undefined && earlier !== undefined && mine >= earlier) expected.converted[i] = (expected.converted[i] ?? 0) + 1
        }
        const flow = `${placeAt(from)}>${placeAt(to)}`
        flows.set(flow, (flows.get(flow) ?? 0) + 1)
      }
      const events = people.flatMap((own, i) => own.map(({ event, half, free }) => act(`p${i}`, half / 2, event, { free })))
      const result = await run(events)
      expect(result.stages.map(({ reached }) => reached)).toEqual(expected.reached)
      expect(result.stages.map(({ entered }) => entered)).toEqual(expected.entered)
      expect(result.stages.slice(1, 6).map(({ converted }) => converted)).toEqual(expected.converted.slice(1, 6))
      expect(Object.fromEntries(result.flows.map(({ from, to, persons }) => [`${from}>${to}`, persons]))).toEqual(Object.fromEntries(flows))
    }),
    { numRuns: runs(10) },
  )
})
