import { expect, test } from 'vitest'
import { memoryTokens, type Token, tokenKey } from './tokens.ts'

const key = tokenKey(1, 'ww1', 'secret')
const now = () => new Date('2026-11-22T08:00:00Z')

function source() {
  let fetches = 0
  const fetchToken = async (): Promise<Token> => {
    const token = `t${++fetches}`
    await new Promise((resolve) => setTimeout(resolve, 5))
    return { token, expiresAt: new Date('2026-11-22T10:00:00Z') }
  }
  return { fetchToken, fetches: () => fetches }
}

test('a hundred callers at once fetch one token', async () => {
  const tokens = memoryTokens()
  const { fetchToken, fetches } = source()
  const got = await Promise.all(Array.from({ length: 100 }, () => tokens.renew(key, undefined, now, fetchToken)))
  expect(new Set(got.map((token) => token.token))).toEqual(new Set(['t1']))
  expect(fetches()).toBe(1)
})

test('callers whose token failed replace it once, and latecomers with the same failed token get the new one', async () => {
  const tokens = memoryTokens()
  const { fetchToken, fetches } = source()
  await tokens.renew(key, undefined, now, fetchToken)
  const got = await Promise.all(Array.from({ length: 50 }, () => tokens.renew(key, 't1', now, fetchToken)))
  expect(new Set(got.map((token) => token.token))).toEqual(new Set(['t2']))
  expect((await tokens.renew(key, 't1', now, fetchToken)).token).toBe('t2')
  expect(fetches()).toBe(2)
})

test('the old token stays readable while the new one is being fetched', async () => {
  const tokens = memoryTokens()
  const { fetchToken } = source()
  await tokens.renew(key, undefined, now, fetchToken)
  const renewal = tokens.renew(key, 't1', now, fetchToken)
  expect((await tokens.read(key))?.token).toBe('t1')
  await renewal
  expect((await tokens.read(key))?.token).toBe('t2')
})

test('a failed fetch fails all who waited and the next one asks again', async () => {
  const tokens = memoryTokens()
  const { fetchToken } = source()
  const broken = () => Promise.reject(new Error('down'))
  const results = await Promise.allSettled([tokens.renew(key, undefined, now, broken), tokens.renew(key, undefined, now, fetchToken)])
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected'])
  expect((await tokens.renew(key, undefined, now, fetchToken)).token).toBe('t1')
})

test('another secret or tenant has its own token', async () => {
  const tokens = memoryTokens()
  const { fetchToken } = source()
  await tokens.renew(key, undefined, now, fetchToken)
  expect(await tokens.read(tokenKey(1, 'ww1', 'other'))).toBeUndefined()
  expect(await tokens.read(tokenKey(2, 'ww1', 'secret'))).toBeUndefined()
})
