import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createSegment } from '#insight/segments/commands.ts'
import { keepTenant } from '#insight/segments/live/keeper.ts'
import type { Context } from '#platform/context.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { openServedWorkspace } from '#test/support/served-workspace.ts'
import { atLeast, atMost, type Bench, type Row } from './bench.ts'
import { caughtUp, load } from './ingest.ts'
import { generateEvents, weeks } from './insight-events.ts'

const rounds = 5
const zone = 'Asia/Shanghai'

/**
 * How long a rule takes to be asked about everybody, its members written down one by one; and whether fifty living segments keep up
 * with events, all services of a normal start running.
 */
export const bench: Bench = async (size, say) => [
  ...(await rebuild({ persons: 100_000, events: 1_000_000, goalMs: 300 }, say)),
  ...(size === 'full' ? await rebuild({ persons: 1_000_000, events: 10_000_000, goalMs: 2000 }, say) : []),
  ...(await keepUp(size === 'full' ? 60 : 15, say)),
]

type Company = { persons: number; events: number; goalMs: number }
const bought = (gte: number) => ({ event: { event: 'order.paid', count: { gte }, within: { last: 30, unit: 'day' } } })

async function rebuild({ persons, events, goalMs }: Company, say: (text: string) => void): Promise<Row[]> {
  const workspace = await openServedWorkspace()
  try {
    // Nobody else keeps segments: what is timed here is done here.
    await workspace.worker.stop()
    await fill(workspace.ctx, persons, events, say)
    const rows: Row[] = []
    for (const gte of [1, 3]) {
      const rule = { and: [{ attribute: { property: 'level', op: 'eq', value: 'gold' } }, bought(gte)] }
      const times: number[] = []
      let members = 0
      for (let round = 0; round <= rounds; round++) {
        await createSegment(workspace.ctx, { name: `${gte} ${round}`, note: '', rule: rule as never })
        const started = performance.now()
        await keepTenant(workspace.ctx)
        if (round > 0) times.push(performance.now() - started)
        members = await lastMembers(workspace.ctx)
      }
      const median = times.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN
      rows.push(atMost(`gold and ≥ ${gte} in 30 days: ${members} of ${persons} written`, median, 'ms', goalMs))
    }
    return rows
  } finally {
    await workspace.close()
  }
}

/** A tenth is gold; a twelfth of the events are orders. */
async function fill(ctx: Context, persons: number, events: number, say: (text: string) => void): Promise<void> {
  await sql`insert into customers (tenant_id, id, canonical_id, listed, attributes)
    select ${ctx.tenantId}, n, n, true, jsonb_build_object('level', case when n % 10 = 0 then 'gold' else 'silver' end) from generate_series(1, ${persons}::int) n`.execute(
    ctx.db,
  )
  await sql`analyze customers`.execute(ctx.db).catch(() => undefined)
  const last = addDays(dayOf(ctx.now(), zone), -1)
  const start = new Date(`${addDays(last, 1 - weeks * 7)}T00:00:00+08:00`)
  await generateEvents(ctx.clickhouse, { tenant: ctx.tenantId, start, sizes: { events, persons, orders: Math.round(events / 12) }, say })
}

async function lastMembers(ctx: Context): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from segment_stays where tenant_id = ${ctx.tenantId} and left_at is null
      and segment_id = (select max(id) from segments where tenant_id = ${ctx.tenantId})`.execute(ctx.db)
  return rows[0]?.count ?? 0
}

const offered = 10_000

async function keepUp(seconds: number, say: (text: string) => void): Promise<Row[]> {
  const workspace = await openServedWorkspace()
  try {
    const { ctx } = workspace
    await load(workspace, { seconds: 5, batch: 200, persons: 20_000, name: 'live' })
    await caughtUp(workspace)
    for (let i = 0; i < 50; i++) await createSegment(ctx, { name: `活人群 ${i}`, note: '', rule: ruleOf(i) as never })
    await untilKept(ctx)
    const before = await movesSoFar(ctx)
    const started = performance.now()
    const done = await load(workspace, { seconds, batch: 20, persons: 20_000, name: 'live', rate: offered / 20 })
    await caughtUp(workspace)
    await untilKept(ctx)
    const lateMs = performance.now() - started - done.seconds * 1000
    say(`${done.accepted} events, ${(await movesSoFar(ctx)) - before} moves`)
    return [
      atLeast('events accepted beside 50 living segments', done.accepted / done.seconds, 'events/s', offered * 0.98),
      atMost('  all of them followed so long after the last', lateMs, 'ms', 2000),
    ]
  } finally {
    await workspace.close()
  }
}

/** Names, windows, counts, filters, negations and sequences, no two alike. */
function ruleOf(i: number): object {
  const names = ['page.viewed', 'page.clicked', 'product.viewed', 'material.opened', 'cart.added']
  const event = { event: names[i % 5], within: { last: 1 + (i % 30), unit: 'day' }, count: { gte: 2 + (i % 7) } }
  if (i % 10 === 7) return { and: [{ event }, { not: { event: { event: names[(i + 1) % 5] } } }] }
  if (i % 10 === 3) return { event: { ...event, where: { source: 'wechat', stay: { gt: i } } } }
  if (i % 10 === 9)
    return { sequence: { steps: [{ event: names[i % 5] }, { event: names[(i + 2) % 5] }], window: { value: i, unit: 'minute' } } }
  return { event }
}

async function untilKept(ctx: Context): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ left: number }>`
      select (select count(*) from touches where tenant_id = ${ctx.tenantId})::int + (select count(*) from segments where tenant_id = ${ctx.tenantId} and asked_at is null)::int as left`.execute(
      ctx.db,
    )
    if (rows[0]?.left === 0) return
    await sleep(50)
  }
}

async function movesSoFar(ctx: Context): Promise<number> {
  const { rows } = await sql<{ moves: number }>`
    select (count(*) + count(left_at))::int as moves from segment_stays where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  return rows[0]?.moves ?? 0
}
