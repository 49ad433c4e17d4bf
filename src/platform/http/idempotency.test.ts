import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { type Context, systemActor } from '../context.ts'
import { appError } from '../errors.ts'
import { inTransaction } from '../events/emit.ts'
import { openTestWorkspace, type TestWorkspace } from '../testing/workspace.ts'
import { idempotency } from './idempotency.ts'
import { type AppEnv, allow, router } from './router.ts'
import { createServer } from './server.ts'

let workspace: TestWorkspace
let ctx: Context
let app: Hono<AppEnv>
let runs: number
let die: boolean
beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
  runs = 0
  die = false
  const things = router().post('/', allow('session', 'self'), async (c) => {
    const { wait = 0, fail = false } = await c.req.json()
    await sleep(wait)
    runs++
    if (fail) throw appError('thing.invalid', { message: 'No.' })
    await inTransaction(c.var.ctx, async ({ db }) =>
      db
        .insertInto('secrets')
        .values({ tenantId: ctx.tenantId, name: `n${runs}`, sealed: Buffer.alloc(1) })
        .execute(),
    )
    if (die) throw new Error('killed after the commit')
    return c.json({ run: runs }, 201)
  })
  app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: systemActor }))
  app.use(idempotency)
  app.route('/things', things)
})

const post = async (key: string | undefined, body: unknown, path = '/things') => {
  const response = await app.request(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key === undefined ? {} : { 'Idempotency-Key': key }) },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { run?: number; error?: { code: string } }
  return { status: response.status, answer: answer.error?.code ?? answer.run, replayed: response.headers.get('Idempotency-Replayed') }
}

const later = async <T>(ms: number, act: () => Promise<T>): Promise<T> => {
  workspace.setNow(new Date(Date.now() + ms))
  try {
    return await act()
  } finally {
    workspace.setNow(new Date())
  }
}

test('the same key and body run once and get the same answer', async () => {
  expect(await post('a', { x: 1 })).toEqual({ status: 201, answer: 1, replayed: null })
  expect(await post('a', { x: 1 })).toEqual({ status: 201, answer: 1, replayed: 'true' })
  expect(await post('b', { x: 1 })).toMatchObject({ answer: 2 })
  expect(await post(undefined, { x: 1 })).toMatchObject({ answer: 3 })
})

test('another body or another path under the key is refused', async () => {
  await post('a', { x: 1 })
  expect(await post('a', { x: 2 })).toMatchObject({ status: 409, answer: 'idempotency.key_reused' })
  expect(await post('a', { x: 1 }, '/things?other')).toMatchObject({ status: 409, answer: 'idempotency.key_reused' })
  expect(runs).toBe(1)
})

test('of many at once one runs, the others are told to wait', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('a', { wait: 300 })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ answer }) => answer === 'idempotency.in_progress')).toHaveLength(9)
  expect(runs).toBe(1)
  expect(await post('a', { wait: 300 })).toMatchObject({ status: 201, replayed: 'true' })
})

test('what was refused may be sent again under the same key', async () => {
  expect(await post('a', { fail: true })).toMatchObject({ status: 400, answer: 'thing.invalid' })
  expect(await post('a', {})).toMatchObject({ status: 201, answer: 2 })
})

test('what failed after it had an effect is not done twice', async () => {
  die = true
  expect(await post('a', {})).toMatchObject({ status: 500 })
  die = false
  expect(await post('a', {})).toMatchObject({ status: 409, answer: 'idempotency.answer_lost' })
  expect(runs).toBe(1)
})

test('after a day the key is free', async () => {
  await post('a', { x: 1 })
  expect(await later(23 * 3600_000, () => post('a', { x: 1 }))).toMatchObject({ answer: 1 })
  expect(await later(25 * 3600_000, () => post('a', { x: 2 }))).toMatchObject({ answer: 2 })
})

test('a request that died without an effect is done again, one that died after its commit is not', async () => {
  const died = async (key: string, committed: boolean) => {
    await post(key, { x: 1 })
    await ctx.db
      .updateTable('idempotencyKeys')
      .set({ status: null, body: null, ...(committed ? {} : { committedAt: null }) })
      .where('tenantId', '=', ctx.tenantId)
      .where('key', '=', key)
      .execute()
  }
  await died('a', false)
  expect(await post('a', { x: 1 })).toMatchObject({ answer: 'idempotency.in_progress' })
  expect(await later(130_000, () => post('a', { x: 1 }))).toMatchObject({ status: 201, answer: 2 })
  await died('b', true)
  expect(await later(130_000, () => post('b', { x: 1 }))).toMatchObject({ status: 409, answer: 'idempotency.answer_lost' })
})

test('answers lie sealed, and strange keys are refused', async () => {
  await post('a', { x: 1 })
  const { body } = await ctx.db.selectFrom('idempotencyKeys').select('body').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
  expect(Buffer.from(String(body), 'base64').toString('latin1')).not.toContain('run')
  expect(await post('with space', {})).toMatchObject({ status: 400, answer: 'idempotency.key_invalid' })
  expect(await post('x'.repeat(256), {})).toMatchObject({ status: 400, answer: 'idempotency.key_invalid' })
})
