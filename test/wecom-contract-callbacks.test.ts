import { describe, expect, test } from 'vitest'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import { sendWelcome } from '#connectors/wecom/welcome.ts'
import { contractLab } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, event } = lab

/** A customer who has just scanned a code of this member. */
async function newCustomer(userId = 'lina', name = '小明'): Promise<{ externalUserId: string; userId: string }> {
  const { configId } = await addContactWay(lab.app, { type: 1, scene: 2, user: [userId] })
  return (await control('POST', 'scan', { code: configId, name })) as { externalUserId: string; userId: string }
}

describe('callbacks', () => {
  test('tell of a new customer, whom the welcome reaches', async () => {
    const { configId } = await addContactWay(lab.app, { type: 1, scene: 2, user: ['lina'], state: 'door-7' })
    const { externalUserId } = (await control('POST', 'scan', { code: configId, name: '小红' })) as { externalUserId: string }
    const added = await event('change_external_contact.add_external_contact', { externalUserId })
    expect(added).toMatchObject({ corpId: lab.app.corpId, known: true, userId: 'lina', externalUserId, state: 'door-7' })
    const code = 'welcomeCode' in added ? String(added.welcomeCode) : ''
    const deadline = new Date(Date.now() + 15_000)
    expect(await sendWelcome(lab.app, code, { text: { content: '欢迎光临' } }, deadline)).toBe('sent')
    expect(await sendWelcome(lab.app, code, { text: { content: 'again' } }, deadline)).toMatch(/late|greeted_by_another/)
    const { items } = await control('GET', `inbox/${externalUserId}`)
    expect(JSON.stringify(items)).toContain('欢迎光临')
  })

  test('tell of leaving customers, changed members and tags', async () => {
    const { externalUserId, userId } = await newCustomer()
    await control('POST', 'unfollow', { externalUserId, userId, by: 'customer' })
    expect(await event('change_external_contact.del_follow_user', { externalUserId })).toMatchObject({ userId })
    await control('PUT', 'employees/lina', { position: '高级课程顾问' })
    expect(await event('change_contact.update_user')).toMatchObject({ userId: 'lina', position: '高级课程顾问' })
    await control('POST', 'tags', { group: '门店', name: '东门' })
    expect(await event('change_external_tag.create')).toMatchObject({ known: true, tagType: 'tag_group' })
  })

  test('tell of groups: made, joined by invitation and code, left, changed, dismissed', async () => {
    const { externalUserId } = await newCustomer()
    const { chatId, code } = await control('POST', 'groups', { owner: 'lina', name: '回调群' })
    expect(await event('change_external_chat.create')).toMatchObject({ known: true, chatId })
    const updates = () => lab.received.filter((one) => one.type === 'change_external_chat.update')
    await control('POST', `groups/${chatId}/invite`, { by: 'lina', members: ['wanglei', externalUserId] })
    const scanned = await control('POST', 'scan', { code, name: '扫码的人' })
    await control('POST', `groups/${chatId}/remove`, { by: 'lina', members: [scanned.externalUserId] })
    await control('POST', `groups/${chatId}/leave`, { member: externalUserId })
    await control('PUT', `groups/${chatId}`, { by: 'lina', name: '新名字', notice: '公告', owner: 'wanglei' })
    await expect.poll(() => updates().length).toBe(7)
    expect(updates()).toMatchObject([
      { known: true, updateDetail: 'add_member', joinScene: 0, memChangeCnt: 2, memChangeList: ['wanglei', externalUserId] },
      { updateDetail: 'add_member', joinScene: 3, memChangeCnt: 1, memChangeList: [scanned.externalUserId] },
      { updateDetail: 'del_member', quitScene: 1 },
      { updateDetail: 'del_member', quitScene: 0, memChangeList: [externalUserId] },
      { updateDetail: 'change_name' },
      { updateDetail: 'change_notice' },
      { updateDetail: 'change_owner' },
    ])
    // What one push leaves off is where the next begins: a lost one shows.
    const chained = updates().slice(0, 4) as unknown as { lastMemVer: string; curMemVer: string }[]
    for (const [index, one] of chained.entries()) expect(one.lastMemVer).toBe(chained[index - 1]?.curMemVer ?? one.lastMemVer)
    await control('DELETE', `groups/${chatId}`)
    expect(await event('change_external_chat.dismiss')).toMatchObject({ known: true, chatId })
  })

  test('with a wrong signature or for another corp are refused', async () => {
    const url = `${lab.callbackUrl}?msg_signature=0&timestamp=1&nonce=2`
    const response = await fetch(url, { method: 'POST', body: '<xml><Encrypt>AAAA</Encrypt></xml>' })
    expect(response.status).toBe(403)
  })
})
