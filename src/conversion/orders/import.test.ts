import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { importFile, runImport } from '#platform/imports/engine.ts'
import type { ImportResult } from '#platform/imports/schema.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { hash53, ordinals } from './facts.ts'
import { orderLinesImport, ordersImport } from './import.ts'
import { findOrder, listOrders } from './queries.ts'
import { readStatus } from './status.ts'
import { tradeTotals } from './totals.ts'

let workspace: TestWorkspace
const folder = mkdtempSync(join(tmpdir(), 'orders-import-'))
let files = 0

beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const bring = (
  ctx: Context,
  text: string | Buffer,
  mapping: unknown = {},
  more: { dryRun?: boolean; kind?: typeof ordersImport } = {},
): Promise<ImportResult> => {
  const path = join(folder, `${++files}.csv`)
  writeFileSync(path, text)
  return importFile(ctx, { kind: more.kind ?? ordersImport, path, mapping, dryRun: more.dryRun ?? false })
}

const rejected = (result: ImportResult): string[][] =>
  result.rejectedFile === null
    ? []
    : readFileSync(result.rejectedFile, 'utf8')
        .replace(/^\uFEFF/, '')
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(','))

const eventsOf = async (ctx: Context) =>
  (
    await workspace.databases.system
      .selectFrom('eventLog')
      .select(['name', 'properties', 'customerId', 'at'])
      .where('tenantId', '=', ctx.tenantId)
      .where('name', 'like', 'order.%')
      .orderBy('seq')
      .execute()
  ).map((event) => ({ ...event, properties: event.properties as Record<string, unknown> }))

const simple = {
  columns: {
    order_no: 'no',
    paid_at: 'at',
    'line.product_code': 'code',
    'line.quantity': 'n',
    'line.unit_price': 'price',
    'customer.member_no': 'who',
  },
  refundWhen: { column: 'no', startsWith: 'C' },
}
const head = 'no,at,code,n,price,who\n'

describe('order files', () => {
  test('a Chinese GBK file needs no mapping: status, discount, refund, phone, shop and coupons find their places', async () => {
    const ctx = await workspace.newTenant()
    const text = `某某旗舰店订单导出,,,,,,,,,,,,,,
订单编号,店铺,订单状态,下单时间,付款时间,买家手机号,商品编码,商品名称,规格编码,数量,单价（元）,优惠金额,实付金额,退款金额,导购,优惠券码
S1,天河店,交易成功,2026-01-02 10:00:00,2026-01-02 10:05:00,13800138000,P1,白茶,大,2,"1,000.005",0.01,"2,000.00",0,小王,C1;C2
S1,天河店,交易成功,2026-01-02 10:00:00,2026-01-02 10:05:00,13800138000,P2,茶杯,,1,30,0,30,12.5,小王,
S2,天河店,等待买家付款,2026-01-03 10:00:00,,13900139000,P2,茶杯,,1,30,0,30,,,
S3,,神秘状态,2026-01-03 11:00:00,2026-01-03 10:01:00,,P2,茶杯,,1,30,0,30,,,
`
    const result = await bring(ctx, iconv.encode(text, 'gbk'))
    expect(rejected(result)).toEqual([])
    expect(result).toMatchObject({ read: 4, imported: 4, rejected: 0, orders: 3 })
    const { items } = await listOrders(ctx, { limit: 10, sort: 'createdAt' })
    expect(
      items.map(({ orderNo, status, paidMinor, refundedMinor, quantity, shop, employee, customer }) => ({
        orderNo,
        status,
        paidMinor,
        refundedMinor,
        quantity,
        shop: shop?.name,
        employee,
        known: customer !== null,
      })),
    ).toEqual([
      {
        orderNo: 'S1',
        status: 'completed',
        paidMinor: 203_000,
        refundedMinor: 1250,
        quantity: 3,
        shop: '天河店',
        employee: '小王',
        known: true,
      },
      { orderNo: 'S2', status: 'unpaid', paidMinor: 3000, refundedMinor: 0, quantity: 1, shop: '天河店', employee: null, known: true },
      { orderNo: 'S3', status: 'unknown', paidMinor: 3000, refundedMinor: 0, quantity: 1, shop: undefined, employee: null, known: false },
    ])
    // What nobody understands is never taken for paid.
    expect(await tradeTotals(ctx, {})).toMatchObject({ orders: 1, buyers: 1, paidMinor: 203_000, refundedMinor: 1250, netMinor: 201_750 })
    expect((await eventsOf(ctx)).map(({ name, properties }) => [name, properties.orderNo, properties.amount])).toEqual([
      ['order.paid', 'S1', 203_000],
      ['order.refunded', 'S1', 1250],
    ])
    expect(await bring(ctx, iconv.encode(text, 'gbk'))).toMatchObject({ imported: 0, updated: 0, unchanged: 4 })
  })

  test('ill rows go to the error file with line, code and field, and stop nothing', async () => {
    const ctx = await workspace.newTenant()
    const ill: [row: string, code: string, field: string][] = [
      ['A2,2026-02-30 10:00:00,P,1,1,', 'date.invalid', 'paid_at'],
      ['A3,2026-01-01,P,-1,1,', 'quantity.negative', 'line.quantity'],
      ['A4,2026-01-01,P,1,-1,', 'amount.negative', 'line.unit_price'],
      ['A5,2026-01-01,P,1,1e400,', 'amount.invalid', 'line.unit_price'],
      ['A6,2026-01-01,P,NaN,1,', 'amount.invalid', 'line.quantity'],
      ['A7,2026-01-01,"=cmd|\' /C calc\'!A0",1,1,', 'cell.formula', 'line.product_code'],
      ['A8,2026-01-01,P,1,99999999999999999999,', 'amount.invalid', 'line.unit_price'],
      ['A9,2026-01-01,P,1000000000,1,', 'quantity.invalid', 'line.quantity'],
      [',2026-01-01,P,1,1,', 'order.no_number', 'order_no'],
      ['A11,,P,1,1,', 'order.no_time', 'paid_at'],
      ['A12,2026-01-01,P,1,1,,extra', 'row.too_many_cells', ''],
      ['A13,2026-01-01,P,,1,', 'quantity.missing', 'line.quantity'],
      ['A14,2026-01-01,P,0,1,', 'quantity.invalid', 'line.quantity'],
    ]
    const result = await bring(
      ctx,
      `${head}A1,2026-01-01,P,1,1,m1\n${ill.map(([row]) => row).join('\n')}\nA99,2026-01-01,P,"1,000",１２.５,m1\n`,
      simple,
    )
    expect(result).toMatchObject({ read: ill.length + 2, imported: 2, rejected: ill.length })
    expect(readFileSync(result.rejectedFile ?? '', 'utf8')).toContain("'=cmd|")
    const lines = readFileSync(result.rejectedFile ?? '', 'utf8')
      .trim()
      .split('\r\n')
    expect(lines[0]).toBe('no,at,code,n,price,who,line,code,field,message')
    for (const [i, [, code, field]] of ill.entries()) expect(lines[i + 1]).toContain(`,${i + 3},${code},${field},`)
    expect(await tradeTotals(ctx, {})).toMatchObject({ orders: 2, paidMinor: 1_250_100 })
    expect(await bring(ctx, `${head}A1,2026-01-01,P,1,1,m1\n`, simple)).toMatchObject({ unchanged: 1 })
  })

  test('a mapping that does not fit is refused up front, naming the field', async () => {
    const ctx = await workspace.newTenant()
    const file = `${head}A1,2026-01-01,P,1,1,m1\n`
    const refused = (mapping: unknown, wanted: object) => expect(bring(ctx, file, mapping)).rejects.toMatchObject(wanted)
    await refused({ columns: { ...simple.columns, 'line.prize': 'price' } }, { code: 'import.column_unknown', field: 'columns.line.prize' })
    await refused({ columns: { ...simple.columns, region: 'Country' } }, { code: 'import.header_missing', field: 'columns.region' })
    await refused({ columns: { paid_at: 'at', 'line.unit_price': 'price' } }, { code: 'import.column_missing', field: 'columns.order_no' })
    await refused({ columns: { order_no: 'no', 'line.unit_price': 'price' } }, { code: 'import.column_missing', field: 'columns.paid_at' })
    await refused({ ...simple, timezone: 'Mars/Base' }, { code: 'import.mapping_invalid', field: 'timezone' })
    await refused({ ...simple, currency: 'yuan' }, { code: 'import.mapping_invalid', field: 'currency' })
    await refused({ ...simple, wrong: 1 }, { code: 'import.mapping_invalid', field: 'wrong' })
    await refused({ ...simple, group: 'who' }, { code: 'import.mapping_invalid', field: 'group' })
    await refused(
      { ...simple, refundWhen: { column: 'nowhere', startsWith: 'C' } },
      { code: 'import.header_missing', field: 'refundWhen.column' },
    )
    await expect(bring(ctx, file, simple, { kind: orderLinesImport })).resolves.toMatchObject({ imported: 1 })
  })

  test('equal rows are separate lines, the earliest time pays, refunds stand by themselves, price zero is valid', async () => {
    const ctx = await workspace.newTenant({ timezone: 'Europe/London', currency: 'GBP' })
    const file = `${head}1,2026-01-02 09:01,P,2,0.125,m1\n2,2026-01-02 09:00,Q,1,0,m2\n1,2026-01-02 09:00,P,2,0.125,m1\n1,2026-01-02 09:01,R,1,3.005,\nC1,2026-02-01 09:00,P,-1,0.125,m1\n3,2026-01-05,P,1,5,\n`
    expect(await bring(ctx, file, simple)).toMatchObject({ read: 6, imported: 6, orders: 4, refunds: 1 })
    const totals = await tradeTotals(ctx, {})
    expect(totals).toMatchObject({
      orders: 2,
      freeOrders: 1,
      buyers: 1,
      anonymousOrders: 1,
      lines: 5,
      pricedLines: 4,
      paidMinor: 851,
      refunds: 1,
      refundedMinor: 13,
      netMinor: 838,
      currency: 'GBP',
    })
    expect(totals.months.map(({ month, paidMinor, refundedMinor }) => [month, paidMinor, refundedMinor])).toEqual([
      ['2026-01', 851, 0],
      ['2026-02', 0, 13],
    ])
    expect(await tradeTotals(ctx, { from: '2026-01-05', to: '2026-01-05' })).toMatchObject({
      orders: 1,
      paidMinor: 500,
      before: { orders: 0 },
    })
    const paid = (await eventsOf(ctx)).filter(({ name, properties }) => name === 'order.paid' && properties.orderNo === '1')
    expect(paid.map(({ at, properties }) => [new Date(at).toISOString(), properties.amount, properties.items, properties.first])).toEqual([
      ['2026-01-02T09:00:00.000Z', 351, 5, true],
    ])
    expect(await bring(ctx, file, simple)).toMatchObject({ imported: 0, updated: 0, unchanged: 6 })
    expect(await eventsOf(ctx)).toHaveLength(4)
  })

  test('a later file updates what changed and tells the difference once', async () => {
    const ctx = await workspace.newTenant()
    const columns = {
      order_no: 'no',
      status: 'status',
      created_at: 'at',
      updated_at: 'seen',
      'line.no': 'line',
      'line.product_code': 'code',
      'line.quantity': 'n',
      'line.unit_price': 'price',
      'customer.member_no': 'who',
    }
    const row = (status: string, seen: string, n = 1) =>
      `no,status,at,seen,line,code,n,price,who\nA,${status},2026-01-01 10:00,${seen},1,P,${n},10,m\n`
    expect(await bring(ctx, row('待发货', '2026-01-02'), { columns })).toMatchObject({ imported: 1 })
    expect(await bring(ctx, row('已发货', '2026-01-03', 2), { columns })).toMatchObject({ imported: 0, updated: 1 })
    expect(await bring(ctx, row('待发货', '2026-01-02'), { columns })).toMatchObject({ unchanged: 1 })
    const { items } = await listOrders(ctx, { limit: 1 })
    expect(items[0]).toMatchObject({ status: 'shipped', paidMinor: 2000, quantity: 2 })
    expect((await eventsOf(ctx)).map(({ name, properties }) => [name, properties.amount])).toEqual([
      ['order.paid', 1000],
      ['order.amended', 1000],
    ])
    const totals = await ctx.db
      .selectFrom('customerTotals')
      .select(['ordersCount', 'paidMinor'])
      .where('tenantId', '=', ctx.tenantId)
      .execute()
    expect(totals).toEqual([{ ordersCount: 1, paidMinor: 2000 }])
  })

  test('a dry run counts and leaves nothing behind', async () => {
    const ctx = await workspace.newTenant()
    expect(await bring(ctx, `${head}A1,2026-01-01,P,1,1,m1\nA2,2026-01-01,P,-1,1,m1\n`, simple, { dryRun: true })).toMatchObject({
      read: 2,
      imported: 1,
      rejected: 1,
      dryRun: true,
    })
    expect((await listOrders(ctx, { limit: 10 })).total).toBe(0)
    expect(await ctx.db.selectFrom('customers').select('id').where('tenantId', '=', ctx.tenantId).execute()).toEqual([])
    expect(await eventsOf(ctx)).toEqual([])
  })

  test('orders of a phone number, its member number and its shop are one customer’s, and other tenants see none of it', async () => {
    const ctx = await workspace.newTenant()
    const other = await workspace.newTenant()
    await bring(
      ctx,
      'order_no,paid_at,customer.phone,customer.member_no,line.unit_price\nA,2026-01-01,+86 138-0013-8000,m1,1\nB,2026-01-02,13800138000,,2\nC,2026-01-03,,m1,3\n',
    )
    expect(await tradeTotals(ctx, {})).toMatchObject({ orders: 3, buyers: 1, oneOrderBuyers: 0, topFifth: { buyers: 1, share: 1 } })
    const [order] = (await listOrders(ctx, { limit: 1 })).items
    expect((await listOrders(ctx, { limit: 10, filter: { customer: { in: [order?.customer?.id ?? ''] } } })).total).toBe(3)
    expect((await listOrders(other, { limit: 10 })).total).toBe(0)
    await expect(findOrder(other, 1)).rejects.toMatchObject({ code: 'order.not_found', status: 404 })
  })

  test('an import that is killed between chunks goes on where it stood and ends with the same figures', async () => {
    const rows = Array.from(
      { length: 9000 },
      (_, i) =>
        `${i % 2300 === 7 ? 'C' : ''}${i % 1500},2026-01-${String((i % 28) + 1).padStart(2, '0')},P${i % 50},${i % 2300 === 7 ? -1 : 1 + (i % 3)},${(i % 97) / 8},m${i % 300}`,
    )
    const file = `${head}${rows.join('\n')}\nbad,row,,,,\n`
    const whole = await workspace.newTenant()
    const wanted = await bring(whole, file, simple)
    const ctx = await workspace.newTenant()
    const path = join(folder, 'killed.csv')
    writeFileSync(path, file)
    const dying = new AbortController()
    let chunks = 0
    const { id } = await ctx.db
      .insertInto('imports')
      .values({ tenantId: ctx.tenantId, kind: 'orders', fileName: 'killed.csv', mapping: JSON.stringify(simple) })
      .returning('id')
      .executeTakeFirstOrThrow()
    await expect(
      runImport(ctx, {
        kind: ordersImport,
        importId: id,
        path,
        signal: dying.signal,
        onProgress: () => {
          if (++chunks === 2) dying.abort()
        },
      }),
    ).rejects.toThrow()
    expect(await eventsOf(ctx)).toEqual([])
    const resumed = await runImport(ctx, { kind: ordersImport, importId: id, path })
    expect({ ...resumed, seconds: 0, rejectedFile: '' }).toEqual({ ...wanted, seconds: 0, rejectedFile: '' })
    expect(rejected(resumed)).toEqual(rejected(wanted))
    expect(await tradeTotals(ctx, {})).toEqual(await tradeTotals(whole, {}))
    const told = async (one: Context) =>
      (await eventsOf(one)).map(({ name, properties }) => `${name} ${properties.orderNo} ${properties.amount}`).sort()
    expect(await told(ctx)).toEqual(await told(whole))
  })

  test('a worker that lost its import to another one writes nothing more', async () => {
    const ctx = await workspace.newTenant()
    const path = join(folder, 'stolen.csv')
    writeFileSync(path, `${head}${Array.from({ length: 6000 }, (_, i) => `${i},2026-01-01,P,1,1,m`).join('\n')}\n`)
    const { id } = await ctx.db
      .insertInto('imports')
      .values({ tenantId: ctx.tenantId, kind: 'orders', fileName: 'stolen.csv', mapping: JSON.stringify(simple) })
      .returning('id')
      .executeTakeFirstOrThrow()
    let other: Promise<ImportResult> | undefined
    const first = runImport(ctx, {
      kind: ordersImport,
      importId: id,
      path,
      onProgress: () => (other ??= runImport(ctx, { kind: ordersImport, importId: id, path })),
    })
    await expect(first).rejects.toMatchObject({ code: 'import.taken_over' })
    expect(await other).toMatchObject({ read: 6000, imported: 6000, unchanged: 0 })
  })
})

describe('pure rules', () => {
  test('ordinals count equal texts and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 }), (texts) => {
        const next = ordinals()
        expect(texts.map(next)).toEqual(texts.map((text, i) => texts.slice(0, i + 1).filter((one) => one === text).length))
      }),
    )
    expect(new Set(Array.from({ length: 200_000 }, (_, i) => hash53(`order ${i}`))).size).toBe(200_000)
  })

  test('statuses are read in the words of shops; what is new to us stays unknown', () => {
    expect(['待付款', 'WAIT_SELLER_SEND_GOODS', '已发货', 'TRADE_SUCCESS', '交易关闭', '已签收', '量子态', ''].map(readStatus)).toEqual([
      'unpaid',
      'paid',
      'shipped',
      'completed',
      'closed',
      'received',
      'unknown',
      'unknown',
    ])
  })
})
