import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { audit, canonical, verifyAudit } from './audit.ts'
import type { Context } from './context.ts'
import { inTransaction } from './events/emit.ts'
import { openTestWorkspace, type TestWorkspace } from './testing/workspace.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const chain = (ctx: Context) =>
  ctx.db.selectFrom('auditLog').select(['seq', 'hash', 'previousHash']).where('tenantId', '=', ctx.tenantId).orderBy('seq').execute()

/** As somebody who owns the database. */
const tamper = async (statement: string, values: unknown[]) => {
  const { default: pg } = await import('pg')
  const owner = new pg.Client({ connectionString: workspace.config.databaseUrl })
  await owner.connect()
  await owner.query(statement, values)
  await owner.end()
}

const written = async (rows: number): Promise<Context> => {
  const ctx = await workspace.newTenant()
  for (let i = 1; i <= rows; i++) await audit(ctx, 'thing.changed', ['tag', i], { i, amount: 1.5, nested: { 乙: [null, true, '甲'] } })
  return ctx
}

test('writers at the same moment make one chain without a fork', async () => {
  const ctx = await workspace.newTenant()
  await Promise.all(Array.from({ length: 40 }, (_, i) => audit(ctx, 'thing.changed', `x${i}`)))
  const rows = await chain(ctx)
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
  expect(rows.slice(1).map(({ previousHash }) => previousHash)).toEqual(rows.slice(0, -1).map(({ hash }) => hash))
  expect(await verifyAudit(ctx)).toEqual({ ok: true, checked: 40, head: { seq: 40, hash: rows.at(-1)?.hash } })
})

test('a change that is rolled back takes its line with it and leaves no gap', async () => {
  const ctx = await written(1)
  await inTransaction(ctx, async (ctx) => {
    await audit(ctx, 'thing.changed')
    throw new Error('undone')
  }).catch(() => undefined)
  await audit(ctx, 'thing.changed')
  expect(await verifyAudit(ctx)).toMatchObject({ ok: true, checked: 2 })
})

test('whatever is changed, taken out or put in between, the verifier names the first bad row', async () => {
  const columns = [
    "at = at + interval '1 ms'",
    "actor = 'employee:1:x'",
    "action = 'x'",
    "subject = 'x'",
    'details = \'{"i": 0}\'',
    "request_id = 'x'",
    "ip = '::1'",
    "hash = repeat('0', 64)",
  ]
  for (const change of columns) {
    const ctx = await written(5)
    await tamper(`update audit_log set ${change} where tenant_id = $1 and seq = 3`, [ctx.tenantId])
    expect(await verifyAudit(ctx), change).toMatchObject({ ok: false, checked: 2, firstBad: { seq: 3, reason: 'changed' } })
  }
  const removed = await written(5)
  await tamper('delete from audit_log where tenant_id = $1 and seq = 3', [removed.tenantId])
  expect(await verifyAudit(removed)).toMatchObject({ ok: false, firstBad: { seq: 3, reason: 'missing' } })
  await tamper('update audit_log set seq = seq - 1 where tenant_id = $1 and seq > 3', [removed.tenantId])
  expect(await verifyAudit(removed)).toMatchObject({ ok: false, firstBad: { seq: 3, reason: 'chain_broken' } })
})

test('the program itself can neither change nor delete a line', async () => {
  const ctx = await written(1)
  await expect(ctx.db.updateTable('auditLog').set({ action: 'x' }).where('tenantId', '=', ctx.tenantId).execute()).rejects.toThrow(
    'permission denied',
  )
  await expect(workspace.databases.system.deleteFrom('auditLog').where('tenantId', '=', ctx.tenantId).execute()).rejects.toThrow(
    'permission denied',
  )
})

test('a chain longer than one read is walked whole', async () => {
  const ctx = await workspace.newTenant()
  await inTransaction(ctx, async (ctx) => {
    for (let i = 0; i < 2100; i++) await audit(ctx, 'thing.changed')
  })
  expect(await verifyAudit(ctx)).toMatchObject({ ok: true, checked: 2100 })
})

test('canonical JSON is the same after a trip through jsonb, whatever the details', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.string({ unit: 'binary' }).filter(storable),
        fc.jsonValue().filter((value) => storable(JSON.stringify(value))),
        { maxKeys: 5 },
      ),
      async (details) => {
        const plain = JSON.parse(JSON.stringify(details))
        const { rows } = await workspace.databases.systemPool.query('select $1::jsonb as value', [JSON.stringify(plain)])
        expect(canonical(rows[0].value)).toBe(canonical(plain))
      },
    ),
    { numRuns: 200 },
  )
})

/** What the doors let in: no NUL, no halves of pairs. */
const storable = (text: string): boolean => text.isWellFormed() && !text.includes('\0') && !text.includes('\\u')
