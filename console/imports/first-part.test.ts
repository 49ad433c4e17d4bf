import { expect, test } from 'vitest'
import { firstPart } from '#console/imports/first-part.ts'

const line = '2026-01-01,一行中文,12.50\n'

test('of a big text file whole lines are taken', async () => {
  const file = new File([line.repeat(200_000)], '订单.csv')
  const part = await firstPart(file)
  expect(part.size).toBeLessThanOrEqual(2_000_000)
  expect(part.size % new Blob([line]).size).toBe(0)
  expect(part.name).toBe('订单.csv')
})

test('small and packed files go as they are', async () => {
  const small = new File([line], 'a.csv')
  const packed = new File([line.repeat(200_000)], 'a.csv.gz')
  expect(await firstPart(small)).toBe(small)
  expect(await firstPart(packed)).toBe(packed)
})
