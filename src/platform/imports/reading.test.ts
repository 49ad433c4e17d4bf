import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import writeXlsx from 'write-excel-file/node'
import { csvLine } from '../exports/csv.ts'
import { readCsv } from './csv.ts'
import { parseInstant } from './dates.ts'
import { type FileRow, openSource } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'reading-'))
let files = 0
const save = (bytes: string | Buffer): string => {
  const path = join(folder, `file-${++files}`)
  writeFileSync(path, bytes)
  return path
}
const all = async (batches: AsyncIterable<FileRow[]>): Promise<FileRow[]> => {
  const found: FileRow[] = []
  for await (const batch of batches) found.push(...batch)
  return found
}
const rowsOf = async (bytes: string | Buffer, encoding?: string) => all((await openSource(save(bytes), { encoding })).rows())
const cellsOf = async (bytes: string | Buffer) => (await rowsOf(bytes)).map(({ cells }) => cells)

const chunked = async function* (text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

describe('CSV', () => {
  test('reads any table as the reference reader does, wherever the text is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '中', '"', ',', '\n', '\r\n', ' ', '0'), maxLength: 8 })
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), fc.constantFrom('\n', '\r\n'), async (rows, size, end) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = rows.map((row) => row.map((one, i) => (/[",\r\n]/.test(one) || i % 2 === 0 ? quote(one) : one)).join(',')).join(end)
        const read = await all(readCsv(chunked(text, size), ','))
        expect(read.map(({ cells }) => cells)).toEqual(parse(text, { relax_column_count: true }))
      }),
      { numRuns: 300 },
    )
  })

  test('a quotation mark that is never closed costs its own line only', async () => {
    const rows = await rowsOf(`a,b\n1,2\n3,"open\n${'5,6\n'.repeat(3)}`)
    expect(rows.map(({ line, cells, error }) => [line, cells.length, error?.code])).toEqual([
      [1, 2, undefined],
      [2, 2, undefined],
      [3, 1, 'csv.quote_open'],
      [4, 2, undefined],
      [5, 2, undefined],
      [6, 2, undefined],
    ])
  })

  test('rows know the line they start on, with line breaks inside cells', async () => {
    expect((await rowsOf('a,b\n"1\n2",x\n\n3,y\n')).map(({ line }) => line)).toEqual([1, 2, 5])
  })

  test('tabs and semicolons separate too', async () => {
    expect(await cellsOf('订单号\t数量\nA\t1\n')).toEqual([
      ['订单号', '数量'],
      ['A', '1'],
    ])
    expect(await cellsOf('a;b\n1,5;2\n')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ])
  })
})

describe('encodings', () => {
  const text = '订单号,商品\nA1,白色🙂爱心\n'
  test('UTF-8 with and without mark, GB18030, UTF-16, each also packed, read the same', async () => {
    const wanted = [
      ['订单号', '商品'],
      ['A1', '白色🙂爱心'],
    ]
    const forms = [Buffer.from(text), Buffer.from(`\uFEFF${text}`), iconv.encode(text, 'gb18030'), Buffer.from(`\uFEFF${text}`, 'utf16le')]
    for (const bytes of forms) {
      expect(await cellsOf(bytes)).toEqual(wanted)
      expect(await cellsOf(gzipSync(bytes))).toEqual(wanted)
    }
  })

  test('GBK is found although the first Chinese comes late', async () => {
    const late = iconv.encode(`a,b\n${'1,2\n'.repeat(100_000)}好,3\n`, 'gbk')
    expect((await cellsOf(late)).at(-1)).toEqual(['好', '3'])
  })

  test('a file that is not what was said is refused', async () => {
    await expect(rowsOf(iconv.encode(text.replace('🙂', ''), 'gbk'), 'utf-8')).rejects.toMatchObject({
      code: 'import.encoding_wrong',
      field: 'encoding',
    })
  })
})

describe('other forms', () => {
  test('spreadsheets give numbers as typed and dates as their wall clock', async () => {
    const buffer = (await writeXlsx([
      ['订单号', '单价', '付款时间'],
      ['A1', 19.99, { value: new Date('2026-01-31T18:30:00Z'), type: Date, format: 'yyyy-mm-dd hh:mm' }],
      ['00012', 0.1 + 0.2, null],
    ] as never).toBuffer()) as Buffer
    const wanted = [
      ['订单号', '单价', '付款时间'],
      ['A1', '19.99', '2026-01-31 18:30:00'],
      ['00012', '0.3', ''],
    ]
    expect(await cellsOf(buffer)).toEqual(wanted)
    expect(await cellsOf(gzipSync(buffer))).toEqual(wanted)
  })

  test('JSON Lines keep the digits of long numbers and name nested keys with dots', async () => {
    const source = await openSource(save('{"id":12345678901234567890,"customer":{"phone":"138"},"n":1e400}\n{broken\n[1]\n'))
    const rows = await all(source.rows())
    expect(source.keys).toEqual(['id', 'customer.phone', 'n'])
    expect(rows.map(({ cells, error }) => error?.code ?? cells)).toEqual([
      ['12345678901234567890', '138', '1e400'],
      'json.malformed',
      'json.not_object',
    ])
  })

  test('bombs, old spreadsheets, pictures and empty files are refused with words', async () => {
    await expect(rowsOf(gzipSync(Buffer.alloc(100 * 1024 * 1024, 'a')))).rejects.toMatchObject({ code: 'import.archive_bomb' })
    await expect(rowsOf(gzipSync('a,b\n1,2\n'.repeat(1000)).subarray(0, 40))).rejects.toMatchObject({ code: 'import.archive_broken' })
    await expect(rowsOf(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).rejects.toMatchObject({ code: 'import.xls_old' })
    await expect(rowsOf(Buffer.from('89504e470d0a1a0a0000000d49484452000000', 'hex'))).rejects.toMatchObject({ code: 'import.not_text' })
    await expect(rowsOf('')).rejects.toMatchObject({ code: 'import.file_empty' })
    await expect(rowsOf('[{"a":1}]')).rejects.toMatchObject({ code: 'import.json_array' })
  })
})

describe('dates', () => {
  const read = (text: string, zone = 'Asia/Shanghai', format?: string) => parseInstant(text, { zone, format }, 'at').toISOString()
  test('the usual forms are recognised, in the zone of the mapping', () => {
    for (const text of [
      '2026-01-31 18:30:00',
      '2026/1/31 18:30',
      '2026年1月31日 18:30',
      '2026年01月31日18时30分',
      '20260131183000',
      '2026.01.31 18:30:00',
      '2026-01-31T10:30:00Z',
      '2026-01-31T18:30:00+08:00',
      '１７６９８５５４００',
      '1769855400000',
    ])
      expect(read(text), text).toBe('2026-01-31T10:30:00.000Z')
    expect(read('2026-01-31')).toBe('2026-01-30T16:00:00.000Z')
    expect(read('31.01.2026 18:30', 'Europe/London', 'dd.MM.yyyy HH:mm')).toBe('2026-01-31T18:30:00.000Z')
  })
  test('impossible days are refused, not moved', () => {
    for (const text of ['2026-02-30', '2026-13-01', '0000-00-00', '2026-01-01 25:00', 'yesterday', '01/02/2026', '99999-01-01', '=TODAY()'])
      expect(() => read(text), text).toThrow(expect.objectContaining({ code: 'date.invalid', field: 'at' }))
    expect(() => read('2026-01-31', 'Asia/Shanghai', 'dd.MM.yyyy')).toThrow(expect.objectContaining({ code: 'date.invalid' }))
  })
})

test('no cell of an error file or export begins like a formula', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', 'a', '1', '"', ',', '＝', ' '), maxLength: 6 }), (text) => {
      const [[cell]] = parse(csvLine([text, 'x'])) as [[string]]
      expect(cell === text || cell === `'${text}`).toBe(true)
      expect(/^\s*[=@＝\t]/.test(cell) || (/^\s*[+-]/.test(cell) && !/^[+-]\d+$/.test(cell))).toBe(false)
    }),
  )
})
