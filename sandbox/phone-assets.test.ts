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

async function newFriend(name: string): Promise<string> {
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/befriend', { userId: 'lina', name })
  return externalUserId
}

const handOver = (customer: string) =>
  it.api('externalcontact/transfer_customer', { handover_userid: 'lina', takeover_userid: 'wanglei', external_userid: [customer] })

test('a customer is told who will take over, and refuses; another lets it happen', { timeout: 120_000 }, async () => {
  const [stays, goes] = [await newFriend('念旧的人'), await newFriend('随和的人')]
  const phone = await phones.open(`/phone?as=c:${stays}`)
  await handOver(stays)
  await handOver(goes)
  await phone.locator('.handover', { hasText: '王磊 将为您服务' }).waitFor()
  expect(await overflows(phone)).toBe(false)
  await phone.locator('.handover').getByRole('button', { name: '拒绝' }).click()
  await phone.getByRole('dialog').getByRole('button', { name: '拒绝' }).click()
  await phone.locator('.handover').waitFor({ state: 'detached' })
  await it.control('PUT', '/clock', { advanceSeconds: 86_401 })
  const other = await phones.open(`/phone?as=c:${goes}`)
  await other.getByRole('button', { name: '王磊' }).click()
  await other.locator('.bubble', { hasText: '继续为您服务' }).waitFor()
  await phone.reload()
  await phone.getByRole('button', { name: '李娜' }).waitFor()
  expect(await phone.getByRole('button', { name: '王磊' }).count()).toBe(0)
  expect(phones.faults).toEqual([])
})

test('an acquisition link is pasted, chosen from the list, or opened in the browser', { timeout: 120_000 }, async () => {
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '刷视频的人' })
  const { link } = (await it.api('externalcontact/customer_acquisition/create_link', {
    link_name: '抖音主页',
    range: { user_list: ['sunli'] },
  })) as unknown as { link: { link_id: string; url: string } }
  const phone = await phones.open(`/phone?as=c:${externalUserId}&tab=scan`)
  await phone.getByRole('heading', { name: '获客链接' }).waitFor()
  expect(await overflows(phone)).toBe(false)
  await phone.getByLabel('粘贴活码、二维码链接或短链').fill(`${link.url}?customer_channel=bio`)
  await phone.getByRole('button', { name: '扫', exact: true }).click()
  await phone.getByRole('heading', { name: '孙丽' }).waitFor()
  const { customer_list } = await it.api('externalcontact/customer_acquisition/customer', { link_id: link.link_id })
  expect(customer_list).toEqual([{ external_userid: externalUserId, userid: 'sunli', chat_status: 0, state: 'bio' }])
  await phone.goto(`${it.url}/phone?as=c:${externalUserId}&tab=scan`)
  await phone.getByRole('button', { name: '抖音主页' }).click()
  await phone.getByRole('heading', { name: '孙丽' }).waitFor()
  await phone.goto(`${link.url}?customer_channel=bio`)
  expect(await phone.getByLabel('粘贴活码、二维码链接或短链').inputValue()).toBe(`${link.url}?customer_channel=bio`)
  expect(phones.faults).toEqual([])
})
