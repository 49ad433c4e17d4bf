import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import { openClickHouse } from '../clickhouse.ts'
import { parseInsert, parseQuery } from './clickhouse-protocol.ts'

const clickhouse = openClickHouse(inject('clickhouseUrl'))

describe('the embedded engine speaks ClickHouse’s protocol', () => {
  test('any text and any list of texts arrive as they were sent', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((one) => !one.includes('\0'))
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 5 }), async (one, many) => {
        expect(await clickhouse.rows('select {one:String} as one, {many:Array(String)} as many', { one, many })).toEqual([{ one, many }])
      }),
      { numRuns: 60, examples: [["it's \\ a \t tab\n\r\b\f", ["'", '\\', "\\'", '[', ',', '']]] },
    )
  })

  test('numbers, dates and lists of numbers are typed by the question', async () => {
    expect(
      await clickhouse.rows('select {n:Int64} + 1 as n, {f:Float64} as f, arraySum({l:Array(UInt32)}) as l, toString({d:Date}) as d', {
        n: -5,
        f: 0.5,
        l: [1, 2, 3],
        d: '2026-01-31',
      }),
    ).toEqual([{ n: -4, f: 0.5, l: 6, d: '2026-01-31' }])
  })

  test('a refused question says what ClickHouse said', async () => {
    await expect(clickhouse.rows('select nothing_of_the_kind')).rejects.toMatchObject({ type: 'UNKNOWN_IDENTIFIER' })
  })

  test('a question beyond its time is stopped and said so', async () => {
    await expect(
      clickhouse.ask({
        sql: 'select count() as c from numbers(100000000000) where sipHash64(number) = 1',
        row: undefined as never,
        settings: { max_execution_time: 1 },
      }),
    ).rejects.toMatchObject({ code: 'analysis.timeout' })
  })

  test('eight questions and inserts run side by side', async () => {
    await clickhouse.command('create table if not exists side_by_side (n UInt32) engine = MergeTree order by n')
    await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        i % 2 ? clickhouse.insert('side_by_side', [{ n: i }]) : clickhouse.rows('select sleep(0.05) as s'),
      ),
    )
    expect(await clickhouse.rows('select count() as c from side_by_side')).toEqual([{ c: 12 }])
    await clickhouse.command('drop table side_by_side')
  })

  test('a million rows come in pieces', async () => {
    const rows = await clickhouse.rows<{ number: number }>('select number from numbers(1000000)')
    expect(rows).toHaveLength(1_000_000)
    expect(rows.at(-1)).toEqual({ number: 999_999 })
  })

  test('a wrong secret is refused', async () => {
    const url = new URL(inject('clickhouseUrl'))
    url.password = 'wrong'
    await expect(openClickHouse(url.href).rows('select 1')).rejects.toMatchObject({ code: '516' })
  })
})

describe('statements', () => {
  test('the format is the last clause', () => {
    expect(parseQuery("select 'format x' FORMAT JSONEachRow", 'TSV')).toEqual({ sql: "select 'format x'", format: 'JSONEachRow' })
    expect(parseQuery('select 1', 'TSV')).toEqual({ sql: 'select 1', format: 'TSV' })
  })

  test('an insert names table, columns and format', () => {
    expect(parseInsert('INSERT INTO `db`.`t` (a, `b`) FORMAT JSONEachRow')).toEqual({
      table: 'db.t',
      columns: ['a', 'b'],
      format: 'JSONEachRow',
    })
    expect(parseInsert('select 1')).toBeUndefined()
  })
})
