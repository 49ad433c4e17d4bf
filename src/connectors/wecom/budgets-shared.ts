import { sql } from 'kysely'
import type { Database } from '#platform/database.ts'
import { type BudgetKey, type BudgetStore, windowStart } from './budgets.ts'
import { type Bounds, type Lane, share, type WindowName, windowMs } from './limits.ts'

type Row = {
  minuteStart: Date
  minuteUsed: number
  hourStart: Date
  hourUsed: number
  dayStart: Date
  dayUsed: number
  pausedUntil: Date | null
}

const unbounded = 2 ** 31 - 1

/** Budgets of all processes of an installation: one guarded statement takes a call or takes nothing. */
export function sharedBudgets(system: Database): BudgetStore {
  return {
    async take(key, bounds, lane, now) {
      if (await taken(system, key, bounds, lane, now)) return 0
      const row = await select(system, key)
      return row ? waitOf(row, bounds, lane, now) : 0
    },
    async pause(key, until) {
      const start = new Date(0)
      await sql`
        insert into wecom_budgets as b (tenant_id, corp_id, api, minute_start, minute_used, hour_start, hour_used, day_start, day_used, paused_until)
        values (${key.tenantId}, ${key.corpId}, ${key.api}, ${start}, 0, ${start}, 0, ${start}, 0, ${until})
        on conflict (tenant_id, corp_id, api) do update set paused_until = greatest(b.paused_until, excluded.paused_until)`.execute(system)
    },
  }
}

async function taken(system: Database, key: BudgetKey, bounds: Bounds, lane: Lane, now: Date): Promise<boolean> {
  const start = (name: WindowName) => new Date(windowStart(name, now))
  const bound = (name: WindowName) => share(bounds[name] ?? unbounded, lane)
  const result = await sql`
    insert into wecom_budgets as b (tenant_id, corp_id, api, minute_start, minute_used, hour_start, hour_used, day_start, day_used)
    values (${key.tenantId}, ${key.corpId}, ${key.api}, ${start('minute')}, 1, ${start('hour')}, 1, ${start('day')}, 1)
    on conflict (tenant_id, corp_id, api) do update set
      minute_used = case when b.minute_start = excluded.minute_start then b.minute_used + 1 else 1 end,
      hour_used = case when b.hour_start = excluded.hour_start then b.hour_used + 1 else 1 end,
      day_used = case when b.day_start = excluded.day_start then b.day_used + 1 else 1 end,
      minute_start = excluded.minute_start, hour_start = excluded.hour_start, day_start = excluded.day_start
    where (b.paused_until is null or b.paused_until <= ${now})
      and (b.minute_start <> excluded.minute_start or b.minute_used < ${bound('minute')})
      and (b.hour_start <> excluded.hour_start or b.hour_used < ${bound('hour')})
      and (b.day_start <> excluded.day_start or b.day_used < ${bound('day')})
    returning 1 as taken`.execute(system)
  return result.rows.length > 0
}

async function select(system: Database, key: BudgetKey): Promise<Row | undefined> {
  const found = await sql<Row>`
    select minute_start, minute_used, hour_start, hour_used, day_start, day_used, paused_until from wecom_budgets
    where tenant_id = ${key.tenantId} and corp_id = ${key.corpId} and api = ${key.api}`.execute(system)
  return found.rows[0]
}

/** Between the refused statement and this reading the window may have turned: then the next try tells. */
function waitOf(row: Row, bounds: Bounds, lane: Lane, now: Date): number {
  const used: Record<WindowName, [Date, number]> = {
    minute: [row.minuteStart, row.minuteUsed],
    hour: [row.hourStart, row.hourUsed],
    day: [row.dayStart, row.dayUsed],
  }
  const waits = (Object.keys(bounds) as WindowName[]).map((name) => {
    const [startedAt, count] = used[name]
    const isFull = startedAt.getTime() === windowStart(name, now) && count >= share(bounds[name] ?? unbounded, lane)
    return isFull ? startedAt.getTime() + windowMs[name] - now.getTime() : 0
  })
  return Math.max(1, (row.pausedUntil?.getTime() ?? 0) - now.getTime(), ...waits)
}
