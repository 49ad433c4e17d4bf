import { readFileSync, writeFileSync } from 'node:fs'
import { readStores } from '#insight/stores/dirty.ts'
import { buildNext } from '#insight/stores/trail-builder.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { forgetTrails } from '#platform/events/trail-marks.ts'
import { publicId } from '#platform/ids.ts'
import { holdLock } from '#platform/locks.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { openServedWorkspace, type ServedWorkspace } from '#test/support/served-workspace.ts'
import type { Bench, Row, Size } from './bench.ts'
import { type Case, casesOf, type Days } from './insight-cases.ts'
import { generateEvents, generateLines, type Sizes, weeks } from './insight-events.ts'

const sizes: Record<Size, Sizes> = {
  full: { events: 100_000_000, persons: 1_000_000, orders: 12_000_000 },
  small: { events: 10_000_000, persons: 100_000, orders: 1_200_000 },
}

const zone = 'Asia/Shanghai'
const rounds = 5

/** What a fast answer may take on a small table all the same: parsing, PostgreSQL, the network. */
const leastGoalMs = 40

/**
 * Reports through the HTTP API of a served workspace beside plain SQL on the raw table, on the same engine in the same run: medians
 * of five after a first answer, bytes the engine read, and the most memory its process held.
 */
export const bench: Bench = async (size, say) => {
  const workspace = await openServedWorkspace()
  try {
    const days = await fill(workspace, sizes[size], say)
    const rows: Row[] = []
    for (const one of casesOf(days)) rows.push(...(await compare(workspace, one, size, say)))
    return [...rows, ...(await timeline(workspace))]
  } finally {
    await workspace.close()
  }
}

async function fill({ ctx }: ServedWorkspace, wanted: Sizes, say: (text: string) => void): Promise<Days> {
  const last = addDays(dayOf(ctx.now(), zone), -1)
  const first = addDays(last, 1 - weeks * 7)
  await identifyMany(ctx, [{ identities: [{ kind: 'member_no', value: 'M1' }], facts: { name: '一' } }], 'seed')
  const started = performance.now()
  await generateEvents(ctx.clickhouse, { tenant: ctx.tenantId, start: new Date(`${first}T00:00:00+08:00`), sizes: wanted, say })
  await generateLines(ctx.clickhouse, ctx.tenantId)
  await ctx.clickhouse.command(
    `insert into persons (tenant, person, canonical, properties, version)
     select {tenant:UInt32}, number + 2, if(number % 100 = 0 and number > 0, number + 1, number + 2), map('city', ['上海', '北京', '广州', '成都'][1 + number % 4]), 1 from numbers({persons:UInt32} - 1)`,
    { tenant: ctx.tenantId, persons: wanted.persons },
  )
  say(
    `${wanted.events / 1e6} M events of ${wanted.persons} persons, a hundredth of them merged, in ${Math.round((performance.now() - started) / 1000)} s`,
  )
  await buildTrails(ctx, say)
  await settle(ctx.clickhouse)
  const monday = (day: string): string => (new Date(`${day}T00:00:00Z`).getUTCDay() === 1 ? day : monday(addDays(day, -1)))
  return { first, last, monthAgo: addDays(last, -29), weeksAgo12: monday(addDays(last, -7 * 11)) }
}

/** The events did not come through the loader: what the worker has built meanwhile is forgotten, and all of it built now. */
async function buildTrails(ctx: ServedWorkspace['ctx'], say: (text: string) => void): Promise<void> {
  await forgetTrails(ctx.databases.systemPool)
  const started = performance.now()
  const work = () =>
    holdLock(ctx, 'liuliang.trails', async (holder) => {
      while (await buildNext(ctx, holder));
    })
  while (!(await work())) await new Promise((resolve) => setTimeout(resolve, 200))
  const builds = (await readStores(ctx)).trails.map(({ build }) => String(build))
  const [kept] = await ctx.clickhouse.rows<{ moments: number; bytes: number }>(
    `select (select sum(length(moments)) from trails where has({builds:Array(String)}, toString(build))) as moments,
       (select sum(bytes_on_disk) from system.parts where database = currentDatabase() and table = 'trails' and active and has({builds:Array(String)}, partition)) as bytes`,
    { builds },
  )
  say(
    `trails of ${(kept?.moments ?? 0) / 1e6} M events, ${Math.round((kept?.bytes ?? 0) / 1e6)} MB, built in ${Math.round((performance.now() - started) / 1000)} s, half of it left to others`,
  )
}

/** Merges of the new parts would run beside what is measured; one that ends may call for the next. */
async function settle(clickhouse: ServedWorkspace['ctx']['clickhouse']): Promise<void> {
  for (let quiet = 0; quiet < 20; ) {
    const [merging] = await clickhouse.rows<{ c: number }>('select count() as c from system.merges')
    quiet = merging?.c === 0 ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** The events by name are ours; plain SQL reads the table as it lies. */
const onRawTable = 'settings optimize_use_projections = 0'

async function compare(workspace: ServedWorkspace, one: Case, size: Size, say: (text: string) => void): Promise<Row[]> {
  const { ctx } = workspace
  const ours = await measure(workspace, () => askReport(workspace, one.report))
  const naive = await measure(workspace, () => ctx.clickhouse.rows(`${one.naive} ${onRawTable}`, { tenant: ctx.tenantId })).catch(
    outOfMemory,
  )
  const goalMs = Math.max(size === 'full' ? 0 : leastGoalMs, one.goalMs * (sizes[size].events / sizes.full.events))
  const ratio = naive.ms / ours.ms
  const isAhead = naive.ms <= 50 || ratio >= 2.5
  say(`${one.name}: ${Math.round(ours.ms)} ms, plain SQL ${Number.isFinite(naive.ms) ? `${Math.round(naive.ms)} ms` : 'out of memory'}`)
  // Questions asked side by side took longer together than the answer did.
  const overMs = Math.max(0, ours.ms - ours.engineMs)
  return [
    {
      name: Number.isFinite(naive.ms) ? one.name : `${one.name} (plain SQL: out of memory)`,
      value: ours.ms,
      unit: 'ms',
      ...(Number.isFinite(naive.ms) ? { baseline: naive.ms, ratio } : {}),
      goal: `≤ ${Math.round(goalMs)} ms${naive.ms > 50 ? ', ≥ 2.5 × the plain SQL' : ''}`,
      met: ours.ms <= goalMs && isAhead,
    },
    {
      name: '  over what the engine took',
      value: overMs,
      unit: 'ms',
      goal: '≤ 20 % or 15 ms',
      met: overMs <= Math.max(15, ours.engineMs * 0.2),
    },
    compared('  bytes read', ours.bytes / 1e6, naive.bytes / 1e6),
    compared('  peak memory of the engine', ours.peak / 1e6, naive.peak / 1e6),
  ]
}

/** Plain SQL that needs more memory than a question may use has no time. */
function outOfMemory(error: unknown): Measured {
  if ((error as { code?: string }).code !== 'analysis.too_large') throw error
  return { ms: Number.POSITIVE_INFINITY, engineMs: 0, bytes: 0, peak: 0 }
}

const compared = (name: string, value: number, baseline: number): Row => ({
  name,
  value,
  unit: 'MB',
  baseline,
  ratio: value === 0 ? 0 : baseline / value,
  goal: 'told',
  met: true,
})

type Measured = { ms: number; engineMs: number; bytes: number; peak: number }

async function measure(workspace: ServedWorkspace, ask: () => Promise<unknown>): Promise<Measured> {
  await ask()
  const found: Measured[] = []
  for (let round = 0; round < rounds; round++) {
    forgetPeak(workspace)
    const before = await counters(workspace)
    const started = performance.now()
    await ask()
    const ms = performance.now() - started
    const after = await counters(workspace)
    found.push({ ms, engineMs: (after.time - before.time) / 1000, bytes: after.bytes - before.bytes, peak: peakOf(workspace) })
  }
  const middle = (of: (one: Measured) => number) => found.map(of).sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN
  return {
    ms: middle(({ ms }) => ms),
    engineMs: middle(({ engineMs }) => engineMs),
    bytes: middle(({ bytes }) => bytes),
    peak: middle(({ peak }) => peak),
  }
}

/** What the engine has read and how long its questions took, since it started. */
async function counters({ ctx }: ServedWorkspace): Promise<{ bytes: number; time: number }> {
  const [found] = await ctx.clickhouse.rows<{ bytes: number; time: number }>(
    "select sumIf(value, event = 'SelectedBytes') as bytes, sumIf(value, event = 'SelectQueryTimeMicroseconds') as time from system.events",
  )
  return found ?? { bytes: 0, time: 0 }
}

const statusOf = ({ engines }: ServedWorkspace): string => `/proc/${engines.pids().clickhouse}`

function forgetPeak(workspace: ServedWorkspace): void {
  writeFileSync(`${statusOf(workspace)}/clear_refs`, '5')
}

const peakOf = (workspace: ServedWorkspace): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`${statusOf(workspace)}/status`, 'utf8'))?.[1] ?? 0) * 1024

async function askReport({ url, apiKey }: ServedWorkspace, report: object): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/reports/run`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ report }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return answer
}

async function timeline(workspace: ServedWorkspace): Promise<Row[]> {
  const { ctx, url, apiKey } = workspace
  const [someone] = await ctx.db.selectFrom('customers').select('id').where('tenantId', '=', ctx.tenantId).limit(1).execute()
  const path = `${url}/api/v1/customers/${publicId(ctx, 'cus', someone?.id ?? 0)}/timeline?limit=50`
  const ours = await measure(workspace, async () => {
    const response = await fetch(path, { headers: { Authorization: `Bearer ${apiKey}` } })
    const { items } = (await response.json()) as { items: unknown[] }
    if (items.length === 0) throw new Error('the timeline is empty')
  })
  const naive = await measure(workspace, () =>
    ctx.clickhouse.rows(
      'select at, name, properties from events where tenant = {tenant:UInt32} and person = {person:UInt32} order by at desc limit 50',
      {
        tenant: ctx.tenantId,
        person: someone?.id ?? 0,
      },
    ),
  )
  return [
    {
      name: "one person's timeline",
      value: ours.ms,
      unit: 'ms',
      baseline: naive.ms,
      ratio: naive.ms / ours.ms,
      goal: '≤ 10 ms',
      met: ours.ms <= 10,
    },
    compared('  bytes read', ours.bytes / 1e6, naive.bytes / 1e6),
  ]
}
