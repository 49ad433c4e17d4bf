import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { nextBoundary, type Rota, slotsAt } from './schedule.ts'

const zone = 'Asia/Shanghai'
const at = (text: string): Date => DateTime.fromISO(text, { zone }).toJSDate()
const slot = (from: string, to: string, employees: number[] = []) => ({ from, to, employees })
const rota = (weekly: Rota['weekly'], dates: Rota['dates'] = []): Rota => ({ weekly, dates })

describe('the hours of a code', () => {
  test('without a rota are always; with one only inside a slot, its beginning included and its end not', () => {
    expect(slotsAt(rota([]), at('2026-11-22T03:00'), zone)).toBeUndefined()
    // 2026-11-23 is a Monday.
    const office = rota([{ days: [1], ...slot('09:00', '18:00', [7]) }])
    expect(slotsAt(office, at('2026-11-23T08:59:59.999'), zone)).toEqual([])
    expect(slotsAt(office, at('2026-11-23T09:00'), zone)).toMatchObject([{ employees: [7] }])
    expect(slotsAt(office, at('2026-11-23T18:00'), zone)).toEqual([])
    expect(slotsAt(office, at('2026-11-24T10:00'), zone)).toEqual([])
  })

  test('over midnight belong to the day they begin', () => {
    const night = rota([{ days: [1], ...slot('22:00', '06:00') }])
    expect(slotsAt(night, at('2026-11-24T05:59'), zone)).toHaveLength(1)
    expect(slotsAt(night, at('2026-11-23T05:59'), zone)).toEqual([])
    expect(slotsAt(rota([{ days: [1], ...slot('00:00', '24:00') }]), at('2026-11-23T23:59:59'), zone)).toHaveLength(1)
  })

  test('of a special date come instead of the week, an empty one is a day off', () => {
    const week = [{ days: [1, 2, 3, 4, 5, 6, 7], ...slot('00:00', '24:00', [1]) }]
    const special = rota(week, [
      { date: '2026-12-25', until: '2026-12-26', slots: [slot('10:00', '12:00', [2])] },
      { date: '2026-12-31', slots: [] },
    ])
    expect(slotsAt(special, at('2026-12-26T11:00'), zone)).toMatchObject([{ employees: [2] }])
    expect(slotsAt(special, at('2026-12-26T13:00'), zone)).toEqual([])
    expect(slotsAt(special, at('2026-12-27T13:00'), zone)).toMatchObject([{ employees: [1] }])
    expect(slotsAt(special, at('2026-12-31T13:00'), zone)).toEqual([])
    // Only special dates: every other day is always on duty.
    expect(slotsAt(rota([], [{ date: '2026-12-31', slots: [] }]), at('2026-12-30T13:00'), zone)).toBeUndefined()
  })

  test('do not change before the next boundary, in any zone and through its clock changes', () => {
    const clock = fc
      .integer({ min: 0, max: 95 })
      .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`)
    const slots = fc
      .record({ from: clock, to: clock, employees: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }) })
      .filter(({ from, to }) => from !== to)
    const rotas = fc.record({
      weekly: fc.array(
        fc.tuple(slots, fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })).map(([one, days]) => ({ ...one, days })),
        { maxLength: 4 },
      ),
      dates: fc.array(
        fc
          .tuple(fc.integer({ min: 1, max: 28 }), fc.array(slots, { maxLength: 2 }))
          .map(([day, some]) => ({ date: `2026-03-${String(day).padStart(2, '0')}`, slots: some })),
        { maxLength: 2 },
      ),
    })
    const moment = fc.integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 3, 5) }).map((ms) => new Date(ms))
    fc.assert(
      fc.property(
        rotas,
        moment,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York'),
        (some, now, part, where) => {
          const next = nextBoundary(some, now, where)
          const until = next?.getTime() ?? now.getTime() + 20 * 86_400_000
          const later = new Date(now.getTime() + Math.floor((until - now.getTime()) * part))
          expect(slotsAt(some, later, where)).toEqual(slotsAt(some, now, where))
        },
      ),
      { numRuns: 400 },
    )
  })
})
