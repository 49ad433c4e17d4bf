import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jsSdkSignature } from '#connectors/wecom/jssdk.ts'
import { startTestSandbox, type TestSandbox } from './testing.ts'

let it: TestSandbox
beforeAll(async () => {
  it = await startTestSandbox()
})
afterAll(() => it.stop())

type Talk = { openKfId: string; externalUserId: string }
type Events = { msg_list: { event?: Record<string, unknown> }[] }

/** A customer who has come to a new account and said something; Li Na and Wang Lei answer there. */
async function talk(name = '小林'): Promise<Talk> {
  const { open_kfid } = await it.api('kf/account/add', { name: '售后' })
  await it.api('kf/servicer/add', { open_kfid, userid_list: ['lina', 'wanglei'] })
  const { url } = await it.api('kf/add_contact_way', { open_kfid, scene: 'test' })
  const { externalUserId: customer } = await it.control<{ externalUserId: string }>('POST', '/customers', { name })
  const both = await it.control<Talk>('POST', '/kf/open', { url, customer })
  await it.control('POST', '/kf/say', { ...both, text: '有人吗' })
  return both
}
const ids = ({ openKfId, externalUserId }: Talk) => ({ open_kfid: openKfId, external_userid: externalUserId })
const trans = (both: Talk, service_state: number, servicer_userid?: string) =>
  it.api('kf/service_state/trans', { ...ids(both), service_state, servicer_userid })
const events = async ({ openKfId }: Talk) =>
  ((await it.api('kf/sync_msg', { open_kfid: openKfId })) as unknown as Events).msg_list.flatMap((one) => (one.event ? [one.event] : []))
const act = (both: Talk, userId: string, act: string, more: object = {}) =>
  it.control('POST', '/kf/servicer', { ...both, userId, act, ...more })
type Desk = { waiting: { name: string; last: string }[]; serving: { name: string }[]; elsewhere: number; openKfId: string }
const deskOf = async (userId: string, { openKfId }: Talk) =>
  (await it.control<{ desk: Desk[] }>('GET', `/phone/employee/${userId}`)).desk.find((one) => one.openKfId === openKfId)
const seconds = async () => Math.floor(Date.parse((await it.control<{ now: string }>('GET', '/clock')).now) / 1000)

describe('the desk of those who answer', () => {
  test('shows who waits, and each step is told: taken up, handed over, ended', async () => {
    const both = await talk('排队的人')
    await trans(both, 2)
    expect(await deskOf('lina', both)).toMatchObject({ waiting: [{ name: '排队的人', last: '有人吗' }], serving: [] })
    await act(both, 'lina', 'accept')
    await act(both, 'lina', 'say', { text: '您好' })
    expect(await act(both, 'wanglei', 'say', { text: '我也在' })).toMatchObject({ error: { code: 'kf.not_theirs' } })
    expect(await act(both, 'lina', 'hand', { to: 'lina' })).toMatchObject({ error: { code: 'kf.same_servicer', field: 'to' } })
    expect(await act(both, 'lina', 'hand', { to: 'zhangwei' })).toMatchObject({ error: { code: 'kf.not_servicer', field: 'to' } })
    await act(both, 'lina', 'hand', { to: 'wanglei' })
    expect(await deskOf('lina', both)).toMatchObject({ waiting: [], serving: [], elsewhere: 1 })
    expect(await deskOf('wanglei', both)).toMatchObject({ serving: [{ name: '排队的人' }] })
    await act(both, 'wanglei', 'end')
    expect((await events(both)).filter((one) => one.event_type === 'session_status_change')).toMatchObject([
      { change_type: 1, new_servicer_userid: 'lina', msg_code: expect.any(String) },
      { change_type: 2, old_servicer_userid: 'lina', new_servicer_userid: 'wanglei' },
      { change_type: 3, old_servicer_userid: 'wanglei' },
    ])
    expect(await it.api('kf/service_state/get', ids(both))).toMatchObject({ service_state: 4 })
    expect(await it.control('POST', '/kf/rate', { ...both, rating: 'satisfied' })).toEqual({})
    expect(await it.control('POST', '/kf/rate', { ...both, rating: 'satisfied' })).toMatchObject({ error: { code: 'kf.nothing_to_rate' } })
  })
})

test('what is sent to a customer who wants nothing any more is accepted, does not arrive, and is told to have failed', async () => {
  const both = await talk()
  await it.control('POST', '/kf/reject', both)
  const send = () =>
    it.api('kf/send_msg', { touser: both.externalUserId, open_kfid: both.openKfId, msgtype: 'text', text: { content: '优惠来了' } })
  const { errcode, msgid } = await send()
  expect(errcode).toBe(0)
  expect(await events(both)).toContainEqual(expect.objectContaining({ event_type: 'msg_send_fail', fail_msgid: msgid, fail_type: 10 }))
  const path = `/kf/talk?${new URLSearchParams(both)}`
  const said = async () => (await it.control<{ items: { text: string }[] }>('GET', path)).items.map((one) => one.text)
  expect(await said()).toEqual(['有人吗'])
  await it.control('POST', '/kf/reject', { ...both, on: false })
  await send()
  expect(await said()).toEqual(['有人吗', '优惠来了'])
})

describe('a recommendation', () => {
  test('is of members and groups the administrator chose, and makes a friend or a group member of the customer', async () => {
    const both = await talk()
    const member = { ...ids(both), type: 1, member: { userid: 'lina', wording: '我是您的专属顾问' } }
    expect((await it.api('kf/customer/upgrade_service', member)).errcode).toBe(84074)
    const { chatId } = await it.control<{ chatId: string }>('POST', '/groups', { owner: 'lina', name: '专属群', members: ['wanglei'] })
    await it.control('PUT', `/corps/${it.corp.corpId}/kf-upgrades`, { departments: [1], chatIds: [chatId] })
    expect(await it.api('kf/customer/get_upgrade_service_config')).toMatchObject({
      member_range: { userid_list: [], department_id_list: [1] },
      groupchat_range: { chat_id_list: [chatId] },
    })
    expect((await it.api('kf/customer/upgrade_service', member)).errcode).toBe(0)
    const shown = () => it.control<{ upgrade: unknown }>('GET', `/kf/talk?${new URLSearchParams(both)}`)
    expect(await shown()).toMatchObject({ upgrade: { name: '李娜', wording: '我是您的专属顾问', accepted: false } })
    await it.api('kf/customer/cancel_upgrade_service', ids(both))
    expect(await shown()).toMatchObject({ upgrade: null })
    expect(await it.control('POST', '/kf/upgrade', both)).toMatchObject({ error: { code: 'kf.no_upgrade' } })
    await it.api('kf/customer/upgrade_service', member)
    expect(await it.control('POST', '/kf/upgrade', both)).toEqual({ userId: 'lina', relation: 'new' })
    const group = { ...ids(both), type: 2, groupchat: { chat_id: chatId, wording: '来群里聊' } }
    expect((await it.api('kf/customer/upgrade_service', group)).errcode).toBe(0)
    expect(await it.control('POST', '/kf/upgrade', both)).toEqual({ chatId, relation: 'joined' })
    expect((await it.api('kf/customer/upgrade_service', { ...ids(both), type: 2, groupchat: { chat_id: 'wrNone' } })).errcode).toBe(90501)
    expect((await it.api('kf/customer/upgrade_service', { ...ids(both), type: 1 })).errmsg).toMatch(/^member missing/)
  })
})

test('figures of customer service are of whole days, of the company and of one person', async () => {
  const both = await talk('算账的人')
  await trans(both, 3, 'lina')
  await it.control('POST', '/kf/say', { ...both, text: '订单到哪了' })
  await it.control('PUT', '/clock', { advanceSeconds: 30 })
  await act(both, 'lina', 'say', { text: '在路上' })
  await act(both, 'lina', 'end')
  await it.control('POST', '/kf/rate', { ...both, rating: 'satisfied' })
  await it.control('POST', '/kf/say', { ...both, text: '又来了' })
  const day = await seconds()
  const span = { open_kfid: both.openKfId, start_time: day, end_time: day }
  expect(await it.api('kf/get_corp_statistic', span)).toMatchObject({ errcode: 600018, statistic_list: [] })
  await it.control('PUT', '/clock', { advanceSeconds: 86_400 })
  expect((await it.api('kf/get_corp_statistic', span)).statistic_list).toMatchObject([
    { statistic: { session_cnt: 2, customer_cnt: 1, customer_msg_cnt: 3, msg_rejected_customer_cnt: 0 } },
  ])
  const of = async (servicer_userid: string) =>
    ((await it.api('kf/get_servicer_statistic', { ...span, servicer_userid })).statistic_list as { statistic: object }[])[0]?.statistic
  expect(await of('lina')).toMatchObject({
    session_cnt: 1,
    customer_msg_cnt: 1,
    reply_rate: 1,
    satisfaction_investgate_cnt: 1,
    satisfied_rate: 1,
  })
  expect(await of('lina')).toMatchObject({ first_reply_average_sec: 30 })
  expect(await of('wanglei')).toMatchObject({ session_cnt: 0, customer_cnt: 0, reply_rate: 0 })
})

test('a ticket taken back early fails the next signature until the app has fetched a new one', async () => {
  const { corpId } = it.corp
  const url = 'http://127.0.0.1:9/page'
  const signedWith = async (ticket: unknown) => {
    const page = { url, timestamp: 1_700_000_000, nonceStr: 'n' }
    const signature = jsSdkSignature(String(ticket), page.nonceStr, page.timestamp, url)
    return it.control('POST', '/jssdk/register', { kind: 'config', corpId, ...page, signature })
  }
  const { ticket } = await it.api('get_jsapi_ticket')
  expect(await signedWith(ticket)).toEqual({ errcode: 0 })
  const token = await it.token()
  expect(await it.control('POST', '/tokens/revoke', { what: 'tickets' })).toEqual({ revoked: 1 })
  expect(await signedWith(ticket)).toMatchObject({ errcode: 40093 })
  expect(await it.token()).toBe(token)
  const fresh = (await it.api('get_jsapi_ticket')).ticket
  expect(fresh).not.toBe(ticket)
  expect(await signedWith(fresh)).toEqual({ errcode: 0 })
})

test('a file is fetched from an address, checked, and told to be there', async () => {
  const bytes = Buffer.from('%PDF-1.4 a price list that is longer than five bytes')
  const server = createServer((request, response) => {
    if (request.url === '/whole') return response.end(bytes)
    response.writeHead(206, { 'content-range': `bytes 0-${bytes.length - 1}/${bytes.length}` })
    return response.end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const order = {
    scene: 1,
    type: 'file',
    filename: '价目表.pdf',
    url: `${address}/part`,
    md5: createHash('md5').update(bytes).digest('hex'),
  }
  const result = async (body: object) => {
    const { jobid } = await it.api('media/upload_by_url', body)
    for (;;) {
      const answer = await it.api('media/get_upload_by_url_result', { jobid })
      if (answer.status !== 1) return { jobid, ...answer } as unknown as { jobid: string; status: number; detail: Record<string, unknown> }
    }
  }
  const done = await result(order)
  expect(done).toMatchObject({ status: 2, detail: { errcode: 0, media_id: expect.any(String), created_at: expect.any(String) } })
  const file = await fetch(`${it.url}/cgi-bin/media/get?media_id=${done.detail.media_id}&access_token=${await it.token()}`)
  expect(Buffer.from(await file.arrayBuffer())).toEqual(bytes)
  const { items } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=upload_media_job_finish')
  expect(items[0]?.xml).toContain(done.jobid)
  for (const [wrong, why] of [
    [{ md5: 'f'.repeat(32) }, /md5/],
    [{ url: `${address}/whole` }, /Range/],
    [{ url: 'http://10.1.2.3/far.pdf' }, /this machine/],
    [{ url: `${address}/part`, type: 'video' }, /media type/],
  ] as const)
    expect(await result({ ...order, ...wrong })).toMatchObject({ status: 3, detail: { errmsg: expect.stringMatching(why) } })
  expect((await it.api('media/upload_by_url', { ...order, type: 'image' })).errcode).toBe(40004)
  server.close()
})

test('a robot of the archive has a name and a maker', async () => {
  const { corpId, archiveSecret } = it.corp
  const info = async (id: string) =>
    (await (
      await fetch(`${it.url}/cgi-bin/msgaudit/get_robot_info?robot_id=${id}&access_token=${await it.token(archiveSecret)}`)
    ).json()) as object
  const { robotId } = await it.control<{ robotId: string }>('POST', '/robots', { name: '播报员', creator: 'lina' })
  expect(await info(robotId)).toMatchObject({ errcode: 301053 })
  await it.control('PUT', `/corps/${corpId}/archive`, { members: [{ userId: 'lina' }] })
  expect(await info(robotId)).toMatchObject({ data: { robot_id: robotId, name: '播报员', creator_userid: 'lina' } })
  expect(await info('wbNone')).toMatchObject({ errcode: 40058 })
})

test('a new welcome template of groups is told to the members, unless nobody is to be told', async () => {
  const heard = async () => (await it.control<{ items: { text: string }[] }>('GET', '/chat?userId=lina')).items.map((one) => one.text)
  const add = (more: object) => it.api('externalcontact/group_welcome_template/add', { text: { content: '欢迎 %NICKNAME%' }, ...more })
  await add({ notify: 0 })
  expect(await heard()).toEqual([])
  await add({})
  expect(await heard()).toEqual(['管理员配置了新的入群欢迎语素材：欢迎 %NICKNAME%'])
})

test('names of tags and lists of words that are too long are refused with codes of their own', async () => {
  const long = 'あ'.repeat(31)
  expect((await it.api('externalcontact/add_corp_tag', { group_name: '组', tag: [{ name: long }] })).errcode).toBe(40072)
  expect((await it.api('externalcontact/add_corp_tag', { group_name: long, tag: [{ name: '一' }] })).errcode).toBe(40072)
  const rule = { rule_name: '规则', intercept_type: 1, applicable_range: { user_list: ['lina'] } }
  const words = Array.from({ length: 301 }, (_, index) => `词${index}`)
  expect((await it.api('externalcontact/add_intercept_rule', { ...rule, word_list: words })).errcode).toBe(41068)
})

test('an account given and taken by the administrator is told, once each', async () => {
  const { openKfId } = await it.control<{ openKfId: string }>('POST', '/kf', { name: '总部客服' })
  await it.control('DELETE', `/kf/${openKfId}`)
  const { items } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=kf_account_auth_change')
  expect(items.map((one) => /<Auth(Add|Del)OpenKfId>/.exec(one.xml)?.[1])).toEqual(['Del', 'Add'])
  expect((await it.api(`kf/servicer/list?open_kfid=${openKfId}`)).errcode).toBe(95004)
})
