import { expect, test } from 'vitest'
import { singular } from '#console/i18n/singular.ts'

test('one day is not called days', () => {
  expect(singular('{{count}} days', { count: 1 })).toBe('{{count}} day')
  expect(singular('{{count}} people, {{orders}} orders', { count: '1', orders: '2' })).toBe('{{count}} person, {{orders}} orders')
  expect(singular('{{count}} batches and {{more}} entries', { count: 1, more: 1 })).toBe('{{count}} batch and {{more}} entry')
})

test('other numbers and other words stay as they are', () => {
  expect(singular('{{count}} days', { count: 21 })).toBe('{{count}} days')
  expect(singular('{{count}} days', { count: '0.1' })).toBe('{{count}} days')
  expect(singular('{{step}} is late, {{name}} days', { step: 1, name: '1 days' })).toBe('{{step}} is late, {{name}} days')
})
