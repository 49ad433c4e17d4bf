import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSpreadsheet } from '#platform/imports/xlsx.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

// The program as somebody at a terminal meets it: a process, its two streams and its exit code.

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'liuliang-commands-'))
let workspace: TestWorkspace

beforeAll(async () => {
  workspace = await openTestWorkspace()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Ended = { code: number; out: string; error: Record<string, string> | undefined }

const liuliang = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'src/cli.ts'), ...args],
      { cwd: folder, env: { ...process.env, ...workspace.env, ...env } },
      (failed, out, err) => {
        const last = err.trim().split('\n').at(-1) ?? ''
        resolve({ code: Number(failed?.code ?? 0), out, error: last.startsWith('{') ? JSON.parse(last) : undefined })
      },
    )
  })

describe('liuliang', () => {
  test('tells its commands and their flags', async () => {
    const help = await liuliang(['help'])
    expect(help.code).toBe(0)
    for (const name of ['start', 'migrate', 'import', 'export', 'analyze', 'doctor', 'backup', 'restore', 'sandbox', 'verify', 'openapi'])
      expect(help.out).toMatch(new RegExp(`^ {2}${name} `, 'm'))
    expect(await liuliang(['import', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--dry-run') })
  })

  test('says errors as the last line on stderr, with nothing on stdout', async () => {
    expect(await liuliang(['moon'])).toEqual({ code: 1, out: '', error: expect.objectContaining({ code: 'command.unknown' }) })
    expect(await liuliang(['import', 'moon', 'x.csv'])).toMatchObject({ code: 1, error: { code: 'import.kind_unknown', field: 'kind' } })
    expect(await liuliang(['import', 'orders', 'x.csv'])).toMatchObject({ code: 1, error: { code: 'import.file_missing', field: 'file' } })
  })

  test('takes its flags from the environment too; the command line wins', async () => {
    const env = { LIULIANG_URL: 'http://127.0.0.1:9', LIULIANG_KEY: 'k', LIULIANG_JSON: '1' }
    writeFileSync(join(folder, 'orders.csv'), '订单号,付款时间,单价\nA1,2026-01-02,1\n')
    expect((await liuliang(['import', 'orders', 'orders.csv'], env)).error).toMatchObject({ code: 'command.unreachable', field: 'url' })
    expect((await liuliang(['import', 'orders', 'orders.csv', '--url', 'no url'], env)).error).toMatchObject({ code: 'command.bad_url' })
  })
})

describe('liuliang export', () => {
  const orders = [
    '订单号,付款时间,买家手机号,商品编码,数量,单价',
    'A1,2026-01-02 10:00:00,13800138000,P1,2,9.90',
    'A3,2026-01-04 10:00:00,13800138000,P1,1,100',
  ]

  beforeAll(async () => {
    writeFileSync(join(folder, 'two.csv'), `${orders.join('\n')}\n`)
    expect((await liuliang(['import', 'orders', 'two.csv', '--json'])).code).toBe(0)
  })

  test('writes a list as CSV that a spreadsheet reads, in the company’s time', async () => {
    const { code, out } = await liuliang(['export', 'orders', 'out.csv', '--json'])
    const text = readFileSync(join(folder, 'out.csv'), 'utf8')
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 0,
      what: 'orders',
      rows: 2,
      truncated: false,
      bytes: Buffer.byteLength(text),
    })
    expect(text.startsWith('\uFEFF')).toBe(true)
    const [head, ...rows] = text.slice(1).trim().split('\r\n')
    expect(head).toMatch(/订单号/)
    expect(rows.map((row) => /A\d/.exec(row)?.[0])).toEqual(['A1', 'A3'])
    expect(rows[0]).toMatch(/2026-01-02 10:00:00/)
    expect(rows[0]).toMatch(/19\.8/)
  })

  test('writes the same as a spreadsheet', async () => {
    expect((await liuliang(['export', 'orders', 'out.xlsx', '--json'])).code).toBe(0)
    const rows = await readSpreadsheet(join(folder, 'out.xlsx'), false)
    const csv = readFileSync(join(folder, 'out.csv'), 'utf8').slice(1).trim().split('\r\n')
    expect(rows).toHaveLength(csv.length)
    expect(rows[0]?.cells.join(',')).toBe(csv[0])
  })

  test('takes what is searched or filtered for', async () => {
    const rows = async (...more: string[]) => JSON.parse((await liuliang(['export', 'orders', 'some.csv', '--json', ...more])).out).rows
    expect(await rows('--search', 'A', '--filter', '{"paidMinor":{"gte":9000}}')).toBe(1)
  })

  test('is refused with a code and leaves no file', async () => {
    const refused = async (...args: string[]) => (await liuliang(['export', ...args, '--json'])).error?.code
    expect(await refused('moon', 'moon.csv')).toBe('export.kind_unknown')
    expect(await refused('orders', 'orders.txt')).toBe('export.format_unknown')
    expect(await refused('orders', 'bad.csv', '--filter', '{')).toBe('filter.invalid')
    for (const name of ['moon.csv', 'orders.txt', 'bad.csv']) expect(existsSync(join(folder, name))).toBe(false)
  })
})
