import { describe, expect, test } from 'vitest'
import { memoryBudgets, windowStart } from './budgets.ts'
import { blockMs } from './errors.ts'
import { createLanes } from './lanes.ts'

const key = { tenantId: 1, corpId: 'ww1', api: 'externalcontact/get' }
const at = (text: string) => new Date(text)

describe('a budget', () => {
  test('ends at its bound and begins again with the next window', async () => {
    const budgets = memoryBudgets()
    const now = at('2026-11-22T08:00:50Z')
    for (let call = 0; call < 9; call++) expect(await budgets.take(key, { minute: 10 }, 'bulk', now)).toBe(0)
    expect(await budgets.take(key, { minute: 10 }, 'bulk', now)).toBe(10_000)
    expect(await budgets.take(key, { minute: 10 }, 'bulk', at('2026-11-22T08:01:00Z'))).toBe(0)
  })

  test('keeps a part for those who go first', async () => {
    const budgets = memoryBudgets()
    const now = at('2026-11-22T08:00:00Z')
    for (let call = 0; call < 9; call++) await budgets.take(key, { minute: 10 }, 'bulk', now)
    expect(await budgets.take(key, { minute: 10 }, 'first', now)).toBe(0)
    expect(await budgets.take(key, { minute: 10 }, 'first', now)).toBe(60_000)
  })

  test('of one api rests when WeCom says so, and no other', async () => {
    const budgets = memoryBudgets()
    const now = at('2026-11-22T08:00:00Z')
    await budgets.pause(key, at('2026-11-22T09:00:00Z'))
    expect(await budgets.take(key, { minute: 10 }, 'first', now)).toBe(3_600_000)
    expect(await budgets.take({ ...key, api: 'externalcontact/list' }, { minute: 10 }, 'bulk', now)).toBe(0)
    expect(await budgets.take({ ...key, corpId: 'ww2' }, { minute: 10 }, 'bulk', now)).toBe(0)
  })

  test('of a day begins at midnight in Beijing', () => {
    expect(new Date(windowStart('day', at('2026-11-22T15:59:59Z'))).toISOString()).toBe('2026-11-21T16:00:00.000Z')
    expect(new Date(windowStart('day', at('2026-11-22T16:00:00Z'))).toISOString()).toBe('2026-11-22T16:00:00.000Z')
  })
})

test('the block of 45009 is as long as the window that was exceeded', () => {
  const now = at('2026-11-22T15:00:00Z').getTime()
  expect(blockMs('api freq out of limit', now)).toBe(60_000)
  expect(blockMs('api freq out of limit per hour', now)).toBe(3_600_000)
  expect(blockMs('reach max api daily quota limit', now)).toBe(3_600_000)
  expect(blockMs('monthly quota', now)).toBe(30 * 86_400_000)
})

describe('the lanes of an api', () => {
  /** Work that waits to be let go, in the order it began. */
  function works() {
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const work = (name: string) => () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.set(name, resolve))
    }
    const end = async (name: string) => {
      ends.get(name)?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { begun, work, end }
  }

  test('let five run, and a greeting goes before whoever waited longer', async () => {
    const lanes = createLanes()
    const { begun, work, end } = works()
    for (let index = 0; index < 7; index++) void lanes.run('x', 'bulk', undefined, work(`b${index}`))
    void lanes.run('x', 'first', undefined, work('welcome'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toEqual(['b0', 'b1', 'b2', 'b3', 'b4'])
    await end('b0')
    await end('b1')
    expect(begun).toEqual(['b0', 'b1', 'b2', 'b3', 'b4', 'welcome', 'b5'])
  })

  test('become narrower when WeCom says there are too many, and wider again', async () => {
    const lanes = createLanes()
    const { begun, work, end } = works()
    for (let index = 0; index < 6; index++) void lanes.run('x', 'bulk', undefined, work(`b${index}`))
    await new Promise((resolve) => setImmediate(resolve))
    lanes.slowDown('x')
    for (const name of ['b0', 'b1', 'b2']) await end(name)
    expect(begun).toHaveLength(5)
    await end('b3')
    expect(begun).toHaveLength(6)
    for (const name of ['b4', 'b5']) await end(name)
    let most = 0
    let running = 0
    const quick = async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
    }
    await Promise.all(Array.from({ length: 40 }, () => lanes.run('x', 'bulk', undefined, quick)))
    expect(most).toBe(2)
    for (let round = 0; round < 6; round++) await Promise.all(Array.from({ length: 40 }, () => lanes.run('x', 'bulk', undefined, quick)))
    expect(most).toBe(5)
  })

  test('of an api that wants serial calls let one run', async () => {
    const lanes = createLanes()
    const { begun, work } = works()
    for (let index = 0; index < 3; index++) void lanes.run('x', 'bulk', 1, work(`b${index}`))
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toEqual(['b0'])
  })
})
