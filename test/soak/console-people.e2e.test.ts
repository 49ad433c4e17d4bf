import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Segment } from '#insight/segments/schema.ts'
import { call, dayOf, look, peopleBehind, withInsightConsole } from '../support/insight-console.ts'
import { page, problems, workspace } from '../support/sandboxed-console.ts'

// Behind every bar, cell, node and point stand people.

withInsightConsole()

const openReport = (report: object) => page.goto(`${workspace.url}/reports/new?report=${encodeURIComponent(JSON.stringify(report))}`)
const days = { dateFrom: dayOf(1), dateTo: dayOf(0) }

/** The row of today below a heading. */
const todayBelow = (heading: string): Locator =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: heading }) })
    .getByRole('row', { name: new RegExp(`^${dayOf(0).slice(5)}`) })

test('trends: behind a point of a formula stand the people of each part, behind a value its own', async () => {
  const series = [
    { event: 'order.paid', measure: 'persons' },
    { event: 'page.viewed', measure: 'persons' },
  ]
  await openReport({ type: 'trend', ...days, cumulative: true, series, formula: 'A / B' })
  await todayBelow('明细数字').getByRole('button').click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: /^B · / }))).toEqual(['周周', '林小满', '赵可', '陈默'])
  await openReport({ type: 'trend', ...days, series: series.slice(1), breakdown: { property: 'source', limit: 2 } })
  await page.getByRole('columnheader', { name: '抖音广告' }).waitFor()
  expect(await peopleBehind(todayBelow('明细数字').getByRole('button').first())).toEqual(['林小满', '赵可'])
  expect(await peopleBehind(todayBelow('明细数字').getByRole('button').last())).toHaveLength(1)
})

test('funnels: who still has time, who began today, who has a value, and two segments', async () => {
  const { id } = await call<Segment>('POST', 'segments', { name: '买过两次', rule: { orders: { count: { gte: 2 } } } })
  const steps = [{ event: 'page.viewed' }, { event: 'order.paid' }]
  await openReport({ type: 'funnel', ...days, steps, trend: 'day', segments: [id], breakdown: { property: 'source' } })
  expect(await peopleBehind(page.getByRole('button', { name: /窗口未到期 1$/ }))).toEqual(['周周'])
  expect(await peopleBehind(todayBelow('每期走到每一步的人').getByRole('button').last())).toEqual(['林小满', '赵可', '陈默'])
  expect(
    await peopleBehind(
      page
        .getByRole('row', { name: /^抖音广告/ })
        .getByRole('button')
        .last(),
    ),
  ).toEqual(['林小满', '赵可'])
  expect(
    await peopleBehind(
      page
        .getByRole('row', { name: /^买过两次/ })
        .getByRole('button')
        .last(),
    ),
  ).toEqual(['林小满'])
  await look('funnel')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('retention: who came back in a cell and who did not, also of one channel', async () => {
  const paid = { event: 'order.paid' }
  const from = dayOf(40)
  await openReport({ type: 'retention', start: paid, from, intervals: 41, breakdown: { dimension: 'channel' } })
  const last = page.locator('.heat tbody tr').first().getByRole('button').last()
  await last.click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: '回来的 1 人', exact: true }))).toEqual(['林小满'])
  await page.getByRole('combobox', { name: '看哪一组' }).click()
  await page.locator('.ant-select-item-option', { hasText: '抖音' }).click()
  await last.click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: '回来的 1 人', exact: true }))).toEqual(['林小满'])
  await look('retention')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('intervals: who still waits for a next one, and who stands behind a bar, by its row in the table', async () => {
  const paid = { event: 'order.paid' }
  await openReport({ type: 'interval', dateFrom: dayOf(60), dateTo: dayOf(0), start: paid, end: paid })
  expect(await peopleBehind(page.getByRole('button', { name: '还有 4 次在等下一次' }))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('button', { name: '看表格' }).click()
  expect(await peopleBehind(page.locator('.figures').getByRole('button'))).toEqual(['林小满'])
  await look('gaps')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('paths: who went a way, and who stopped on it', async () => {
  await openReport({ type: 'paths', ...days, includeEvents: ['page.viewed', 'product.viewed'] })
  expect(await peopleBehind(page.locator('.plain-table').getByRole('button').first())).toEqual(['周周', '林小满'])
  const first = page.locator('.path-steps > li').first()
  expect(await peopleBehind(first.getByRole('button').last())).toEqual(['赵可', '陈默'])
  await look('paths')
  await page.setViewportSize({ width: 1440, height: 900 })
  expect(problems).toEqual([])
})
