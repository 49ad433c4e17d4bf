import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServedWorkspace } from './served-workspace.ts'

export type StormResult = { acknowledged: number; stored: number; distinct: number; kills: Record<string, number>; resent: number }

/**
 * Senders that never give up on an event until it is acknowledged, while the processes under them are killed with -9 at
 * random moments; then, when everything has come to rest, what was acknowledged against what is stored.
 */
export async function ingestStorm(
  workspace: ServedWorkspace,
  facts: { kills: number; senders: number; seed: number },
): Promise<StormResult> {
  const random = seeded(facts.seed)
  const stop = new AbortController()
  const acknowledged = new Set<string>()
  let resent = 0
  const senders = Array.from({ length: facts.senders }, async (_, sender) => {
    while (!stop.signal.aborted) {
      const ids = Array.from({ length: 1 + Math.floor(random() * 20) }, () => randomUUID())
      while (!(await send(workspace, sender, ids))) {
        resent++
        await sleep(20 + random() * 100)
      }
      for (const id of ids) acknowledged.add(id)
    }
  })
  const kills = await killAtRandom(workspace, facts.kills, random)
  stop.abort()
  await Promise.all(senders)
  await atRest(workspace)
  const [counts] = await workspace.ctx.clickhouse.rows<{ stored: number; distinct: number }>(
    "select count() as stored, uniqExact(id) as distinct from events where tenant = {t:UInt32} and name = 'storm.sent'",
    { t: workspace.ctx.tenantId },
  )
  const missing = await missingOf(workspace, acknowledged)
  if (missing.length > 0) throw new Error(`${missing.length} acknowledged events are not stored, such as ${missing[0]}`)
  return { acknowledged: acknowledged.size, stored: counts?.stored ?? 0, distinct: counts?.distinct ?? 0, kills, resent }
}

const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

async function send({ url, apiKey }: ServedWorkspace, sender: number, ids: string[]): Promise<boolean> {
  const events = ids.map((id, i) => ({ id, person: `storm-${(sender * 7 + i) % 500}`, event: 'storm.sent', properties: { sender } }))
  try {
    const response = await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ events }),
      signal: AbortSignal.timeout(10_000),
    })
    // Read to the end: only a whole answer is an acknowledgement.
    const receipt = (await response.json()) as { accepted?: number; duplicates?: number }
    return response.status === 202 && (receipt.accepted ?? 0) + (receipt.duplicates ?? 0) === ids.length
  } catch {
    return false
  }
}

async function killAtRandom(workspace: ServedWorkspace, kills: number, random: () => number): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  const names = ['web', 'worker', 'postgres', 'clickhouse']
  for (let i = 0; i < kills; i++) {
    await sleep(300 + random() * 1500)
    const name = names[i % names.length] ?? 'web'
    while (!kill(workspace, name)) await sleep(50)
    done[name] = (done[name] ?? 0) + 1
  }
  return done
}

/** False while the process is only just being started again. */
function kill({ engines, web, worker }: ServedWorkspace, name: string): boolean {
  const pid = { ...engines.pids(), web: web.pid(), worker: worker.pid() }[name]
  try {
    return pid !== undefined && process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** Nothing in the inbox, nothing on its way, everybody up. */
async function atRest({ ctx }: ServedWorkspace): Promise<void> {
  for (let quiet = 0; quiet < 5; await sleep(200)) {
    try {
      const { rows } = await ctx.databases.systemPool.query(
        'select (select count(*) from event_inbox) + (select count(*) from event_load) as waiting',
      )
      quiet = rows[0].waiting === 0 && (await ctx.clickhouse.ping()) ? quiet + 1 : 0
    } catch {
      quiet = 0
    }
  }
}

async function missingOf({ ctx }: ServedWorkspace, acknowledged: Set<string>): Promise<string[]> {
  const stored = new Set(
    (
      await ctx.clickhouse.rows<{ id: string }>("select id from events where tenant = {t:UInt32} and name = 'storm.sent'", {
        t: ctx.tenantId,
      })
    ).map(({ id }) => id),
  )
  return [...acknowledged].filter((id) => !stored.has(id))
}

/** The same storm again needs the same number. */
export const stormSeed = (): number =>
  Number.parseInt(
    createHash('sha256')
      .update(process.env.SEED ?? '1')
      .digest('hex')
      .slice(0, 7),
    16,
  )
