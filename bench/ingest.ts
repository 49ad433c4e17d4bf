import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openServedWorkspace, type ServedWorkspace } from '#test/support/served-workspace.ts'
import { atLeast, atMost, type Bench } from './bench.ts'

type Load = { requests: number; accepted: number; failed: number; seconds: number; p50: number; p99: number; max: number }

const connections = 64

/** Requests a second: a little more than the goals, so that answers are timed at the load that is promised and not in overload. */
const offered = { single: 5200, batches: 1560 }
const run = promisify(execFile)

/**
 * The events door: durable before it answers (fsync on), 64 connections, half the persons unknown before, visible in
 * ClickHouse; PostgreSQL, engine, web, worker and load generator share this machine.
 */
export const bench: Bench = async (size, say) => {
  const seconds = size === 'full' ? 60 : 15
  const persons = size === 'full' ? 100_000 : 20_000
  const workspace = await openServedWorkspace()
  try {
    say(
      `Everything on the same cores, load generator included; ${connections} connections, ${seconds} s each, ${persons} persons of which half are unknown before; ${offered.single} single requests/s and ${offered.batches * 20} events/s in batches of 20 are offered.`,
    )
    await load(workspace, { seconds: 5, batch: 200, persons: persons / 2, name: 'single' })
    await load(workspace, { seconds: 5, batch: 200, persons: persons / 2, name: 'batch' })
    await caughtUp(workspace)
    const single = await measure(workspace, { seconds, batch: 1, persons, name: 'single', rate: offered.single })
    say(`single: ${JSON.stringify(single)}`)
    await caughtUp(workspace)
    const batched = await measure(workspace, { seconds, batch: 20, persons, name: 'batch', rate: offered.batches })
    say(`batches: ${JSON.stringify(batched)}`)
    return [
      atLeast('single-event requests acknowledged', single.requests / single.seconds, 'requests/s', 5000),
      atMost('  p99 of the answer', single.p99, 'ms', 50),
      atMost('  slowest event until visible in a query', single.visible, 's', 2),
      atMost('  refused or broken requests', single.failed, 'requests', 0),
      atLeast('events in batches of 20 acknowledged', batched.accepted / batched.seconds, 'events/s', 30_000),
      atMost('  p99 of the answer', batched.p99, 'ms', 50),
      atMost('  slowest event until visible in a query', batched.visible, 's', 2),
      atMost('  refused or broken requests', batched.failed, 'requests', 0),
      atMost('acknowledged and not stored', Math.abs(batched.missing), 'events', 0),
    ]
  } finally {
    await workspace.close()
  }
}

type Wanted = { seconds: number; batch: number; persons: number; name: string; rate?: number }

export async function load({ url, apiKey }: ServedWorkspace, { seconds, batch, persons, name, rate = 0 }: Wanted): Promise<Load> {
  const file = fileURLToPath(new URL('./load.ts', import.meta.url))
  const flags = { url, key: apiKey, connections, seconds, batch, persons, name, rate }
  const { stdout } = await run(process.execPath, [file, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])])
  return JSON.parse(stdout) as Load
}

async function measure(workspace: ServedWorkspace, wanted: Wanted): Promise<Load & { visible: number; missing: number }> {
  const before = await countStored(workspace)
  const stop = new AbortController()
  const watching = watchVisibility(workspace, stop.signal)
  const result = await load(workspace, wanted)
  stop.abort()
  const { slowest, probes } = await watching
  await caughtUp(workspace)
  return { ...result, visible: slowest, missing: result.accepted + probes - ((await countStored(workspace)) - before) }
}

/** Sends an event of its own every second and asks ClickHouse for it until it is there. */
async function watchVisibility({ ctx, url, apiKey }: ServedWorkspace, signal: AbortSignal): Promise<{ slowest: number; probes: number }> {
  let slowest = 0
  let probes = 0
  while (!signal.aborted) {
    const id = crypto.randomUUID()
    const sent = performance.now()
    await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ events: [{ id, person: 'probe', event: 'probe.sent' }] }),
    })
    probes++
    while (
      (
        await ctx.clickhouse.rows("select 1 as found from events where tenant = {t:UInt32} and name = 'probe.sent' and id = {id:UUID}", {
          t: ctx.tenantId,
          id,
        })
      ).length === 0
    )
      await sleep(50)
    slowest = Math.max(slowest, (performance.now() - sent) / 1000)
    await sleep(1000, undefined, { signal }).catch(() => undefined)
  }
  return { slowest, probes }
}

export async function caughtUp({ ctx }: ServedWorkspace): Promise<void> {
  while ((await ctx.databases.systemPool.query('select 1 from event_inbox limit 1')).rowCount !== 0) await sleep(200)
}

const countStored = async ({ ctx }: ServedWorkspace): Promise<number> =>
  (await ctx.clickhouse.rows<{ c: number }>('select count() as c from events where tenant = {t:UInt32}', { t: ctx.tenantId }))[0]?.c ?? 0
