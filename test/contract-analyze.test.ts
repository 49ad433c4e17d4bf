import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reportTypes } from '#insight/reports/schema.ts'

// `liuliang analyze` as a script meets it: a process with engines of its own, files in, one line out for each case.

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'liuliang-analyze-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Ended = { code: number; out: string; error: { code: string; field?: string } | undefined }

const liuliang = (args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const program = ['--disable-warning=ExperimentalWarning', join(root, 'src/cli.ts'), ...args]
    execFile(process.execPath, program, { cwd: folder, maxBuffer: 1e8 }, (failed, out, err) => {
      const last = err.trim().split('\n').at(-1) ?? ''
      resolve({ code: Number(failed?.code ?? 0), out, error: last.startsWith('{') ? JSON.parse(last) : undefined })
    })
  })

const write = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  return name
}

const folderOfTypes = join(root, 'src/insight/reports')
const first = new Map<string, object>()
for (const file of globSync('*/examples.ts', { cwd: folderOfTypes })) {
  const [example] = (await import(join(folderOfTypes, file))).examples as { type: string }[]
  if (example) first.set(example.type, example)
}

test('a batch answers every type of report in the order of its lines, ill lines with their error', async () => {
  const event = (person: string, name: string, day: number, properties = {}) => ({
    ...{ person, event: name, timestamp: `2026-03-0${day}T03:04:05.678Z`, properties },
  })
  const events = [
    event('p1', 'page.viewed', 1, { path: '/', source: 'ad' }),
    event('p1', 'order.paid', 2, { amount: 1234, currency: 'CNY', order: 1, products: ['P1'] }),
    event('p2', 'page.viewed', 3, { path: '/' }),
  ]
  const cases = reportTypes.map((type) => JSON.stringify({ events, persons: { p1: { city: '上海' } }, report: first.get(type) }))
  const { code, out } = await liuliang(['analyze', '--batch', write('cases.jsonl', [...cases, 'no json'].join('\n'))])
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(code).toBe(0)
  expect(answers).toHaveLength(reportTypes.length + 1)
  expect(answers.at(-1)).toMatchObject({ error: { code: 'json.malformed' } })
  for (const [i, type] of reportTypes.entries()) expect([type, answers[i]?.error]).toEqual([type, undefined])
  expect(answers[reportTypes.indexOf('trade')]).toMatchObject({ currency: 'CNY', totals: { paid: 12.34, orders: 1 } })
})

test('files of events and orders are one workspace; orders come through their mapping', async () => {
  const orders =
    'no,buyer,when,code,qty,price\nA1,p1,2026-03-02 10:00:00,P1,2,9.90\nA1,p1,2026-03-02 10:00:00,P2,1,5\nCA1,p1,2026-03-03 10:00:00,P2,-1,5\n'
  const columns = {
    order_no: 'no',
    'customer.member_no': 'buyer',
    paid_at: 'when',
    'line.product_code': 'code',
    'line.quantity': 'qty',
    'line.unit_price': 'price',
  }
  const mapping = { columns, timezone: 'Europe/London', currency: 'GBP', refundWhen: { column: 'no', startsWith: 'C' } }
  const viewed = { person: 'visitor', event: 'product.viewed', timestamp: '2026-03-01T10:00:00Z', properties: { product: 'P1' } }
  const report = { type: 'products', dateFrom: '2026-03-01', dateTo: '2026-03-31' }
  const files = [
    '--events',
    write('e.jsonl', `${JSON.stringify(viewed)}\n`),
    '--orders',
    write('o.csv', orders),
    '--mapping',
    write('m.json', mapping),
  ]
  const { code, out } = await liuliang(['analyze', write('r.json', report), ...files, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ currency: 'GBP', totals: { orders: 1, quantity: 3, amount: 24.8, refunded: 5, viewers: 1 } })
})

test('an ill report is refused with its field before any engine starts', async () => {
  const ended = await liuliang([
    'analyze',
    write('ill.json', { type: 'funnel', dateFrom: '2026-03-01', dateTo: '2026-03-02', steps: [] }),
    '--events',
    'e.jsonl',
  ])
  expect(ended).toMatchObject({ code: 1, out: '', error: { code: 'report.invalid', field: 'steps' } })
})
