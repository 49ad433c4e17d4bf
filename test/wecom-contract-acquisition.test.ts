import { describe, expect, test } from 'vitest'
import {
  acquisitionPermit,
  acquisitionQuota,
  chatInfo,
  createLink,
  deleteLink,
  findLink,
  getLink,
  type LinkSettings,
  linkStatistics,
  listLinkCustomers,
  listLinks,
  updateLink,
} from '#connectors/wecom/acquisition.ts'
import { getContact } from '#connectors/wecom/contacts.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, names } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, advance, event } = lab

const make = async (more: Partial<LinkSettings> = {}) => {
  const link = await createLink(lab.app, { name: '抖音引流', users: ['lina'], ...more })
  return { ...link, link_id: link.link_id ?? '' }
}
const open = (url: string | undefined, more: object = {}) => control('POST', 'scan', { code: url, name: '点链接的人', ...more })
const customers = (linkId: string, limit?: number) => allPages((at) => listLinkCustomers(lab.app, linkId, at), limit)
const links = (limit?: number) => allPages((at) => listLinks(lab.app, at), limit)
const quota = () => acquisitionQuota(lab.app)

describe('acquisition links', () => {
  test('are made, read, changed, listed page after page and deleted', async () => {
    const made = await make({ departments: [3], priority: ['wanglei'], skipVerify: false })
    expect(made).toMatchObject({ link_id: expect.stringMatching(/^ca/), link_name: '抖音引流', url: expect.stringContaining('/ca/') })
    const read = () => getLink(lab.app, made.link_id)
    expect(await read()).toMatchObject({
      link: { link_name: '抖音引流', url: made.url, skip_verify: false, mark_source: true },
      range: { user_list: ['lina'], department_list: [3] },
      priority_option: { priority_type: 2, priority_userid_list: ['wanglei'] },
    })
    await updateLink(lab.app, made.link_id, { users: ['wanglei'] })
    expect(await read()).toMatchObject({ link: { link_name: '抖音引流', skip_verify: false }, range: { user_list: ['wanglei'] } })
    expect((await read()).range?.department_list).toEqual([])
    await updateLink(lab.app, made.link_id, { name: '改了名', skipVerify: true, markSource: false, priority: 'corp' })
    expect(await read()).toMatchObject({
      link: { link_name: '改了名', skip_verify: true, mark_source: false },
      range: { user_list: ['wanglei'] },
      priority_option: { priority_type: 1 },
    })
    const others = [await make(), await make()]
    expect(await links(2)).toEqual([made, ...others].map((one) => one.link_id))
    await deleteLink(lab.app, made.link_id)
    expect(await links()).toEqual(others.map((one) => one.link_id))
    expect(await failure(read())).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    await expect(open(made.url)).rejects.toThrow('code.unknown')
  })

  test('make a friend with the channel of the link, counted, told and taken from the quota', async () => {
    await control('POST', 'links/quota', { amount: 500, replace: true })
    const link = await make()
    const opened = await open(`${link.url}?customer_channel=${encodeURIComponent('抖音-1')}`)
    const customer = String(opened.externalUserId)
    expect(opened).toMatchObject({ userId: 'lina', relation: 'new' })
    expect((await getContact(lab.app, customer)).follows).toMatchObject([{ userid: 'lina', add_way: 16, state: '抖音-1' }])
    await event('change_external_contact.add_external_contact', { externalUserId: customer, state: '抖音-1' })
    await event('customer_acquisition.open_profile', { linkId: link.link_id, state: '抖音-1' })
    await event('customer_acquisition.friend_request', { linkId: link.link_id, state: '抖音-1' })
    expect(await quota()).toEqual({ total: 500, balance: 499, lots: [{ balance: 499, expiresAt: expect.any(Number) }] })
    expect(await customers(link.link_id)).toEqual([{ external_userid: customer, userid: 'lina', chat_status: 0, state: '抖音-1' }])
    expect(await open(link.url, { customer })).toMatchObject({ relation: 'friends' })
    expect((await quota()).balance).toBe(499)
    await control('POST', 'say', { from: customer, to: 'lina', text: '在吗' })
    await control('POST', 'say', { from: customer, to: 'lina', text: '多少钱' })
    await event('customer_acquisition.customer_start_chat', { externalUserId: customer, userId: 'lina' })
    const { chatKey } = await event('customer_acquisition.message_from_customer', { externalUserId: customer, chatSeq: 2 })
    const info = () => chatInfo(lab.app, String(chatKey))
    expect(await info()).toEqual({ userId: 'lina', externalUserId: customer, linkId: link.link_id, state: '抖音-1', received: 2 })
    expect(await customers(link.link_id)).toMatchObject([{ chat_status: 1 }])
    const at = await lab.nowSeconds()
    const statistic = (from: number, to: number) => linkStatistics(lab.app, { linkId: link.link_id, from, to })
    expect(await statistic(at, at)).toEqual({ clicked: 1, added: 1 })
    expect(await statistic(at - daySeconds, at - daySeconds)).toEqual({ clicked: 0, added: 0 })
    expect(await failure(statistic(at - 181 * daySeconds, at - 170 * daySeconds))).toMatchObject({ errcode: 600018 })
    for (const [from, to, field] of [
      [at - 30 * daySeconds, at, 'end_time'],
      [at, at - daySeconds, 'end_time'],
      [at * 1000, at * 1000, 'start_time'],
    ] as const) {
      expect(await failure(statistic(from, to))).toMatchObject({ code: 'wecom.bad_request', field })
      const body = { link_id: link.link_id, start_time: from, end_time: to }
      expect(await raw('externalcontact/customer_acquisition/statistic', body)).toMatchObject({ errcode: 600018 })
    }
    await advance(1801)
    expect(await failure(info())).toMatchObject({ errcode: 40058 })
  })

  test('wait for the member where they ask for approval; the channel is cut at 64 bytes', async () => {
    const link = await make({ skipVerify: false })
    const before = (await quota()).balance
    const opened = await open(`${link.url}?customer_channel=${encodeURIComponent('渠'.repeat(30))}`)
    expect(opened).toMatchObject({ relation: 'requested' })
    expect(await customers(link.link_id)).toEqual([])
    expect((await quota()).balance).toBe(before)
    await control('POST', `tasks/${opened.task}/confirm`)
    expect(await customers(link.link_id)).toMatchObject([{ state: '渠'.repeat(21) }])
    expect((await quota()).balance).toBe(before - 1)
  })

  test('come page after page with their customers', async () => {
    const link = await make()
    for (let index = 0; index < 5; index++) await open(link.url, { name: `第${index}位` })
    const listed = await customers(link.link_id, 2)
    expect(new Set(listed.map((one) => one.external_userid)).size).toBe(5)
    const ask = (at: object) => listLinkCustomers(lab.app, link.link_id, at)
    expect(await failure(ask({ cursor: 'nonsense' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(ask({ limit: 1001 }))).toMatchObject({ field: 'limit' })
    expect(await failure(links(101))).toMatchObject({ field: 'limit' })
    expect(await raw('externalcontact/customer_acquisition/list_link', { limit: 101 })).toMatchObject({ errcode: 40058, link_id_list: [] })
  })

  test('lead an old friend back to the friend where the link says so', async () => {
    const [customer] = await lab.newCustomers('majun', 1)
    const company = await make({ priority: 'corp' })
    expect(await open(company.url, { customer })).toMatchObject({ userId: 'majun', relation: 'friends' })
    const listed = await make({ priority: ['wanglei'] })
    expect(await open(listed.url, { customer })).toMatchObject({ userId: 'lina', relation: 'new' })
  })

  test('tell when the quota is low, used up, bought again and about to end', async () => {
    await control('POST', 'links/quota', { amount: 20, days: 20, replace: true })
    const link = await make()
    for (let index = 0; index < 20; index++) await open(link.url, { name: `额度${index}` })
    await event('customer_acquisition.balance_low')
    await event('customer_acquisition.balance_exhausted')
    expect(lab.received.filter((one) => one.type === 'customer_acquisition.balance_low')).toHaveLength(1)
    await expect(open(link.url)).rejects.toThrow('link.exhausted')
    await control('POST', 'links/quota', { amount: 30, days: 20 })
    await event('customer_acquisition.balance_increased')
    expect(await quota()).toMatchObject({ total: 50, balance: 30 })
    await advance(7 * daySeconds)
    expect(await event('customer_acquisition.quota_expire_soon')).toMatchObject({ expireQuotaNum: 30 })
    lab.forgetCallbacks()
    await advance(12 * daySeconds)
    await event('customer_acquisition.quota_expire_soon')
    await advance(2 * daySeconds)
    expect(await quota()).toEqual({ total: 0, balance: 0, lots: [] })
    await control('POST', 'links/quota', { amount: 1000 })
  }, 20_000)

  test('end when nobody is behind them, or the administrator deletes them', async () => {
    await control('POST', 'employees', { userId: 'linkman', name: '获客专员' })
    const link = await make({ users: ['linkman'] })
    await control('DELETE', 'employees/linkman')
    await event('customer_acquisition.link_unavailable', { linkId: link.link_id })
    await expect(open(link.url)).rejects.toThrow('link.unavailable')
    expect(lab.received.filter((one) => one.type === 'customer_acquisition.link_unavailable')).toHaveLength(1)
    await control('DELETE', `links/${link.link_id}`)
    await event('customer_acquisition.delete_link', { linkId: link.link_id })
  })

  test('that ask for the impossible are refused', async () => {
    expect(await failure(make({ users: undefined }))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    expect(await failure(make({ users: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(make({ users: undefined, departments: [999] }))).toMatchObject({ errcode: 60123 })
    expect(await failure(make({ priority: [] }))).toMatchObject({ errcode: 40058 })
    expect(await failure(make({ users: names(501) }))).toMatchObject({ field: 'range.user_list' })
    const create = (body: object) => raw('externalcontact/customer_acquisition/create_link', { link_name: 'x', ...body })
    expect(await create({ range: { user_list: names(501) } })).toMatchObject({ errcode: 60111 })
    expect(await create({ range: { user_list: ['lina'] }, priority_option: { priority_type: 3 } })).toMatchObject({ errcode: 40058 })
    await control('PUT', 'employees/gaofei', { contact: false })
    expect(await failure(make({ users: ['gaofei'] }))).toMatchObject({ errcode: 84083 })
    await control('PUT', 'employees/gaofei', { contact: true })
    await control('PUT', 'settings', { limits: { acquisitionLinks: 1 } })
    expect(await failure(make())).toMatchObject({ errcode: 41095, reaction: 'tell' })
    await control('PUT', 'settings', { limits: { acquisitionLinks: 10_000 } })
    const byOldSecret = listLinks(lab.withSecret('contactSecret'))
    expect(await failure(byOldSecret)).toMatchObject({ errcode: 48002, reaction: 'configure' })
    expect(await acquisitionPermit(lab.app)).toEqual({ users: [], departments: [1], tags: [] })
  })

  test('are made once although the answer to their making was lost', async () => {
    const path = 'externalcontact/customer_acquisition/create_link'
    const older = await make({ name: '同名' })
    await advance(1)
    const since = await lab.nowSeconds()
    const settings = { name: '同名', users: ['lina'] }
    const known = [older.link_id]
    const create = () =>
      createOnce(
        () => createLink(lab.app, settings),
        () => findLink(lab.app, { name: '同名', since, known }),
      )
    const named = async () =>
      (await Promise.all((await links()).map((id) => getLink(lab.app, id)))).filter((it) => it.link?.link_name === '同名')
    const before = await lab.calls(path)
    await lab.fail({ path, status: 0, times: 1, after: true })
    const found = await create()
    expect(found).toMatchObject({ link_name: '同名', link_id: expect.stringMatching(/^ca/), url: expect.stringContaining('/ca/') })
    expect(found.link_id).not.toBe(older.link_id)
    expect(await lab.calls(path)).toBe(before + 1)
    expect(await named()).toHaveLength(2)
    // What never arrived is made by the second call, and what is somebody's already is not taken for it.
    known.push(found.link_id ?? '')
    await lab.fail({ path, status: 502, times: 1 })
    expect((await create()).link_id).not.toBe(found.link_id)
    expect(await named()).toHaveLength(3)
  })
})
