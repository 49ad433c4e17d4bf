import { expect, test } from 'vitest'
import { collisionsOf } from './collisions.ts'
import type { CalendarItem } from './schema.ts'

const item = (id: string, day: string, more: Partial<CalendarItem> = {}): CalendarItem => ({
  kind: 'message',
  id,
  title: id,
  state: 'scheduled',
  at: `${day}T02:00:00.000Z`,
  day,
  audience: '',
  audienceSize: null,
  ...more,
})
const cap = { frequency: { most: 2, days: 7 }, perDay: null }

test('plans for the same people on one day get in each other’s way, a plan for everybody in each one’s', () => {
  const items = [
    item('a', '2026-03-02', { audience: 'vip' }),
    item('b', '2026-03-02', { audience: 'new' }),
    item('c', '2026-03-02'),
    item('d', '2026-03-02', { kind: 'moment' }),
    item('e', '2026-03-03'),
  ]
  expect(collisionsOf(items.slice(0, 2), cap)).toEqual([])
  expect(collisionsOf(items, cap).filter(({ kind }) => kind === 'same_day')).toEqual([
    { kind: 'same_day', day: '2026-03-02', ids: ['c', 'a'] },
    { kind: 'same_day', day: '2026-03-02', ids: ['c', 'b'] },
  ])
})

test('the third message in the days of the cap is one too many, the fourth a week later is not', () => {
  const items = [item('a', '2026-03-01'), item('b', '2026-03-04'), item('c', '2026-03-07'), item('d', '2026-03-12')]
  expect(collisionsOf(items, cap)).toEqual([{ kind: 'frequency', day: '2026-03-07', ids: ['a', 'b', 'c'] }])
  expect(collisionsOf(items, { frequency: null, perDay: null })).toEqual([])
})

test('where WeCom takes one a day, the second is said to be too many', () => {
  const items = [item('a', '2026-03-01'), item('b', '2026-03-01')]
  expect(collisionsOf(items, { frequency: null, perDay: 1 })).toEqual([
    { kind: 'platform_limit', day: '2026-03-01', ids: ['a', 'b'] },
    { kind: 'same_day', day: '2026-03-01', ids: ['a', 'b'] },
  ])
})
