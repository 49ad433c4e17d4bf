import { beforeAll, describe, expect, test } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { sharedBudgets } from './budgets-shared.ts'
import { type Token, tokenKey } from './tokens.ts'
import { sharedTokens } from './tokens-shared.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const now = () => new Date('2026-11-22T08:00:50Z')

describe('tokens of several processes', () => {
  /** Two stores on one database are two processes: they share nothing else. */
  const processes = () =>
    [sharedTokens(workspace.databases.system, workspace.secrets), sharedTokens(workspace.databases.system, workspace.secrets)] as const

  test('are fetched once for all of them, and replaced once', async () => {
    const key = tokenKey(1, 'ww1', 'secret')
    const [one, two] = processes()
    let fetches = 0
    const fetchToken = async (): Promise<Token> => {
      const token = `t${++fetches}`
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { token, expiresAt: new Date('2026-11-22T10:00:00Z') }
    }
    const both = () => Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).renew(key, undefined, now, fetchToken)))
    expect(new Set((await both()).map((token) => token.token))).toEqual(new Set(['t1']))
    expect((await two.read(key))?.token).toBe('t1')
    const replaced = await Promise.all([one.renew(key, 't1', now, fetchToken), two.renew(key, 't1', now, fetchToken)])
    expect(replaced.map((token) => token.token)).toEqual(['t2', 't2'])
    expect(fetches).toBe(2)
  })

  test('are sealed in the database', async () => {
    const key = tokenKey(1, 'ww2', 'secret')
    const [one] = processes()
    await one.renew(key, undefined, now, async () => ({ token: 'plain-token', expiresAt: new Date('2026-11-22T10:00:00Z') }))
    const rows = await workspace.databases.systemPool.query<{ sealed: Buffer }>("select sealed from wecom_tokens where corp_id = 'ww2'")
    const sealed = rows.rows[0]?.sealed ?? Buffer.alloc(0)
    expect(sealed.length).toBeGreaterThan(20)
    expect(sealed.includes('plain-token')).toBe(false)
  })

  test('that could not be fetched leave the row free for the next', async () => {
    const key = tokenKey(1, 'ww3', 'secret')
    const [one, two] = processes()
    await expect(one.renew(key, undefined, now, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(await two.read(key)).toBeUndefined()
    const token = await two.renew(key, undefined, now, async () => ({ token: 't', expiresAt: new Date('2026-11-22T10:00:00Z') }))
    expect(token.token).toBe('t')
  })
})

describe('budgets of several processes', () => {
  test('give out exactly what there is, however many ask at once', async () => {
    const key = { tenantId: 1, corpId: 'ww1', api: 'externalcontact/get' }
    const stores = [sharedBudgets(workspace.databases.system), sharedBudgets(workspace.databases.system)]
    const waits = await Promise.all(
      Array.from({ length: 60 }, (_, index) => stores[index % 2]?.take(key, { minute: 50, hour: 1000 }, 'bulk', now())),
    )
    expect(waits.filter((wait) => wait === 0)).toHaveLength(45)
    expect(waits.filter((wait) => wait !== 0)).toEqual(Array(15).fill(10_000))
    expect(await stores[0]?.take(key, { minute: 50, hour: 1000 }, 'first', now())).toBe(0)
    expect(await stores[0]?.take(key, { minute: 50, hour: 1000 }, 'bulk', new Date('2026-11-22T08:01:00Z'))).toBe(0)
  })

  test('rest together', async () => {
    const key = { tenantId: 1, corpId: 'ww1', api: 'externalcontact/list' }
    const [one, two] = [sharedBudgets(workspace.databases.system), sharedBudgets(workspace.databases.system)]
    await one.pause(key, new Date('2026-11-22T08:30:50Z'))
    await two.pause(key, new Date('2026-11-22T08:10:50Z'))
    expect(await two.take(key, { minute: 50 }, 'first', now())).toBe(1_800_000)
    expect(await two.take(key, { minute: 50 }, 'first', new Date('2026-11-22T08:30:51Z'))).toBe(0)
  })
})
