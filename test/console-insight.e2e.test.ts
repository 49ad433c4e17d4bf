import { expect, test } from 'vitest'
import type { Board } from '#insight/boards/schema.ts'
import type { DictionaryEntry } from '#insight/metrics/schema.ts'
import type { Segment } from '#insight/segments/schema.ts'
import { choose } from './support/browser.ts'
import {
  call,
  dayOf,
  inBothWidths,
  look,
  order,
  peopleBehind,
  reloaded,
  saving,
  statOf,
  withInsightConsole,
} from './support/insight-console.ts'
import { page, problems, workspace } from './support/sandboxed-console.ts'

withInsightConsole()

test('trade: what was paid today and who paid it', async () => {
  await page.goto(`${workspace.url}/trade`)
  await expect.poll(() => statOf('支付金额').textContent()).toContain('¥1,124.00')
  expect(await statOf('净额').textContent()).toContain('¥1,064.00')
  expect(await peopleBehind(statOf('下单人数').getByRole('button'))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await look('trade')
})

test('products: who looked and did not buy, and what goes together', async () => {
  await page.goto(`${workspace.url}/products`)
  const tea = page.getByRole('row', { name: /龙井/ })
  await tea.waitFor()
  expect(await tea.textContent()).toContain('¥504.00')
  expect(await peopleBehind(page.locator('.funnel li').first().getByRole('button').first())).toEqual(['周周', '林小满'])
  await page.getByRole('tab', { name: '一起购买' }).click()
  const rule = page.getByRole('row', { name: /^盖碗 → 龙井/ })
  await rule.waitFor()
  expect(await rule.textContent()).toContain('100%')
  expect(await peopleBehind(rule.getByRole('button'))).toEqual(['林小满', '陈默'])
})

test('value: every layer, group and quadrant opens its people, and a forecast that cannot be made says why', async () => {
  await page.goto(`${workspace.url}/value`)
  await page.getByRole('heading', { name: '客户金字塔' }).waitFor()
  const layer = (name: string) => page.locator('.pyramid').getByRole('button').filter({ hasText: name })
  expect(await peopleBehind(layer('会员'))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('tab', { name: '四象限' }).click()
  // She alone bought more than once.
  expect(await peopleBehind(page.locator('.quadrants').getByRole('button').filter({ hasText: '高频高客单' }))).toEqual(['林小满'])
  await page.getByRole('tab', { name: 'RFM' }).click()
  await page.getByRole('heading', { name: '4 位买家，八个群体' }).waitFor()
  const groups = page.locator('.rfm').getByRole('button', { disabled: false })
  const people = []
  for (const group of await groups.all()) people.push(...(await peopleBehind(group)))
  expect(people.sort()).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('tab', { name: '价值预测' }).click()
  await page
    .getByText(/复购.*太少|不足/)
    .first()
    .waitFor()
  await look('clv')
})

test('segments: a rule is put together, counted while it changes, kept, and shows its people', async () => {
  await page.goto(`${workspace.url}/segments`)
  await page.getByRole('button', { name: '新建人群' }).first().click()
  await page.getByRole('button', { name: '加条件' }).click()
  await page.getByRole('menuitem', { name: '订单', exact: true }).click()
  const reach = page.locator('.rule-count')
  await expect.poll(() => reach.textContent()).toBe('4')
  await page.getByRole('spinbutton', { name: '订单数' }).fill('2')
  await page.keyboard.press('Tab')
  await expect.poll(() => reach.textContent()).toBe('1')
  await page.reload()
  await page.getByText('已恢复上次没有保存的内容').waitFor()
  await expect.poll(() => reach.textContent()).toBe('1')
  await page.getByRole('button', { name: '加条件' }).click()
  await page.getByRole('menuitem', { name: '条件组' }).click()
  await page.getByRole('button', { name: '存为人群' }).click()
  await page.getByRole('button', { name: '条件组：加一个条件' }).waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('加条件')
  await page.getByRole('button', { name: '去掉这个条件' }).last().click()
  await expect.poll(() => reach.textContent()).toBe('1')
  await page.getByRole('button', { name: '存为人群' }).click()
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
  await page.keyboard.type('买过两次')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: '买过两次' }).waitFor()
  await page.getByRole('table').getByRole('link', { name: '林小满' }).waitFor()
  expect((await call<{ items: Segment[] }>('GET', 'segments')).items.map(({ name }) => name)).toEqual(['买过两次'])
  await page.getByRole('button', { name: '用这群人' }).click()
  await page.getByRole('menuitem', { name: '给他们群发' }).click()
  await page.getByTitle('买过两次', { exact: true }).waitFor()
  await page.goBack()
})

test('portrait: a segment beside everybody, from a value to a new segment', async () => {
  await page.getByRole('button', { name: '看画像' }).click()
  await expect.poll(() => statOf('画像人数').textContent()).toMatch(/1$/)
  await page.getByRole('tab', { name: '来路' }).click()
  await page.getByRole('button', { name: '存为人群 抖音' }).first().click()
  await expect.poll(() => page.locator('.rule-count').textContent()).toBe('1')
})

test('boards: one is made, a metric and a saved report put on it, and everybody may see it', async () => {
  const report = { type: 'trade', dateFrom: dayOf(29), dateTo: dayOf(0), interval: 'day' }
  await call('POST', 'reports', { name: '每日成交', report })
  await page.goto(`${workspace.url}/boards`)
  await page.getByRole('button', { name: '新建看板' }).first().click()
  await page.getByRole('dialog').getByLabel('看板名称').fill('早会')
  await page.getByRole('dialog').getByRole('button', { name: saving }).click()
  await page.getByRole('heading', { level: 1, name: '早会' }).waitFor()
  await addCard('指标', '支付金额')
  await addCard('保存的报表', '每日成交')
  await page.getByRole('button', { name: '完成' }).click()
  await page
    .locator('.metric-card')
    .getByText(/^¥1,124/)
    .first()
    .waitFor()
  await page.getByText('每日成交').first().waitFor()
  await page.getByRole('button', { name: '分享' }).click()
  await page.getByRole('checkbox', { name: '全公司都能看' }).check()
  await page.getByRole('dialog').getByRole('button', { name: saving }).click()
  const boards = async () => (await call<{ items: Board[] }>('GET', 'boards')).items.map(({ name, roles }) => ({ name, roles }))
  await expect.poll(boards).toEqual([{ name: '早会', roles: null }])
  await look('board')
})

async function addCard(kind: string, what: string): Promise<void> {
  await page.getByRole('button', { name: kind }).click()
  const form = page.getByRole('dialog')
  await choose(form.getByRole('combobox'), what)
  await form.getByRole('button', { name: saving }).click()
  await form.waitFor({ state: 'hidden' })
}

test('metrics: one of one’s own is computed, has a target and an alert', async () => {
  await page.goto(`${workspace.url}/metric-dictionary`)
  await page.getByRole('button', { name: '新建指标' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('指标名称').fill('付款的人')
  await choose(form.getByRole('combobox').first(), 'order.paid', '订单支付')
  await form.getByRole('button', { name: saving }).click()
  await form.waitFor({ state: 'hidden' })
  await page.getByRole('link', { name: '付款的人' }).click()
  await page.getByRole('heading', { level: 1, name: '付款的人' }).waitFor()
  await page.getByRole('button', { name: '设目标' }).click()
  await form.getByLabel('目标值').fill('10')
  await form.getByRole('button', { name: saving }).click()
  await page.getByText(/每月 10.*起/).waitFor()
  await page.getByRole('button', { name: '加预警' }).click()
  await form.getByRole('button', { name: saving }).click()
  await page.getByText('每天环比跌幅达到（%） 20').waitFor()
  await look('metric')
  const { items } = await call<{ items: DictionaryEntry[] }>('GET', 'metrics')
  expect(items.find(({ zh }) => zh === '付款的人')?.targets).toMatchObject([{ period: 'month', value: 10 }])
  expect(await peopleBehind(page.locator('figure').locator('xpath=ancestor::section').getByRole('button', { name: /^4/ }).first())).toEqual(
    ['会员 9001', '林小满', '赵可', '陈默'],
  )
})

test('a living segment: a changed rule says first who would move, and whoever buys comes in with the reason', async () => {
  await page.goto(`${workspace.url}/segments`)
  await page.getByRole('link', { name: '买过两次' }).first().click()
  await page.getByRole('tab', { name: '规则' }).click()
  const [segment] = (await call<{ items: Segment[] }>('GET', 'segments')).items
  const series = [{ event: 'order.paid', measure: 'persons' }]
  const asked = { type: 'trend', dateFrom: dayOf(7), dateTo: dayOf(0), series, people: { segment: segment?.id } }
  const report = await call<{ id: string }>('POST', 'reports', { name: '两次客', report: asked })
  await page.getByRole('spinbutton', { name: '订单数' }).fill('1')
  await page.getByRole('button', { name: saving }).click()
  const question = page.getByRole('dialog', { name: '修改规则？' })
  await question.getByText('进入 3 人').waitFor()
  await question.getByText('「两次客」').waitFor()
  await look('segment-change')
  await call('DELETE', `reports/${report.id}`)
  await question.getByRole('button', { name: saving }).click()
  await question.waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '进出记录' }).click()
  const move = (name: string, why: string) => page.getByRole('row', { name: new RegExp(`${name}.*进入.*${why}`) })
  await expect.poll(() => reloaded(move('陈默', '规则新建或修改'))).toBe(1)
  await order('O9', { memberNo: '9002' }, ['tea'])
  await expect.poll(() => reloaded(move('会员 9002', '发生了相关的事'))).toBe(1)
  await look('segment-moves')
  await page.setViewportSize({ width: 390, height: 844 })
  await look('segment-moves-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  expect(problems).toEqual([])
})

test('a rule tag: chosen with what it would do, given to the members, shown with the tag, and kept while it is written', async () => {
  await call('POST', 'tag-groups', { name: '规则标签', tags: ['买家'] })
  await page.getByRole('button', { name: '更多操作' }).click()
  await page.getByRole('menuitem', { name: '写标签' }).click()
  const drawer = page.getByRole('dialog', { name: '规则标签' })
  await drawer.getByRole('combobox').fill('买家')
  await page.getByTitle('买家', { exact: true }).last().click()
  await drawer.getByText('保存后有 5 人打上这个标签').waitFor()
  await inBothWidths('segment-tag')
  await drawer.getByRole('button', { name: saving }).click()
  await expect.poll(() => statOf('标签（离开时去掉）').textContent()).toContain('买家')
  await look('segment-tagged')
  await page.goto(`${workspace.url}/tags`)
  const tag = page.getByRole('listitem').filter({ hasText: /^买家/ })
  await expect.poll(() => reloaded(tag.filter({ hasText: '买家5规则' }))).toBe(1)
  await inBothWidths('tags-rule')
  await tag.getByRole('button', { name: '买家' }).click()
  await page.getByRole('menuitem', { name: '删除' }).click()
  const question = page.getByRole('dialog', { name: /删除标签/ })
  await question.getByText('人群「买过两次」在写这个标签').waitFor()
  await look('tag-delete')
  await question.getByRole('button', { name: /删\s*除/ }).click()
  await page.getByText('还有地方在用这个标签：人群').first().waitFor()
  await page.keyboard.press('Escape')
})

test('segments beside each other: each two and every part, and a time slot in a rule', async () => {
  for (const [name, event] of [
    ['看过页面', 'page.viewed'],
    ['下过单', 'order.paid'],
    ['加过好友', 'customer.followed'],
  ])
    await call('POST', 'segments', { name, rule: { event: { event } } })
  await page.goto(`${workspace.url}/segments`)
  for (const name of ['看过页面', '下过单', '加过好友', '买过两次'])
    await page
      .getByRole('row', { name: new RegExp(name) })
      .getByRole('checkbox')
      .check()
  await page.getByRole('button', { name: '对比重合' }).click()
  const sheet = page.getByRole('dialog', { name: '人群重合' })
  await expect
    .poll(() =>
      sheet
        .getByRole('row', { name: /^下过单/ })
        .first()
        .textContent(),
    )
    .toMatch(/下过单.*J 1\.00/)
  await inBothWidths('overlap')
  await page.goto(`${workspace.url}/segments/new?rule=${encodeURIComponent(JSON.stringify({ event: { event: 'order.paid' } }))}`)
  await page.getByRole('button', { name: '+ 时段' }).click()
  await page.getByRole('button', { name: '加筛选' }).click()
  await page.getByText('还没填好的筛选不起作用').waitFor()
  await inBothWidths('slot')
  await page.goto(`${workspace.url}/events?view=plan`)
  await page.getByText('只通知').first().waitFor()
  await look('plan-told-only')
  expect(problems.filter((one) => !one.includes('409') && !one.includes('Needed by the segments'))).toEqual([])
})
