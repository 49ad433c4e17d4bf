import { type Bounds, type Lane, share, type WindowName, windowMs } from './limits.ts'

/** Whose budget: an api of a corp, or of this address when the corp is empty. */
export type BudgetKey = { tenantId: number; corpId: string; api: string }

export type BudgetStore = {
  /** Takes one call, or says how long it takes until one is free (0 = taken). */
  take(key: BudgetKey, bounds: Bounds, lane: Lane, now: Date): Promise<number>
  /** WeCom said 45009: nobody calls this api of this corp until then. */
  pause(key: BudgetKey, until: Date): Promise<void>
}

type Account = { pausedUntil: number; windows: Partial<Record<WindowName, { startedAt: number; used: number }>> }

/** Budgets of a single process. */
export function memoryBudgets(): BudgetStore {
  const accounts = new Map<string, Account>()
  const account = (key: BudgetKey): Account => {
    const name = `${key.tenantId}|${key.corpId}|${key.api}`
    const found = accounts.get(name) ?? { pausedUntil: 0, windows: {} }
    accounts.set(name, found)
    return found
  }
  return {
    async take(key, bounds, lane, now) {
      const found = account(key)
      const waitMs = Math.max(
        found.pausedUntil - now.getTime(),
        ...entries(bounds).map(([name, bound]) => waitOf(found, name, share(bound, lane), now)),
      )
      if (waitMs > 0) return waitMs
      for (const [name] of entries(bounds)) use(found, name, now)
      return 0
    },
    async pause(key, until) {
      const found = account(key)
      found.pausedUntil = Math.max(found.pausedUntil, until.getTime())
    },
  }
}

/** Days begin at midnight in Beijing; minutes and hours on the clock. */
export function windowStart(name: WindowName, now: Date): number {
  const offset = name === 'day' ? 8 * windowMs.hour : 0
  const length = windowMs[name]
  return Math.floor((now.getTime() + offset) / length) * length - offset
}

function waitOf(account: Account, name: WindowName, bound: number, now: Date): number {
  const startedAt = windowStart(name, now)
  const window = account.windows[name]
  if (window?.startedAt !== startedAt || window.used < bound) return 0
  return startedAt + windowMs[name] - now.getTime()
}

function use(account: Account, name: WindowName, now: Date): void {
  const startedAt = windowStart(name, now)
  const window = account.windows[name]
  account.windows[name] = { startedAt, used: window?.startedAt === startedAt ? window.used + 1 : 1 }
}

export function entries(bounds: Bounds): [WindowName, number][] {
  return Object.entries(bounds) as [WindowName, number][]
}
