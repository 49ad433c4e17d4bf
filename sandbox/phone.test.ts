import { afterAll, beforeAll, expect, test } from 'vitest'
import { overflows, startTestPhones, type TestPhones } from './phone-testing.ts'
import type { TestSandbox } from './testing.ts'

let phones: TestPhones
let it: TestSandbox
beforeAll(async () => {
  phones = await startTestPhones()
  it = phones.it
}, 60_000)
afterAll(async () => {
  await phones?.stop()
})

test('an employee makes a group, a customer scans into it, both talk, and the customer is put out again', {
  timeout: 120_000,
}, async () => {
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '新来的云朵' })
  const lina = await phones.open('e:lina')
  await lina.getByRole('button', { name: '发起客户群' }).click()
  await lina.getByLabel('群名称').fill('亲子阅读群')
  await lina.getByRole('button', { name: '王磊' }).click()
  await lina.getByRole('button', { name: '建群（2 人）' }).click()
  await lina.getByText('李娜 邀请 王磊 加入了群聊').waitFor()
  const { items } = await it.control<{ items: { chatId: string; name: string }[] }>('GET', '/groups?member=lina&limit=1')
  const chatId = items[0]?.chatId
  await it.api('externalcontact/groupchat/add_join_way', { scene: 2, chat_id_list: [chatId], remark: '门店海报' })

  const cloud = await phones.open(`c:${externalUserId}`, '&tab=scan')
  await cloud.getByRole('button', { name: '门店海报' }).click()
  await cloud.getByText('新来的云朵 通过扫描二维码加入群聊').waitFor()
  await cloud.getByLabel('说点什么').fill('终于进来啦')
  await cloud.getByRole('button', { name: '发送' }).click()
  await lina.locator('.bubble', { hasText: '终于进来啦' }).waitFor()
  expect(await lina.locator('.speaker').allTextContents()).toEqual(['新来的云朵'])
  expect(await cloud.locator('.topbar h1').textContent()).toContain('3 人 · 群主 李娜')

  await lina.getByRole('button', { name: '更多' }).click()
  await lina.getByRole('button', { name: /^群公告/ }).click()
  await lina.getByLabel('群公告').fill('不许发广告')
  await lina.getByRole('button', { name: '保存' }).click()
  await cloud.locator('.pinned', { hasText: '不许发广告' }).click()
  // What is pinned begins with the same words, and is there until the next screen is.
  await cloud.locator('button.line', { hasText: '群公告' }).click()
  await cloud.locator('.notice-text', { hasText: '不许发广告' }).waitFor()
  await cloud.getByRole('button', { name: '关闭' }).click()
  await cloud.getByRole('button', { name: '返回' }).click()
  expect(await overflows(lina)).toBe(false)

  await lina.getByRole('button', { name: '新来的云朵' }).click()
  await lina.getByText(/^通过扫码 · /).waitFor()
  await lina.getByRole('button', { name: '移出', exact: true }).last().click()
  await cloud.getByText('你已不在这个群里。').waitFor()
  await cloud.getByRole('button', { name: '返回' }).click()
  await cloud.getByRole('heading', { name: '还没有好友' }).waitFor()

  await lina.getByRole('button', { name: '解散群聊' }).click()
  await lina.getByRole('dialog').getByRole('button', { name: '解散群聊' }).click()
  await lina.locator('.topbar h1', { hasText: '消息' }).waitFor()
  expect(await lina.getByText('亲子阅读群').count()).toBe(0)
  const { items: sent } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=change_external_chat')
  const told = sent.map((one) => /<UpdateDetail><!\[CDATA\[(\w+)/.exec(one.xml)?.[1] ?? /<ChangeType><!\[CDATA\[(\w+)/.exec(one.xml)?.[1])
  expect(told.reverse()).toEqual(['create', 'add_member', 'change_notice', 'del_member', 'dismiss'])
  expect(phones.faults).toEqual([])
})
