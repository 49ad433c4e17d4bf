import { readSheet } from 'read-excel-file/node'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { messageSent } from '#operation/events.ts'
import { type Actor, type Context, systemActor } from '#platform/context.ts'
import { exportJob } from '#platform/exports/commands.ts'
import { exports } from '#platform/exports/routes.ts'
import { createServer } from '#platform/http/server.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { recordCost } from '../../effects/commands.ts'
import { loadWorld, toldEvent } from '../testing.ts'
import { wasteExport } from './export.ts'

let workspace: TestWorkspace
let ctx: Context
let actor: Actor
const exporting = exportJob([wasteExport])
const filter = { dateFrom: '2026-03-01', dateTo: '2026-03-31', windowDays: 10 }

beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-04-20T00:00:00Z')
})

/** Two messages that nobody bought after, paid in two currencies. */
beforeEach(async () => {
  ctx = await workspace.newTenant({ timezone: 'UTC' })
  actor = { ...systemActor, kind: 'employee', id: 1 }
  const names = Array.from({ length: 40 }, (_, i) => `p${i}`)
  const customers = await identifyMany(
    ctx,
    names.map((value) => ({ identities: [{ kind: 'person', value }] })),
    'test',
  )
  const events = names.flatMap((who, i) => [
    toldEvent(messageSent, who, '2026-03-02T00:00:00Z', { source: 'message', sourceId: 1, content: 1, kind: 'marketing' }),
    ...(i < 10
      ? [toldEvent(messageSent, who, '2026-03-02T00:00:00Z', { source: 'message', sourceId: 2, content: 1, kind: 'marketing' })]
      : []),
  ])
  const { ids } = await loadWorld(ctx, { events })
  expect(names.map((name) => ids.get(name))).toEqual(customers)
  await recordCost(ctx, { source: 'message', id: 1 }, { currency: 'USD', items: [{ kind: 'media', amountMinor: 1250 }] })
  await recordCost(ctx, { source: 'message', id: 2 }, { currency: 'CNY', items: [{ kind: 'other', amountMinor: 500 }] })
  await startFollow(ctx, { customerId: customers[0] ?? 0, employeeId: 7, at: ctx.now() })
})

const send = async (method: string, path: string, body?: object) => {
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor }))
  app.route('/exports', exports([wasteExport], exporting))
  return app.request(path, { method, headers: { 'Content-Type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) })
}

const take = async (format: 'csv' | 'xlsx'): Promise<Buffer> => {
  const { id } = (await (await send('POST', '/exports', { what: 'waste', format, filter })).json()) as { id: string }
  await runDueJobs(workspace, [exporting])
  return Buffer.from(await (await send('GET', `/exports/${id}/file`)).arrayBuffer())
}

const lines = async () => (await take('csv')).toString().split('\r\n').slice(0, -1)

const head = '对象,类型,花费,币种,其他币种花费,触达人数,打开次数,观察期满,下单人数,对照组,增量,增量下限,增量上限,检出把握,判断'

test('the list as CSV and as a spreadsheet, in the language of the company', async () => {
  expect(await lines()).toEqual([`\uFEFF${head}`, '2,消息,5,CNY,,10,0,10,0,0,,,,0,数据不足', '1,消息,,,USD 12.5,40,0,40,0,0,,,,0,数据不足'])
  await ctx.db.updateTable('tenants').set({ language: 'en' }).where('id', '=', ctx.tenantId).execute()
  expect((await readSheet(await take('xlsx'))).map((row) => [row[0], row[1], row[2], row[3], row[14]])).toEqual([
    ['What', 'Kind', 'Spend', 'Currency', 'Verdict'],
    ['2', 'Message', 5, 'CNY', 'Too little data'],
    ['1', 'Message', null, null, 'Too little data'],
  ])
})

test('whoever sees only their own customers takes away only what reached those, and no cost', async () => {
  actor = { ...actor, scope: [7], permissions: new Set(['exports.read', 'exports.write', 'reports.read']) }
  expect((await lines()).slice(1)).toEqual(['1,消息,,,,1,0,1,0,0,,,,0,数据不足', '2,消息,,,,1,0,1,0,0,,,,0,数据不足'])
})

test('needs the permission of reports, and says which field of the filter is at fault', async () => {
  const refused = async (asked: object) =>
    ((await (await send('POST', '/exports', { what: 'waste', format: 'csv', ...asked })).json()) as { error: object }).error
  expect(await refused({})).toMatchObject({ code: 'filter.invalid', field: 'filter' })
  expect(await refused({ filter: { ...filter, windowDays: 0 } })).toMatchObject({ code: 'filter.invalid', field: 'filter.windowDays' })
  expect(await refused({ filter: { ...filter, dateTo: '2026-02-01' } })).toMatchObject({ code: 'filter.invalid', field: 'filter.dateTo' })
  actor = { ...actor, permissions: new Set(['exports.read', 'exports.write']) }
  expect(await refused({ filter })).toMatchObject({ code: 'permission.missing', details: { permission: 'reports.read' } })
})
