import { globSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { beforeAll, describe, expect, test } from 'vitest'
import { runReport } from '#insight/reports/run.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { randomWorld } from './support/shards-world.ts'

// The same company on the same clocks on the wall: whatever its zone, a report counts the same days, weeks and months. The ninety
// days hold a beginning of summer time in Los Angeles; twelve weeks earlier they hold its end and the end of a year.

const zones = ['Asia/Shanghai', 'UTC', 'America/Los_Angeles'] as const
type Zone = (typeof zones)[number]
const earlier = 84

/** Real time counts in these: an hour that a night has more or less is an hour more or less. */
const byRealTime = new Set<unknown>(['attribution', 'funnel', 'interval', 'score', 'stages', 'portrait'])

const folder = join(import.meta.dirname, '../src/insight/reports')
const documents: Record<string, unknown>[] = []
for (const file of globSync('*/examples.ts', { cwd: folder }).sort())
  documents.push(...(await import(join(folder, file))).examples.slice(0, 1))

/** The moment at which a clock in the zone shows what one in Shanghai does; undefined where it never does or does so twice. */
function momentIn(zone: Zone, at: number, days: number): number | undefined {
  const wall = DateTime.fromMillis(at, { zone: 'Asia/Shanghai' }).minus({ days })
  const there = wall.setZone(zone, { keepLocalTime: true })
  return there.hour === wall.hour && there.getPossibleOffsets().length === 1 ? there.toMillis() : undefined
}

type Row = { at?: number; day?: string }
const dayBefore = (day: string, days: number): string => DateTime.fromISO(day, { zone: 'UTC' }).minus({ days }).toISODate() ?? ''
const datedAgain = (document: object, days: number): object =>
  JSON.parse(JSON.stringify(document).replace(/"(\d{4}-\d\d-\d\d)"/g, (_all, day: string) => JSON.stringify(dayBefore(day, days))))

let workspace: TestWorkspace
const companies = new Map<string, Context>()

beforeAll(async () => {
  workspace = await openTestWorkspace()
  const [world] = fc.sample(randomWorld, 1)
  for (const days of [0, earlier])
    for (const zone of zones) {
      const ctx = await workspace.newTenant({ timezone: zone })
      companies.set(`${zone} ${days}`, ctx)
      for (const [table, rows] of Object.entries(world?.(ctx.tenantId) ?? {})) await fill(ctx, table, rows as Row[], zone, days)
    }
})

/** What lies in an hour that some zone does not have is left out everywhere. */
async function fill(ctx: Context, table: string, rows: Row[], zone: Zone, days: number): Promise<void> {
  const moved = rows.flatMap((row) => {
    if (row.at === undefined) return [row]
    const { at } = row
    if (zones.some((one) => momentIn(one, at, days) === undefined)) return []
    return [{ ...row, at: momentIn(zone, at, days), ...(row.day ? { day: dayBefore(row.day, days) } : {}) }]
  })
  await ctx.clickhouse.insert(table, moved, { max_partitions_per_insert_block: '0' })
}

async function answer(zone: Zone, days: number, document: object): Promise<unknown> {
  const now = momentIn(zone, Date.parse('2026-04-01T04:00:00Z'), days) ?? 0
  workspace.setNow(new Date(now))
  const ctx = companies.get(`${zone} ${days}`) as Context
  const { result } = await runReport(ctx, datedAgain(document, days), { nameOf: String, personOf: Number })
  return JSON.parse(JSON.stringify(result), (_key, value) =>
    isMoment(value) ? DateTime.fromISO(value, { zone }).toISO({ includeOffset: false }) : shortened(value),
  )
}

const isId = (value: unknown): boolean => typeof value === 'string' && /^[a-z]{3}_[0-9a-z]{26}$/.test(value)
const isMoment = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
/** Ids are each company's own. */
const shortened = (value: unknown): unknown => (isId(value) ? 'id' : typeof value === 'number' ? Number(value.toPrecision(10)) : value)

describe.each(documents.map((document, i) => [String(document.type), i, document] as const))('%s %i', (type, i, document) => {
  const days = i % 2 === 0 ? 0 : earlier
  const asked = { ...document, weekStart: i % 4 < 2 ? 'monday' : 'sunday' }

  test.each(zones.slice(1).filter((zone) => zone === 'UTC' || !byRealTime.has(type)))('counts in %s as in Shanghai', async (zone) => {
    expect(await answer(zone, days, asked)).toEqual(await answer('Asia/Shanghai', days, asked))
  })
})
