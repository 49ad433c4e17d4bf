import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { overflows, startTestPhones, type TestPhones } from './phone-testing.ts'
import type { TestSandbox } from './testing.ts'

let phones: TestPhones
let it: TestSandbox
let customer = ''

beforeAll(async () => {
  phones = await startTestPhones()
  it = phones.it
}, 60_000)
afterAll(async () => {
  await phones?.stop()
})
beforeEach(async () => {
  await it.control('PUT', '/settings', { habits: { dispatchMs: 0, momentJobMs: 0 } })
  const { config_id } = await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'] })
  customer = (await it.control<{ externalUserId: string }>('POST', '/scan', { code: config_id, name: '安安妈妈' })).externalUserId
})

test('an employee puts one mass message aside and sends the others, chosen and whole; customer and group have them', {
  timeout: 120_000,
}, async () => {
  const { chatId } = await it.control<{ chatId: string }>('POST', '/groups', { owner: 'lina', name: '亲子阅读群', members: [customer] })
  const link = { msgtype: 'link', link: { title: '绘本周上新', url: 'https://example.com/books', desc: '三天内八折' } }
  await it.api('externalcontact/add_msg_template', {
    external_userid: [customer],
    text: { content: '周末故事会，来吗？' },
    attachments: [link],
  })
  await it.api('externalcontact/add_msg_template', { chat_type: 'group', sender: 'lina', text: { content: '本群今晚八点开讲' } })
  const { msgid } = await it.api('externalcontact/add_msg_template', { external_userid: [customer], text: { content: '不想发的' } })
  const lina = await phones.open('e:lina', '&tab=tasks')
  await lina.locator('.task').nth(2).waitFor()
  expect(await lina.locator('.task').count()).toBe(3)
  await lina.locator('.task', { hasText: '不想发的' }).getByRole('button', { name: '忽略' }).click()
  await lina.locator('.task', { hasText: '不想发的' }).waitFor({ state: 'detached' })
  await it.api('externalcontact/remind_groupmsg_send', { msgid })
  await lina.locator('.task', { hasText: '不想发的' }).getByText('已提醒 1 次').waitFor()
  await lina.locator('.task', { hasText: '不想发的' }).getByRole('button', { name: '忽略' }).click()
  await lina.locator('.task', { hasText: '不想发的' }).waitFor({ state: 'detached' })
  expect(await overflows(lina)).toBe(false)
  await lina.getByRole('button', { name: '全部发送（2）' }).click()
  await lina.getByText('没有待办').waitFor()

  await it.control('POST', '/befriend', { userId: 'lina', name: '小林' })
  await it.api('externalcontact/add_msg_template', { sender: 'lina', allow_select: true, text: { content: '挑着发的' } })
  await lina.getByRole('button', { name: '选择客户' }).click()
  await lina.getByRole('button', { name: '安安妈妈' }).click()
  await lina.getByRole('button', { name: '发送给所选（1）' }).click()
  await lina.getByText('没有待办').waitFor()

  const mother = await phones.open(`c:${customer}`, '&chat=lina')
  await mother.locator('.bubble', { hasText: '周末故事会，来吗？' }).waitFor()
  await mother.locator('.piece', { hasText: '绘本周上新' }).waitFor()
  expect(await mother.getByText('挑着发的').count()).toBe(0)
  const group = await phones.open(`c:${customer}`, `&chat=g:${chatId}`)
  await group.locator('.bubble', { hasText: '本群今晚八点开讲' }).waitFor()
  expect(phones.faults).toEqual([])
})

test('an employee publishes a moment of the company; a customer likes it, comments, and sees the employee answer', {
  timeout: 120_000,
}, async () => {
  await it.api('externalcontact/add_moment_task', {
    text: { content: '秋日书单来了' },
    visible_range: { sender_list: { user_list: ['lina'] } },
  })
  const lina = await phones.open('e:lina', '&tab=tasks')
  await lina.getByRole('button', { name: '发表' }).click()
  await lina.getByText('没有待办').waitFor()
  const mother = await phones.open(`c:${customer}`, '&tab=moments')
  const post = mother.locator('.moment', { hasText: '秋日书单来了' })
  await post.getByRole('button', { name: '赞', exact: true }).click()
  await post.getByRole('button', { name: '取消赞' }).waitFor()
  await post.getByRole('button', { name: '评论' }).click()
  await mother.getByLabel('写评论').fill('想要一份！')
  await mother.getByRole('button', { name: '发送' }).click()
  await lina.getByRole('button', { name: '朋友圈' }).click()
  const own = lina.locator('.moment', { hasText: '秋日书单来了' })
  await own.getByText('♥ 安安妈妈').waitFor()
  await own.getByText('想要一份！').waitFor()
  await own.getByRole('button', { name: '评论' }).click()
  await lina.getByLabel('写评论').fill('私信发您')
  await lina.getByRole('button', { name: '发送' }).click()
  await post.getByText('私信发您').waitFor()
  expect(await overflows(mother)).toBe(false)
  await lina.getByRole('button', { name: '发朋友圈' }).click()
  await lina.getByLabel('这一刻的想法…').fill('自己写的一条')
  await lina.getByRole('button', { name: '发表' }).click()
  await mother.locator('.moment', { hasText: '自己写的一条' }).waitFor()
  await lina.locator('.moment', { hasText: '自己写的一条' }).getByRole('button', { name: '删除' }).click()
  await lina.locator('.sheet').getByRole('button', { name: '删除' }).click()
  await mother.locator('.moment', { hasText: '自己写的一条' }).waitFor({ state: 'detached' })
  expect(phones.faults).toEqual([])
})
