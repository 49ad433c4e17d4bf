import { createHash } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { readSheet } from 'read-excel-file/node'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { customersExport } from '#management/customers/export.ts'
import { customersImport, phonesImport, tagsImport } from '#management/customers/import.ts'
import { type Actor, type Context, systemActor } from '#platform/context.ts'
import { exportJob } from '#platform/exports/commands.ts'
import { exports } from '#platform/exports/routes.ts'
import { files } from '#platform/http/file-routes.ts'
import { createServer } from '#platform/http/server.ts'
import { importFile } from '#platform/imports/engine.ts'
import { importJob } from '#platform/imports/jobs.ts'
import { imports } from '#platform/imports/routes.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { ordersExport } from './export.ts'
import { ordersImport } from './import.ts'
import { productsImport } from './products-import.ts'

let workspace: TestWorkspace
let ctx: Context
let actor: Actor
const kinds = [ordersImport, customersImport, tagsImport, phonesImport, productsImport]
const importing = importJob(kinds)
const exporting = exportJob([ordersExport, customersExport])

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  workspace.setNow('2026-03-01T08:00:00Z')
  ctx = await workspace.newTenant()
  actor = { ...systemActor, kind: 'employee', id: 1 }
})

const send = async (method: string, path: string, body?: FormData | object, headers: Record<string, string> = {}): Promise<Response> => {
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor }))
  app.route(
    '/',
    new Hono()
      .route('/imports', imports(kinds, importing))
      .route('/exports', exports([ordersExport, customersExport], exporting))
      .route('/files', files),
  )
  if (!(body instanceof FormData))
    return app.request(path, {
      method,
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  // As a socket would give it: with its length.
  const request = new Request(`http://localhost${path}`, { method, body })
  const bytes = await request.arrayBuffer()
  return app.request(path, {
    method,
    headers: { 'Content-Type': request.headers.get('content-type') ?? '', 'Content-Length': String(bytes.byteLength), ...headers },
    body: bytes,
  })
}

// biome-ignore lint/suspicious/noExplicitAny: tests say by their expectations what the answer is.
const json = async (method: string, path: string, body?: FormData | object): Promise<any> => {
  const response = await send(method, path, body)
  const text = await response.text()
  return { status: response.status, ...(text ? JSON.parse(text) : {}) }
}

function form(fields: Record<string, string>, bytes: Buffer | string, name = '订单.csv'): FormData {
  const made = new FormData()
  for (const [key, value] of Object.entries(fields)) made.set(key, value)
  made.set('file', new File([new Uint8Array(Buffer.from(bytes))], name))
  return made
}

const orderFile =
  '订单号,付款时间,买家手机号,商品名称,数量,单价\nA1,2026-02-01 10:00:00,13800138000,=1+1,1,5\nA2,2026-02-01 10:00:00,13800138000,茶,-1,5\nA3,2026-02-02 10:00:00,13900139000,茶,2,5\n'

describe('imports over the API', () => {
  test('preview guesses the mapping and tells what stands against it, and keeps nothing', async () => {
    const preview = await json('POST', '/imports/preview', form({ kind: 'orders' }, orderFile))
    expect(preview).toMatchObject({
      status: 200,
      format: 'csv',
      encoding: 'utf-8',
      headers: ['订单号', '付款时间', '买家手机号', '商品名称', '数量', '单价'],
      total: 3,
      mapping: {
        columns: {
          order_no: '订单号',
          paid_at: '付款时间',
          'customer.phone': '买家手机号',
          'line.title': '商品名称',
          'line.quantity': '数量',
          'line.unit_price': '单价',
        },
      },
      problems: [
        { line: 2, code: 'cell.formula', field: 'line.title' },
        { line: 3, code: 'quantity.negative', field: 'line.quantity' },
      ],
    })
    expect((await json('POST', '/imports/preview', form({ kind: 'orders' }, 'a,b\n1,2\n'))).problems).toMatchObject([
      { code: 'import.column_missing', field: 'columns.order_no' },
    ])
    expect((await json('GET', '/imports')).items).toEqual([])
  })

  test('a file is imported by a job, with progress, counts and an error file', async () => {
    const { status, id } = await json('POST', '/imports', form({ kind: 'orders' }, gzipSync(orderFile), 'orders.csv.gz'))
    expect(status).toBe(202)
    expect(await json('GET', `/imports/${id}`)).toMatchObject({ state: 'waiting', fileName: 'orders.csv.gz' })
    await runDueJobs(workspace, [importing])
    expect(await json('GET', `/imports/${id}`)).toMatchObject({
      state: 'done',
      progress: { read: 3, total: 3, rejected: 2 },
      counts: { read: 3, imported: 1, rejected: 2, orders: 1 },
      result: { rejectedFile: `/api/v1/imports/${id}/rejected` },
    })
    const file = await send('GET', `/imports/${id}/rejected`)
    expect([file.headers.get('x-content-type-options'), file.headers.get('content-disposition')]).toEqual([
      'nosniff',
      expect.stringMatching(/^attachment/),
    ])
    expect((await file.text()).split('\r\n')[1]).toBe(
      "A1,2026-02-01 10:00:00,13800138000,'=1+1,1,5,2,cell.formula,line.title,单元格是公式，请改为数值或文字",
    )
  })

  test('what cannot be imported is refused before a job is made', async () => {
    const code = async (fields: Record<string, string>, bytes: string | Buffer = orderFile) => {
      const { status, error } = await json('POST', '/imports', form(fields, bytes))
      return [status, error?.code, error?.field]
    }
    expect(await code({ kind: 'spend' })).toEqual([400, 'import.kind_unknown', 'kind'])
    expect(await code({ kind: 'orders', mapping: '{"columns":{"order_no":"nope"}}' })).toEqual([
      400,
      'import.header_missing',
      'columns.order_no',
    ])
    expect(await code({ kind: 'orders', mapping: '{' })).toEqual([400, 'json.malformed', undefined])
    expect(await code({ kind: 'orders' }, gzipSync(Buffer.alloc(80_000_000, 'a')))).toEqual([413, 'import.archive_bomb', 'file'])
    expect((await send('POST', '/imports', form({ kind: 'orders' }, orderFile), { 'Content-Length': '999999999' })).status).toBe(413)
    expect((await json('GET', '/imports')).items).toEqual([])
  })

  test('a waiting import that is cancelled never runs', async () => {
    const { id } = await json('POST', '/imports', form({ kind: 'orders' }, orderFile))
    expect((await send('DELETE', `/imports/${id}`)).status).toBe(204)
    await runDueJobs(workspace, [importing])
    expect(await json('GET', `/imports/${id}`)).toMatchObject({ state: 'cancelled', counts: { read: 0 } })
  })
})

describe('other kinds', () => {
  const bring = (kind: (typeof kinds)[number], text: string, mapping = {}) => {
    const path = join(mkdtempSync(join(tmpdir(), 'kinds-')), 'file.csv')
    writeFileSync(path, text)
    return importFile(ctx, { kind, path, mapping })
  }

  test('customers are found or made by any identity, told what is new, and tagged', async () => {
    const text = '姓名,手机号,会员号,性别,标签\n王小明,138 0013 8000,m1,男,"VIP,地区/华东"\n李雷,13900139000,m2,,\n无名,,,,\n坏号,abc,,,\n'
    expect(await bring(customersImport, text)).toMatchObject({ read: 4, imported: 2, rejected: 2 })
    expect(await bring(customersImport, text)).toMatchObject({ imported: 0, updated: 0, unchanged: 2, rejected: 2 })
    expect(await bring(customersImport, '会员号,姓名,unionid\nm1,王大明,\nm2,李雷,u2\n')).toMatchObject({ imported: 0, updated: 2 })
    const names = await ctx.db
      .selectFrom('customers')
      .select('name')
      .where('tenantId', '=', ctx.tenantId)
      .where('listed', '=', true)
      .orderBy('id')
      .execute()
    expect(names.map(({ name }) => name)).toEqual(['王大明', '李雷'])
    expect(await bring(tagsImport, '手机号,标签组,标签\n13800138000,地区,华东\n13900139000,地区,华东\n')).toMatchObject({
      imported: 1,
      unchanged: 1,
    })
    await expect(bring(customersImport, text, { columns: { phone: '手机号', 'attribute.shoe': '性别' } })).rejects.toMatchObject({
      code: 'import.column_unknown',
      field: 'columns.attribute.shoe',
    })
  })

  test('phone lists and products', async () => {
    expect(await bring(phonesImport, '手机号\n13800138000\n+86 13800138000\n123\n')).toMatchObject({
      read: 3,
      imported: 1,
      unchanged: 1,
      rejected: 1,
    })
    expect(await bring(productsImport, '商品编码,商品名称,价格\nP1,茶,5\nP2,杯,-1\nP1,白茶,6\n')).toMatchObject({
      imported: 1,
      unchanged: 1,
      rejected: 1,
    })
    expect(await bring(productsImport, '商品编码,商品名称,价格\nP1,白茶,7\n')).toMatchObject({ updated: 1 })
  })
})

describe('exports', () => {
  const fill = async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'export-')), 'o.csv')
    writeFileSync(
      path,
      '订单号,付款时间,买家手机号,买家姓名,商品名称,数量,单价\nA1,2026-02-01 10:00:00,13800138000,-2+3,茶,1,5.05\nA2,2026-02-02 10:00:00,13900139000,李雷,杯,2,5\n',
    )
    await importFile(ctx, { kind: ordersImport, path })
  }
  const take = async (asked: object): Promise<{ id: string; bytes: Buffer }> => {
    const { id } = await json('POST', '/exports', asked)
    await runDueJobs(workspace, [exporting])
    return { id, bytes: Buffer.from(await (await send('GET', `/exports/${id}/file`)).arrayBuffer()) }
  }

  test('a list as CSV and XLSX, in the tenant’s clock, guarded against formulas', async () => {
    await fill()
    const { bytes } = await take({ what: 'orders', format: 'csv', filter: { paidMinor: { lt: 1000 } } })
    expect(bytes.toString().split('\r\n').slice(0, 2)).toEqual([
      '\uFEFF订单号,状态,店铺,客户,下单时间,付款时间,商品,件数,实付金额,退款金额,币种,地区,导购,渠道',
      "A1,paid,,'-2+3,2026-02-01 10:00:00,2026-02-01 10:00:00,茶,1,5.05,0,CNY,,,",
    ])
    const sheet = await readSheet((await take({ what: 'orders', format: 'xlsx' })).bytes)
    expect(sheet.map((row) => [row[0], row[3], row[8]])).toEqual([
      ['订单号', '客户', '实付金额'],
      ['A1', "'-2+3", 5.05],
      ['A2', '李雷', 10],
    ])
  })

  test('phones are masked unless the asker may reveal them, data scope holds, and the audit log says who took what', async () => {
    await fill()
    const phones = async () =>
      (await take({ what: 'customers', format: 'csv' })).bytes
        .toString()
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[3])
    expect(await phones()).toEqual(['13800138000', '13900139000'])
    actor = { ...actor, id: 2, permissions: new Set(['exports.read', 'exports.write', 'customers.read']) }
    expect(await phones()).toEqual(['138****8000', '139****9000'].map(() => expect.stringMatching(/^1\d\d\*{4}\d{4}$/)))
    await startFollow(ctx, { customerId: 1, employeeId: 7, at: ctx.now() })
    actor = { ...actor, scope: [7] }
    expect((await phones()).length).toBeLessThan(2)
    expect((await json('POST', '/exports', { what: 'orders', format: 'csv' })).error.code).toBe('permission.missing')
    const log = await ctx.db
      .selectFrom('auditLog')
      .select(['action', 'details'])
      .where('tenantId', '=', ctx.tenantId)
      .where('action', 'like', 'export.%')
      .orderBy('seq')
      .execute()
    expect(log.map(({ action, details }) => [action, (details as { revealPhone?: boolean }).revealPhone])).toEqual([
      ['export.started', true],
      ['export.downloaded', undefined],
      ['export.started', false],
      ['export.downloaded', undefined],
      ['export.started', false],
      ['export.downloaded', undefined],
    ])
  })

  test('a file is its asker’s alone and gone after a week', async () => {
    await fill()
    actor = { ...actor, permissions: new Set(['exports.read', 'exports.write', 'orders.read']) }
    const { id } = await take({ what: 'orders', format: 'csv' })
    actor = { ...actor, id: 9 }
    expect((await send('GET', `/exports/${id}/file`)).status).toBe(404)
    expect((await json('GET', '/exports')).items).toEqual([])
    actor = { ...actor, id: 1 }
    workspace.setNow('2026-03-08T08:00:01Z')
    expect((await send('GET', `/exports/${id}/file`)).status).toBe(410)
    expect((await json('POST', '/exports', { what: 'everything', format: 'csv' })).error).toMatchObject({
      code: 'export.kind_unknown',
      field: 'what',
    })
  })
})

describe('files', () => {
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(100)])

  test('are what their bytes are, whatever they are called, and come back as they were', async () => {
    const stored = await json('POST', '/files', form({}, png, '../../evil.html'))
    expect(stored).toMatchObject({ status: 201, name: 'evil.html', contentType: 'image/png', bytes: png.length })
    const file = await send('GET', stored.url.replace('/api/v1', ''))
    expect([file.headers.get('content-type'), file.headers.get('x-content-type-options')]).toEqual(['image/png', 'nosniff'])
    expect(
      createHash('sha256')
        .update(Buffer.from(await file.arrayBuffer()))
        .digest('hex'),
    ).toBe(createHash('sha256').update(png).digest('hex'))
  })

  test('pages, scripts and what is too large are refused; other tenants’ files are not there', async () => {
    expect((await json('POST', '/files', form({}, '<svg onload="alert(1)"/>', 'a.png'))).error.code).toBe('file.type_unknown')
    expect(await json('POST', '/files', form({}, Buffer.concat([png, Buffer.alloc(10_000_001)]), 'a.png'))).toMatchObject({
      status: 413,
      error: { code: 'file.too_large' },
    })
    const { url } = await json('POST', '/files', form({}, png, 'a.png'))
    ctx = await workspace.newTenant()
    expect((await send('GET', url.replace('/api/v1', ''))).status).toBe(404)
    expect((await json('POST', '/files', { file: 'x' })).error.code).toBe('upload.not_multipart')
  })
})
