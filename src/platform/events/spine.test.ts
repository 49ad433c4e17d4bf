import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import type { Context } from '../context.ts'
import { openTestWorkspace, type TestWorkspace } from '../testing/workspace.ts'
import { defineEvent } from './catalogue.ts'
import { type Consumer, cleanLog, consumeAll, consumeOnce, type LoggedEvent, registerConsumers } from './consumers.ts'
import { emit, inTransaction } from './emit.ts'
import { createInboxWriter, eventIdOf } from './inbox.ts'
import { loadOnce } from './loader.ts'

const counted = defineEvent('thing.counted', { title: { zh: '计数', en: 'Counted' }, properties: z.object({ n: z.int() }) })

const passedBy = defineEvent('thing.passed', { title: { zh: '经过', en: 'Passed' }, properties: z.object({ n: z.int() }) })

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const stored = async () => (await workspace.clickhouse.rows<{ c: number }>('select count() as c from events'))[0]?.c

describe('loader', () => {
  const everybody = async (_tenant: number, references: unknown[]) => references.map((_, i) => i + 1)

  test('moves committed events once and leaves rolled back ones out', async () => {
    const ctx = await workspace.newTenant()
    await inTransaction(ctx, async (ctx) => emit(ctx, counted, { customerId: 5, properties: { n: 1 } }))
    await inTransaction(ctx, async (ctx) => {
      emit(ctx, counted, { customerId: 5, properties: { n: 2 } })
      throw new Error('undone')
    }).catch(() => undefined)
    while ((await loadOnce(workspace, everybody)) > 0);
    const rows = await workspace.clickhouse.rows('select person, name, properties from events where tenant = {t:UInt32}', {
      t: ctx.tenantId,
    })
    expect(rows).toEqual([{ person: 5, name: 'thing.counted', properties: { n: '1' } }])
  })

  test('a block repeated after a crash between insert and delete counts once', async () => {
    const ctx = await workspace.newTenant()
    const writer = createInboxWriter(workspace.databases)
    await writer.append(ctx.tenantId, [{ name: 'page.viewed', person: 'p', at: '2026-01-02T03:04:05.678Z', properties: { path: '/' } }])
    const before = await stored()
    const dying = {
      ...workspace,
      clickhouse: {
        ...workspace.clickhouse,
        insert: async (...parts: Parameters<typeof workspace.clickhouse.insert>) => {
          await workspace.clickhouse.insert(...parts)
          throw new Error('killed after the insert')
        },
      },
    }
    await expect(loadOnce(dying, everybody)).rejects.toThrow('killed')
    await expect(loadOnce(dying, everybody)).rejects.toThrow('killed')
    expect(await loadOnce(workspace, everybody)).toBe(1)
    expect(await stored()).toBe(Number(before) + 1)
  })

  test('a block whose token ClickHouse had noted without keeping the rows is not lost', async () => {
    const ctx = await workspace.newTenant()
    const writer = createInboxWriter(workspace.databases)
    await writer.append(ctx.tenantId, [{ name: 'page.viewed', person: 'p', at: '2026-01-02T03:04:05.678Z', properties: { path: '/kept' } }])
    const dying = {
      ...workspace,
      clickhouse: {
        ...workspace.clickhouse,
        insert: async (...parts: Parameters<typeof workspace.clickhouse.insert>) => {
          await workspace.clickhouse.insert(...parts)
          await workspace.clickhouse.command("delete from events where properties['path'] = '/kept'")
          throw new Error('killed')
        },
      },
    }
    await expect(loadOnce(dying, everybody)).rejects.toThrow('killed')
    await loadOnce(workspace, everybody)
    expect(await workspace.clickhouse.rows("select count() as c from events where properties['path'] = '/kept'")).toEqual([{ c: 1 }])
  })

  test('the sender’s id makes a second arrival a duplicate, within a batch and across batches', async () => {
    const ctx = await workspace.newTenant()
    const writer = createInboxWriter(workspace.databases)
    const event = (id: string) => ({ id: eventIdOf(id), name: 'page.viewed', person: 'p', at: '2026-01-02T03:04:05.678Z', properties: {} })
    const receipts = await Promise.all([
      writer.append(ctx.tenantId, [event('a'), event('a'), event('b')]),
      writer.append(ctx.tenantId, [event('b'), event('c')]),
    ])
    expect(receipts.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(3)
    expect(await writer.append(ctx.tenantId, [event('c'), event('d')])).toEqual({ accepted: 1, duplicates: 1 })
  })
})

describe('consumers', () => {
  const seen: string[] = []
  const consumer = (name: string, handleOne: (ctx: Context, event: LoggedEvent) => Promise<void>): Consumer => ({
    name,
    from: 'beginning',
    events: ['thing.counted'],
    async handle(ctx, events) {
      for (const event of events) await handleOne(ctx, event)
    },
  })
  const drain = async (consumers: Consumer[]) => {
    await consumeAll(workspace, consumers)
  }

  test('see each event once, in order per customer, and stay where they were', async () => {
    const ctx = await workspace.newTenant()
    const consumers = [consumer('order', async (_ctx, { properties, customerId }) => void seen.push(`${customerId}:${properties.n}`))]
    await registerConsumers(workspace, consumers)
    for (const n of [1, 2, 3])
      await inTransaction(ctx, async (ctx) => {
        for (const customerId of [1, 2, 9]) emit(ctx, counted, { customerId, properties: { n } })
      })
    await drain(consumers)
    await drain(consumers)
    for (const customer of [1, 2, 9])
      expect(seen.filter((one) => one.startsWith(`${customer}:`)).slice(-3)).toEqual([1, 2, 3].map((n) => `${customer}:${n}`))
  })

  test('do not skip an event whose transaction commits late', async () => {
    const ctx = await workspace.newTenant()
    const got: number[] = []
    const consumers = [consumer('late', async (_ctx, { properties }) => void got.push(Number(properties.n)))]
    await registerConsumers(workspace, consumers)
    await drain(consumers)
    got.length = 0
    let finishSlow = () => {}
    const slow = inTransaction(ctx, async (ctx) => {
      await ctx.db.insertInto('quarantinedEvents').values({ tenantId: ctx.tenantId, reason: 'x', event: '{}' }).execute()
      emit(ctx, counted, { customerId: 8, properties: { n: 100 } })
      await new Promise<void>((resolve) => (finishSlow = resolve))
    })
    while (finishSlow.toString() === '() => {}') await new Promise((resolve) => setTimeout(resolve, 5))
    await inTransaction(ctx, async (ctx) => emit(ctx, counted, { customerId: 8, properties: { n: 101 } }))
    for (let round = 0; round < 5; round++) await consumeOnce(workspace, consumers)
    expect(got).toEqual([])
    finishSlow()
    await slow
    await drain(consumers)
    expect(got.sort()).toEqual([100, 101])
  })

  test('are not held back by a transaction of another database on the server', async () => {
    const ctx = await workspace.newTenant()
    const got: number[] = []
    const consumers = [consumer('elsewhere', async (_ctx, { properties }) => void got.push(Number(properties.n)))]
    await registerConsumers(workspace, consumers)
    const elsewhere = new pg.Client({ connectionString: inject('databaseUrl').replace(/\/[^/]*$/, '/postgres') })
    await elsewhere.connect()
    await elsewhere.query('begin; select pg_current_xact_id()')
    await inTransaction(ctx, async (ctx) => emit(ctx, counted, { customerId: 8, properties: { n: 200 } }))
    await consumeAll(workspace, consumers)
    expect(got).toContain(200)
    await elsewhere.end()
  })

  test('a poisoned event becomes a dead letter, its effects are undone, the next one passes', async () => {
    const ctx = await workspace.newTenant()
    const consumers = [
      consumer('poison', async (ctx, { properties }) => {
        await ctx.db
          .insertInto('quarantinedEvents')
          .values({ tenantId: ctx.tenantId, reason: `n${properties.n}`, event: '{}' })
          .execute()
        if (properties.n === 666) throw new Error('cannot be')
      }),
    ]
    await registerConsumers(workspace, consumers)
    await inTransaction(ctx, async (ctx) => {
      for (const n of [1, 666, 2]) emit(ctx, counted, { customerId: 3, properties: { n } })
    })
    await drain(consumers)
    const kept = await ctx.db.selectFrom('quarantinedEvents').select('reason').where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
    expect(kept.map(({ reason }) => reason)).toEqual(['n1', 'n2'])
    const letters = await ctx.db
      .selectFrom('deadLetters')
      .select(['consumer', 'errorMessage'])
      .where('tenantId', '=', ctx.tenantId)
      .execute()
    expect(letters).toEqual([{ consumer: 'poison', errorMessage: 'cannot be' }])
  })

  test('a handler cannot see or touch another tenant', async () => {
    const [one, two] = [await workspace.newTenant(), await workspace.newTenant()]
    await two.db.insertInto('quarantinedEvents').values({ tenantId: two.tenantId, reason: 'theirs', event: '{}' }).execute()
    let visible = -1
    const consumers = [
      consumer('wall', async (ctx, { customerId }) => {
        if (customerId === 77)
          visible = (await ctx.db.selectFrom('quarantinedEvents').select('id').where('reason', '=', 'theirs').execute()).length
      }),
    ]
    await registerConsumers(workspace, consumers)
    await inTransaction(one, async (ctx) => emit(ctx, counted, { customerId: 77, properties: { n: 1 } }))
    await drain(consumers)
    expect(visible).toBe(0)
  })

  test('a fact about two customers waits for both partitions and is handled once', async () => {
    const ctx = await workspace.newTenant()
    const got: string[] = []
    const consumers = [consumer('barrier', async (_ctx, { properties, customerId }) => void got.push(`${customerId}:${properties.n}`))]
    await registerConsumers(workspace, consumers)
    await drain(consumers)
    got.length = 0
    await inTransaction(ctx, async (ctx) => {
      emit(ctx, counted, { customerId: 5, properties: { n: 1 } })
      emit(ctx, counted, { customerId: 2, otherCustomerId: 5, properties: { n: 2 } })
      emit(ctx, counted, { customerId: 5, properties: { n: 3 } })
      emit(ctx, counted, { customerId: 2, properties: { n: 4 } })
      emit(ctx, counted, { customerId: 6, otherCustomerId: 1, properties: { n: 5 } })
    })
    await drain(consumers)
    expect(got.filter((one) => one.endsWith(':2'))).toHaveLength(1)
    expect(got.filter((one) => one.endsWith(':5'))).toEqual(['6:5'])
    expect(got.indexOf('5:1')).toBeLessThan(got.indexOf('2:2'))
    expect(got.indexOf('2:2')).toBeLessThan(got.indexOf('5:3'))
    expect(got.indexOf('2:2')).toBeLessThan(got.indexOf('2:4'))
  })

  test('events that concern nobody are passed, also right before a fact about two customers', async () => {
    const ctx = await workspace.newTenant()
    const got: string[] = []
    const consumers = [consumer('few', async (_ctx, { properties, customerId }) => void got.push(`${customerId}:${properties.n}`))]
    await registerConsumers(workspace, consumers)
    await drain(consumers)
    got.length = 0
    await inTransaction(ctx, async (ctx) => {
      for (const customerId of [2, 5, 5]) emit(ctx, passedBy, { customerId, properties: { n: 0 } })
      emit(ctx, passedBy, { customerId: 2, otherCustomerId: 5, properties: { n: 0 } })
      emit(ctx, passedBy, { customerId: 5, properties: { n: 0 } })
      emit(ctx, counted, { customerId: 5, properties: { n: 1 } })
      emit(ctx, passedBy, { customerId: 5, properties: { n: 0 } })
    })
    await drain(consumers)
    expect(got).toEqual(['5:1'])
    expect(await consumeOnce(workspace, consumers)).toBe(0)
  })

  test('more than one reading takes come in their order, whoever else stands elsewhere', async () => {
    const ctx = await workspace.newTenant()
    const got: number[] = []
    const many = consumer('many', async (_ctx, { properties }) => void got.push(Number(properties.n)))
    const nobody: Consumer = {
      name: 'nobody',
      from: 'beginning',
      events: ['thing.never'],
      handle: () => Promise.reject(new Error('called')),
    }
    await registerConsumers(workspace, [many, nobody])
    await drain([many])
    got.length = 0
    await inTransaction(ctx, async (ctx) => {
      for (let n = 0; n < 4500; n++) emit(ctx, n % 10 === 0 ? counted : passedBy, { customerId: 3, properties: { n } })
    })
    await drain([many, nobody])
    expect(got).toEqual(Array.from({ length: 450 }, (_, i) => i * 10))
  })

  test('who begins to wait for a name hears of it from then on', async () => {
    const ctx = await workspace.newTenant()
    const got: number[] = []
    const names: string[] = []
    const asking: Consumer = {
      ...consumer('asking', async (_ctx, { properties }) => void got.push(Number(properties.n))),
      events: async () => names,
    }
    await registerConsumers(workspace, [asking])
    const tell = (n: number) => inTransaction(ctx, async (ctx) => emit(ctx, counted, { customerId: 8, properties: { n } }))
    await tell(300)
    await drain([asking])
    names.push('thing.counted')
    await tell(301)
    await drain([asking])
    expect(got).toEqual([301])
  })

  test('what everybody passed is cleaned away, nothing else', async () => {
    const ctx = await workspace.newTenant()
    await inTransaction(ctx, async (ctx) => emit(ctx, counted, { customerId: 4, properties: { n: 1 } }))
    await cleanLog(workspace)
    const left = await workspace.databases.system.selectFrom('eventLog').select('id').where('tenantId', '=', ctx.tenantId).execute()
    expect(left).toHaveLength(1)
    expect(randomUUID()).not.toBe(left[0]?.id)
  })
})
