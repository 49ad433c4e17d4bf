import { expect, test } from 'vitest'
import { call, look, peopleBehind, statOf, withInsightConsole } from '../support/insight-console.ts'
import { page, workspace } from '../support/sandboxed-console.ts'

// Pages of money and of the way to it: what touches, channels and stages brought, what brought nothing, and whose orders were friends'.

withInsightConsole()

test('attribution: each touch gets its money, and those it brought', async () => {
  await page.goto(`${workspace.url}/attribution`)
  const row = page.getByRole('row', { name: /^抖音广告/ })
  await row.waitFor()
  expect(await row.textContent()).toContain('¥728.00')
  expect(await peopleBehind(row.getByRole('button').last())).toEqual(['林小满', '赵可'])
})

test('economics: what a channel cost, brought, and when it paid back', async () => {
  await page.goto(`${workspace.url}/economics`)
  const row = page.getByRole('row', { name: /^抖音/ }).first()
  await row.waitFor()
  const text = await row.textContent()
  for (const figure of ['¥300.00', '¥150.00', '¥728.00', '2.43', '一天内']) expect(text).toContain(figure)
  expect(await page.getByRole('row', { name: /^展会/ }).first().textContent()).toContain('尚未回本')
  expect(await peopleBehind(row.getByRole('button', { name: '2' }).last())).toEqual(['林小满', '赵可'])
})

test('stages: how far people came and who stopped on the way', async () => {
  await page.goto(`${workspace.url}/stages`)
  const row = page.getByRole('row', { name: /^成交/ })
  await row.waitFor()
  expect(await peopleBehind(row.getByRole('button').first())).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await look('stages')
})

test('waste: what was paid for and brought nothing, also as a file', async () => {
  await page.goto(`${workspace.url}/waste`)
  const row = page.getByRole('row', { name: /^展会 / })
  await row.waitFor()
  expect(await row.textContent()).toContain('¥80.00')
  expect(await peopleBehind(row.getByRole('button').first())).toEqual(['周周'])
  await look('waste')
  await page.getByRole('button', { name: '导出' }).click()
  await page.getByRole('menuitem', { name: '导出 CSV' }).click()
  const written = async () => (await call<{ items: { what: string; state: string }[] }>('GET', 'exports')).items
  await expect.poll(written).toMatchObject([{ what: 'waste', state: 'done' }])
})

test('balance: which orders were a friend’s', async () => {
  await page.goto(`${workspace.url}/balance`)
  await expect.poll(() => statOf('私域订单占比').textContent()).toContain('60%')
  expect(await peopleBehind(statOf('私域买家').getByRole('button'))).toEqual(['林小满', '赵可', '陈默'])
  expect(await peopleBehind(statOf('公域买家').getByRole('button'))).toEqual(['会员 9001', '林小满'])
})
