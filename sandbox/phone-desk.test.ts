import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import encodeQR from 'qr'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { overflows, startTestPhones, type TestPhones } from './phone-testing.ts'
import type { TestSandbox } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'sandbox-codes-'))
let phones: TestPhones
let it: TestSandbox
beforeAll(async () => {
  phones = await startTestPhones()
  it = phones.it
}, 60_000)
afterAll(async () => {
  await phones?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const newCustomer = async (name: string) => (await it.control<{ externalUserId: string }>('POST', '/customers', { name })).externalUserId

/** A poster: the code small and turned in a corner of a big coloured picture. */
function poster(name: string, text: string): string {
  const code = Buffer.from(encodeQR(text, 'svg', { ecc: 'medium', border: 4 })).toString('base64')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="1600"><rect width="1200" height="1600" fill="#e8b04b"/><circle cx="600" cy="500" r="380" fill="#0f9d77"/>
    <g transform="translate(700 1080) rotate(6)"><rect width="360" height="360" fill="#fff"/><image href="data:image/svg+xml;base64,${code}" width="360" height="360"/></g></svg>`
  const path = join(folder, `${name}.png`)
  writeFileSync(path, new Resvg(svg).render().asPng())
  return path
}

test('a picture with a code is chosen or pasted, and read; one that leads elsewhere says what it says', { timeout: 120_000 }, async () => {
  const { config_id } = await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'], state: 'poster' })
  const who = await newCustomer('看海报的人')
  const phone = await phones.open(`c:${who}`, '&tab=scan')
  const choose = (file: string) => phone.locator('input[type=file]').setInputFiles(file)
  await choose(poster('elsewhere', 'https://example.com/menu'))
  await phone.getByText('https://example.com/menu', { exact: true }).waitFor()
  await phone.getByRole('button', { name: '关闭' }).click()
  const blank = join(folder, 'blank.png')
  writeFileSync(blank, new Resvg('<svg xmlns="http://www.w3.org/2000/svg" width="300" height="300"/>').render().asPng())
  await choose(blank)
  await phone.getByText('这张图片里没有认出二维码。').waitFor()
  await choose(poster('poster', `${it.url}/q/${config_id}`))
  await phone.getByText('你已添加了李娜', { exact: false }).first().waitFor()
  const other = await phones.open(`c:${await newCustomer('截屏的人')}`, '&tab=scan')
  await other.evaluate(async (url) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([await (await fetch(url)).blob()], 'shot.png', { type: 'image/png' }))
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))
  }, `/q/${config_id}.png`)
  await other.getByText('你已添加了李娜', { exact: false }).first().waitFor()
  const { items } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=add_external_contact')
  expect(items.filter((one) => one.xml.includes('<State><![CDATA[poster]]></State>'))).toHaveLength(2)
  expect(phones.faults).toEqual([])
})

test('a link from a mass message is passed on from a chat into a group, and a code in a picture is read there', {
  timeout: 120_000,
}, async () => {
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/befriend', { userId: 'lina', name: '爱分享的人' })
  const { chatId } = await it.control<{ chatId: string }>('POST', '/groups', { owner: 'lina', name: '分享群', members: [externalUserId] })
  const link = { title: '十一月新品', url: 'http://127.0.0.1:9/new', desc: '买二送一' }
  await it.control('PUT', '/settings', { habits: { dispatchMs: 0 } })
  await it.api('externalcontact/add_msg_template', {
    chat_type: 'single',
    external_userid: [externalUserId],
    sender: 'lina',
    attachments: [{ msgtype: 'link', link }],
  })
  const { items } = await it.control<{ items: { id: string }[] }>('GET', '/tasks/lina')
  await it.control('POST', `/tasks/${items[0]?.id}/confirm`, {})
  const phone = await phones.open(`c:${externalUserId}`, '&chat=lina')
  await phone.getByText('十一月新品').waitFor()
  await phone.getByRole('button', { name: '消息操作' }).last().click()
  await phone.getByRole('button', { name: '转发', exact: true }).click()
  await phones.look(phone, 'forward')
  await phone.getByRole('button', { name: '分享群' }).click()
  await phone.getByText('已转发给 分享群').waitFor()
  const group = await it.control<{ messages: { kind: string; title?: string; url?: string; sender: string }[] }>('GET', `/groups/${chatId}`)
  expect(group.messages.at(-1)).toMatchObject({ kind: 'link', title: link.title, url: link.url, sender: externalUserId })
  const lina = await it.control<{ error?: { code: string } }>('POST', '/forward', {
    from: 'wanglei',
    to: externalUserId,
    message: 1,
    chat: chatId,
  })
  expect(lina.error?.code).toBe('message.unknown')
  expect(phones.faults).toEqual([])
})

test('members who answer see who waits, take a customer up, hand over and end; the customer says how it was', {
  timeout: 120_000,
}, async () => {
  const { open_kfid } = await it.api('kf/account/add', { name: '售后服务' })
  await it.api('kf/servicer/add', { open_kfid, userid_list: ['lina', 'wanglei'] })
  const { url } = await it.api('kf/add_contact_way', { open_kfid, scene: 'web' })
  const talk = await it.control<{ externalUserId: string }>('POST', '/kf/open', { url, customer: await newCustomer('杯子碎了的人') })
  await it.control('POST', '/kf/say', { ...talk, text: '杯子碎了' })
  await it.api('kf/service_state/trans', { open_kfid, external_userid: talk.externalUserId, service_state: 2 })
  const lina = await phones.open('e:lina', '&tab=desk')
  await lina.getByText('杯子碎了', { exact: true }).waitFor()
  await lina.getByRole('button', { name: '接入' }).click()
  await lina.getByLabel('说点什么').fill('给您补发一个')
  await lina.getByRole('button', { name: '发送' }).click()
  await lina.locator('.mine .bubble', { hasText: '补发' }).waitFor()
  await lina.getByRole('button', { name: '转接' }).click()
  await lina.getByRole('button', { name: '王磊' }).click()
  await lina.getByText('同事正在接待 1 位客户').waitFor()
  expect(await overflows(lina)).toBe(false)
  const wanglei = await phones.open('e:wanglei', '&tab=desk')
  await wanglei.getByRole('button', { name: /杯子碎了的人/ }).click()
  await wanglei.getByRole('button', { name: '结束会话' }).click()
  await wanglei.getByRole('dialog').getByRole('button', { name: '结束会话' }).click()
  const customer = await phones.open(`c:${talk.externalUserId}`, `&chat=k:${open_kfid}`)
  await customer.getByRole('button', { name: '满意', exact: true }).click()
  await customer.getByText('谢谢你的评价').waitFor()
  await customer.getByRole('button', { name: '更多' }).click()
  await customer.getByRole('button', { name: '不再接收消息' }).click()
  await customer.getByText('你已不再接收这个客服的消息').waitFor()
  expect(await overflows(customer)).toBe(false)
  expect(phones.faults).toEqual([])
})

test('the log of the home page is searched by what was said, opened, and taken along', { timeout: 60_000 }, async () => {
  const refused = await it.api('externalcontact/remark', { userid: 'lina', external_userid: 'wmNobody', remark: '要找的词' })
  const id = /hint: \[(.+?)\]/.exec(refused.errmsg)?.[1] ?? ''
  const home = await phones.open(`/?text=${id}`)
  await home.locator('#log tbody tr').first().click()
  await home.getByText('要找的词').waitFor()
  expect(await home.locator('#log tbody tr.open').count()).toBe(1)
  await home.getByLabel('错误码').fill('0')
  await home.getByLabel('错误码').press('Enter')
  await home.getByText('没有符合的调用。').waitFor()
  expect(new URL(home.url()).searchParams.get('errcode')).toBe('0')
  await home.getByRole('button', { name: '清除条件' }).first().click()
  await home.locator('#log tbody tr').nth(1).waitFor()
  expect(await overflows(home)).toBe(false)
  const { items } = await it.control<{ items: { id: number; requestId: string }[] }>('GET', `/log?request=${id}`)
  expect(items).toMatchObject([{ requestId: id }])
  const curl = await (await fetch(`${it.url}/sandbox/log/${items[0]?.id}/curl`)).text()
  expect(curl).toContain(`"remark":"要找的词"`)
  const har = (await (await fetch(`${it.url}/sandbox/log.har?request=${id}`)).json()) as { log: { entries: { _errcode: number }[] } }
  await it.control('PUT', '/faults', { fail: [{ path: 'externalcontact/remark', errcode: -1, times: 1 }] })
  await it.api('externalcontact/remark', { userid: 'lina', remark: 'später' })
  const failed = await it.control<{ items: { request: string; agentId: number }[] }>('GET', '/log?errcode=-1')
  expect(failed.items).toMatchObject([{ agentId: it.corp.agentId, request: '{"userid":"lina","remark":"später"}' }])
  expect(har.log.entries).toMatchObject([{ _errcode: refused.errcode, request: { method: 'POST' } }])
  expect(phones.faults).toEqual([])
})
