import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '#platform/log.ts'
import { type BudgetStore, memoryBudgets } from './budgets.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { memoryTokens, type TokenStore } from './tokens.ts'

/** The line to WeCom: where it is and what all apps of a process share. Opened once per process. */
export type Connection = {
  baseUrl: string
  openUrl: string
  loginUrl: string
  tokens: TokenStore
  budgets: BudgetStore
  lanes: Lanes
  log: Pick<Logger, 'debug' | 'info' | 'warn'>
  timeoutMs: number
  now: () => Date
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** One app of one corp, as a tenant set it up. The secret decides what the app may do. */
export type WecomApp = {
  connection: Connection
  tenantId: number
  corpId: string
  secret: string
  agentId?: number
}

type Settings = Partial<Connection> & Pick<Connection, 'log'>

export function openConnection(settings: Settings): Connection {
  return {
    baseUrl: 'https://qyapi.weixin.qq.com',
    openUrl: 'https://open.weixin.qq.com',
    loginUrl: 'https://login.work.weixin.qq.com',
    tokens: memoryTokens(),
    budgets: memoryBudgets(),
    lanes: createLanes(),
    timeoutMs: 10_000,
    now: () => new Date(),
    sleep: async (ms, signal) => {
      await wait(ms, undefined, signal ? { signal } : {})
    },
    ...settings,
  }
}
