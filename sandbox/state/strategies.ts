// 规则组: who may do what with the customers (or moments) of which part of the company.
import { z } from 'zod'
import { now, type World } from './world.ts'

const RangeItem = z.object({ type: z.number(), userid: z.string().optional(), partyid: z.number().optional() })
/** Kept in the names of the protocol: the row is what the API gives back. */
const StrategyBody = z.object({
  strategy_name: z.string(),
  admin_list: z.array(z.string()),
  privilege: z.record(z.string(), z.boolean()),
  range: z.array(RangeItem),
})
export type RangeItem = z.infer<typeof RangeItem>
export type StrategyBody = z.infer<typeof StrategyBody>
export type StrategyKind = 'customer' | 'moment'
export type Strategy = {
  id: number
  corpId: string
  kind: StrategyKind
  strategyId: number
  parentId: number
  body: StrategyBody
  createdAt: number
}
type Row = {
  id: number
  corp_id: string
  kind: StrategyKind
  strategy_id: number
  parent_id: number
  body: string
  created_at: number
}

/** Numbers are never used again, so that an old one cannot mean something new. */
export function createStrategy(world: World, corpId: string, kind: StrategyKind, parentId: number, body: StrategyBody): number {
  const sql = 'SELECT coalesce(max(strategy_id), 0) + 1 AS n FROM strategies WHERE corp_id = ? AND kind = ?'
  const strategyId = world.store.get<{ n: number }>(sql, corpId, kind)?.n ?? 1
  world.store.run(
    'INSERT INTO strategies (corp_id, kind, strategy_id, parent_id, body, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    corpId,
    kind,
    strategyId,
    parentId,
    JSON.stringify(body),
    now(world),
  )
  return strategyId
}

export function findStrategy(world: World, corpId: string, kind: StrategyKind, strategyId: number): Strategy | undefined {
  const row = world.store.get<Row>(
    'SELECT * FROM strategies WHERE corp_id = ? AND kind = ? AND strategy_id = ? AND deleted = 0',
    corpId,
    kind,
    strategyId,
  )
  return row && toStrategy(row)
}

export const updateStrategy = (world: World, it: Strategy, body: StrategyBody): void => {
  world.store.run('UPDATE strategies SET body = ? WHERE id = ?', JSON.stringify(body), it.id)
}

export const deleteStrategy = (world: World, it: Strategy): void => {
  world.store.run('UPDATE strategies SET deleted = 1 WHERE id = ?', it.id)
}

export const hasChildren = (world: World, it: Strategy): boolean =>
  world.store.get(
    'SELECT 1 FROM strategies WHERE corp_id = ? AND kind = ? AND parent_id = ? AND deleted = 0 LIMIT 1',
    it.corpId,
    it.kind,
    it.strategyId,
  ) !== undefined

export const pageStrategies = (world: World, corpId: string, kind: StrategyKind, after: number, limit: number): Strategy[] =>
  world.store
    .all<Row>(
      'SELECT * FROM strategies WHERE corp_id = ? AND kind = ? AND deleted = 0 AND strategy_id > ? ORDER BY strategy_id LIMIT ?',
      corpId,
      kind,
      after,
      limit,
    )
    .map(toStrategy)

const toStrategy = (row: Row): Strategy => ({
  id: row.id,
  corpId: row.corp_id,
  kind: row.kind,
  strategyId: row.strategy_id,
  parentId: row.parent_id,
  body: StrategyBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
})
