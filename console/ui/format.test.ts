import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockOf, dayName, exactMoney, momentAt, parseMoney, percent, shortMoney, shortNumber, shortTime } from '#console/ui/format.ts'

describe('numbers', () => {
  test('are whole below ten thousand and in 万 and 亿 above', () => {
    expect([0, 9_999, 10_000, 12_345, 99_999_999, 123_456_789, -45_000].map((n) => shortNumber(n, 'zh'))).toEqual([
      '0',
      '9,999',
      '1.0万',
      '1.2万',
      '1.0亿',
      '1.2亿',
      '-4.5万',
    ])
  })

  test('use K, M and B in English', () => {
    expect([12_345, 123_456, 999_999, 2_500_000].map((n) => shortNumber(n, 'en'))).toEqual(['12,345', '123.5K', '1.0M', '2.5M'])
  })

  test('a ratio with nothing below it is a dash, never zero', () => {
    expect([percent(0, 0), percent(1, 3), percent(1, 2)]).toEqual(['—', '33.3%', '50%'])
  })
})

describe('money', () => {
  test('knows the decimals of its currency', () => {
    expect([exactMoney(123_456, 'CNY'), exactMoney(123_456, 'JPY'), exactMoney(-1_205, 'GBP')]).toEqual([
      '¥1,234.56',
      '¥123,456',
      '-£12.05',
    ])
    expect([shortMoney(123_456, 'CNY', 'zh'), shortMoney(1_234_567_00, 'CNY', 'zh')]).toEqual(['¥1,234.56', '¥123.5万'])
  })

  test('typed amounts come back exactly, and what is not an amount is refused', () => {
    expect(['12', '12.3', '1,234.56', '0.07'].map((text) => parseMoney(text, 'CNY'))).toEqual([1200, 1230, 123_456, 7])
    expect(['', '-1', '1.234', '1e3', 'abc', '１２'].map((text) => parseMoney(text, 'CNY'))).toEqual(Array(6).fill(undefined))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (minor) => {
        expect(parseMoney(exactMoney(minor, 'CNY').slice(1), 'CNY')).toBe(minor)
      }),
    )
  })
})

describe('times', () => {
  const now = new Date('2026-11-22T06:00:00Z')
  const zone = 'Asia/Shanghai'

  test('near ones are said by the clock and far ones by the calendar, in the zone of the company', () => {
    const times = ['2026-11-22T06:03:00Z', '2026-11-21T15:59:00Z', '2026-11-21T16:00:00Z', '2026-11-20T01:15:00Z', '2025-11-20T01:15:00Z']
    expect(times.map((iso) => shortTime(iso, zone, 'zh', now))).toEqual([
      '今天 14:03',
      '昨天 23:59',
      '今天 00:00',
      '11-20 09:15',
      '2025-11-20',
    ])
  })

  test('days have names', () => {
    expect(['2026-11-22T06:03:00Z', '2026-11-20T01:15:00Z'].map((iso) => dayName(iso, zone, 'zh', now))).toEqual(['今天', '11月20日 周五'])
    expect(dayName('2026-11-20T01:15:00Z', zone, 'en', now)).toBe('Fri, Nov 20')
  })
})

test('the clock of the company shows a moment, and a time on it is that moment again', () => {
  expect(clockOf('2026-11-23T16:30:00Z', 'Asia/Shanghai')).toBe('2026-11-24T00:30:00')
  expect(momentAt('2026-11-24T00:30', 'Asia/Shanghai')).toBe('2026-11-23T16:30:00.000Z')
  const moment = fc
    .integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2028, 0, 1) / 60_000 })
    .map((at) => new Date(at * 60_000).toISOString())
  fc.assert(
    fc.property(moment, fc.constantFrom('UTC', 'Asia/Shanghai', 'America/Los_Angeles', 'Australia/Lord_Howe'), (at, zone) => {
      const clock = clockOf(at, zone)
      // What a clock shows twice, when it is put back, may be either.
      expect(clockOf(momentAt(clock, zone), zone)).toBe(clock)
    }),
  )
})
