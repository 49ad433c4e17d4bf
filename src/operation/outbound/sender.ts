import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { askForTask } from './asking.ts'
import { decideDue } from './deciding.ts'
import type { Dealing } from './facts.ts'
import { followTask } from './following.ts'
import { packReady } from './packing.ts'
import { claimTasks, holdTask, releaseTask, type Task } from './tasks.ts'

const idleMs = 200
const atOnce = 8
/** Batches of one company before the others are looked after. */
const batchesInARow = 20
/** Looking for a message among thousands takes its time; the lease is kept meanwhile. */
const longestMs = { asking: 600_000, following: 45_000 }
const holdMs = 15_000

/** Takes wishes through the gate and hands them to WeCom until aborted. Any number of workers may do so side by side. */
export async function runSender(installation: Installation, deal: Dealing, signal: AbortSignal): Promise<void> {
  await Promise.all([runGate(installation, deal, signal), runTasks(installation, signal)])
}

async function runGate(installation: Installation, deal: Dealing, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let moved = 0
    for (const ctx of await companiesWith(installation, 'wishes'))
      moved += await passGate(ctx, deal, signal).catch((error) => {
        installation.log.error({ err: error, tenantId: ctx.tenantId }, 'the gate was interrupted')
        return 0
      })
    if (moved === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
}

async function passGate(ctx: Context, deal: Dealing, signal: AbortSignal): Promise<number> {
  let moved = 0
  for (let batches = 0; batches < batchesInARow && !signal.aborted; batches++) {
    const decided = await decideDue(ctx, deal)
    moved += decided
    if (decided === 0) break
  }
  return moved + (await packReady(ctx))
}

async function runTasks(installation: Installation, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>()
  while (!signal.aborted) {
    let claimed = 0
    if (running.size < atOnce)
      for (const ctx of await companiesWith(installation, 'tasks')) {
        const tasks = await claimTasks(ctx, atOnce - running.size).catch(() => [])
        claimed += tasks.length
        for (const task of tasks) {
          const done: Promise<void> = doTask(ctx, task, signal).finally(() => running.delete(done))
          running.add(done)
        }
        if (running.size >= atOnce) break
      }
    if (claimed === 0) await Promise.race([sleep(idleMs, undefined, { signal }).catch(() => undefined), ...running])
  }
  await Promise.allSettled(running)
}

/** What is next for this task, whatever happens: it is put down again. */
export async function doTask(ctx: Context, task: Task, signal: AbortSignal): Promise<void> {
  const what = ['planned', 'calling', 'unknown'].includes(task.state) ? 'asking' : 'following'
  const within = AbortSignal.any([signal, AbortSignal.timeout(longestMs[what])])
  const holding = setInterval(() => void holdTask(ctx, task).catch(() => undefined), holdMs)
  try {
    if (what === 'asking') await askForTask(ctx, task, within)
    else await followTask(ctx, task, within)
  } catch (error) {
    ctx.log.error({ err: error, task: task.id }, 'a mass message was not looked after')
    await releaseTask(ctx, task, new Date(ctx.now().getTime() + 10_000)).catch(() => undefined)
  } finally {
    clearInterval(holding)
  }
}

/** Companies with something to do at this moment. */
async function companiesWith(installation: Installation, what: 'wishes' | 'tasks'): Promise<Context[]> {
  const now = installation.now()
  const due =
    what === 'tasks'
      ? sql`exists (select from mass_tasks m where m.tenant_id = t.id and m.next_at <= ${now})`
      : sql`exists (select from sends s where s.tenant_id = t.id and (s.state = 'intended' or (s.state = 'waiting' and s.reason <> 'task')) and s.due_at <= ${now})
          or exists (select from sends s where s.tenant_id = t.id and s.state = 'waiting' and s.reason = 'task')`
  const { rows } = await sql<{ id: number }>`select t.id from tenants t where ${due}`
    .execute(installation.databases.system)
    .catch(() => ({ rows: [] }))
  return rows.map(({ id }) => createContext(installation, id, systemActor, 'sender'))
}
