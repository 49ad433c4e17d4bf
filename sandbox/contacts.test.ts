import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestReceiver, startTestSandbox, type TestReceiver, type TestSandbox } from './testing.ts'

type Scan = { externalUserId: string; userId: string; relation: string }
type Contact = {
  external_contact: Record<string, unknown>
  follow_user: {
    userid: string
    state?: string
    add_way: number
    oper_userid: string
    tags: { tag_id?: string; tag_name: string; group_name: string; type: number }[]
  }[]
}

let it: TestSandbox
let receiver: TestReceiver
beforeAll(async () => {
  it = await startTestSandbox()
  receiver = await startTestReceiver(it.corp.corpId)
  const { url, token, encodingAesKey } = receiver
  await it.control('PUT', `/corps/${it.corp.corpId}/callback`, { url, token, encodingAesKey })
})
afterAll(async () => {
  await it.stop()
  await receiver.stop()
})

const addWay = async (more: Record<string, unknown> = {}): Promise<{ config_id: string; qr_code: string }> => {
  const answer = await it.api('externalcontact/add_contact_way', { type: 2, scene: 2, user: ['wanglei', 'lina', 'zhangwei'], ...more })
  expect(answer.errmsg).toBe('ok')
  return answer as unknown as { config_id: string; qr_code: string }
}
const scan = (code: string, more: Record<string, unknown> = {}) => it.control<Scan>('POST', '/scan', { code, ...more })
const listen = () => {
  receiver.received.length = 0
}
/** Nothing is on its way any more. */
const quiet = () =>
  expect
    .poll(async () => (await it.control<{ counts: Record<string, number> }>('GET', '/callbacks?limit=1')).counts.waiting ?? 0, {
      timeout: 10_000,
    })
    .toBe(0)
const kinds = () => receiver.received.map((one) => one.fields.ChangeType ?? one.fields.Event ?? one.fields.MsgType)

describe('contact ways', () => {
  test('are kept, listed in pages, changed by replacement, and gone after deletion', async () => {
    const way = await addWay({ remark: '抖音', state: 'dy' })
    const read = (await it.api('externalcontact/get_contact_way', { config_id: way.config_id })).contact_way as Record<string, unknown>
    expect(read).toMatchObject({
      config_id: way.config_id,
      type: 2,
      scene: 2,
      remark: '抖音',
      state: 'dy',
      skip_verify: true,
      user: ['wanglei', 'lina', 'zhangwei'],
      party: [],
      qr_code: way.qr_code,
    })
    expect((await it.api('externalcontact/update_contact_way', { config_id: way.config_id, user: ['sunli'] })).errcode).toBe(0)
    const changed = (await it.api('externalcontact/get_contact_way', { config_id: way.config_id })).contact_way as Record<string, unknown>
    expect(changed).toMatchObject({ user: ['sunli'], remark: '抖音', state: 'dy' })

    const more = [await addWay(), await addWay()]
    const first = await it.api('externalcontact/list_contact_way', { limit: 2 })
    const second = await it.api('externalcontact/list_contact_way', { limit: 2, cursor: first.next_cursor })
    const seen = [...(first.contact_way as { config_id: string }[]), ...(second.contact_way as { config_id: string }[])].map(
      (one) => one.config_id,
    )
    expect(seen).toEqual([way.config_id, ...more.map((one) => one.config_id)])
    expect((await it.api('externalcontact/list_contact_way', { cursor: 'made-up' })).errcode).toBe(50100)

    expect((await it.api('externalcontact/del_contact_way', { config_id: way.config_id })).errcode).toBe(0)
    expect((await it.api('externalcontact/get_contact_way', { config_id: way.config_id })).errcode).toBe(40058)
    expect(await scan(way.config_id)).toMatchObject({ error: { code: 'code.unknown' } })
  })

  test('the picture is a QR and follows its content', async () => {
    const way = await addWay()
    const png = await fetch(way.qr_code)
    expect(png.headers.get('content-type')).toBe('image/png')
    expect(
      Buffer.from(await png.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    const { items } = await it.control<{ items: { configId: string; content: string }[] }>('GET', '/codes')
    const content = items.find((one) => one.configId === way.config_id)?.content ?? ''
    expect((await scan(content)).userId).toMatch(/^(wanglei|lina|zhangwei)$/)
    expect((await scan(way.qr_code)).userId).toMatch(/^(wanglei|lina|zhangwei)$/)
  })

  test.each([
    ['type 1 with two members', { type: 1, user: ['wanglei', 'lina'] }, 40058],
    ['nobody behind it', { user: [] }, 40058],
    ['an unknown member', { user: ['nobody'] }, 60111],
    ['an unknown department', { user: [], party: [77] }, 60123],
    ['a state of 31 characters', { state: 's'.repeat(31) }, 40058],
    ['a third style for many', { style: 3 }, 40058],
    ['more than fourteen days', { is_temp: true, expires_in: 14 * 86400 + 1 }, 40058],
    ['media that never were', { conclusions: { image: { media_id: 'nothing' } } }, 40007],
  ])('refuse %s', async (_, change, errcode) => {
    expect((await it.api('externalcontact/add_contact_way', { type: 2, scene: 2, user: ['wanglei'], ...change })).errcode).toBe(errcode)
  })

  test('refuse members without the customer-contact function', async () => {
    await it.control('PUT', '/employees/gaofei', { contact: false })
    expect((await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['gaofei'] })).errcode).toBe(84083)
    await it.control('PUT', '/employees/gaofei', { contact: true })
  })
})

describe('scanning', () => {
  test('a short link that redirects, or a page that shows the code, leads to it; a link elsewhere is refused', async () => {
    const way = await addWay()
    const server = createServer((request, response) => {
      if (request.url === '/s') response.writeHead(302, { location: '/landing' }).end()
      else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end()
      else response.setHeader('content-type', 'text/html').end(`<img src="${way.qr_code}">`)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect((await scan(`${base}/s`)).relation).toBe('new')
    expect(await scan(`${base}/loop`)).toMatchObject({ error: { code: 'code.unknown', field: 'code' } })
    expect(await scan('https://example.com/s')).toMatchObject({ error: { code: 'code.not_loopback' } })
    await new Promise((resolve) => server.close(resolve))
  })

  test('picks each of the members sooner or later, and departments count with their members', async () => {
    const way = await addWay({ user: [], party: [3] })
    const picked = new Set<string>()
    for (let turn = 0; turn < 60 && picked.size < 3; turn++) picked.add((await scan(way.config_id)).userId)
    expect([...picked].sort()).toEqual(['gaofei', 'liuyang', 'sunli'])
  })

  test('makes a friend with state and way, tells it encrypted, and says nothing when they are friends already', async () => {
    const way = await addWay({ user: ['wanglei'], type: 1, state: 'dy-1' })
    await quiet()
    listen()
    const scanned = await scan(way.config_id, { name: '小满' })
    expect(scanned).toMatchObject({ userId: 'wanglei', relation: 'new' })
    const [half, added] = await receiver.waitFor(2)
    expect(kinds()).toEqual(['add_half_external_contact', 'add_external_contact'])
    for (const one of [half, added]) {
      expect(one?.fields).toMatchObject({
        ToUserName: it.corp.corpId,
        FromUserName: 'sys',
        MsgType: 'event',
        Event: 'change_external_contact',
        UserID: 'wanglei',
        ExternalUserID: scanned.externalUserId,
        State: 'dy-1',
      })
      expect(one?.fields.WelcomeCode).toMatch(/^[\w-]{20,}$/)
    }
    expect(half?.fields.WelcomeCode).not.toBe(added?.fields.WelcomeCode)

    const contact = (await it.api(`externalcontact/get?external_userid=${scanned.externalUserId}`)) as unknown as Contact
    expect(contact.external_contact).toMatchObject({ external_userid: scanned.externalUserId, name: '小满', type: 1 })
    expect(contact.follow_user).toEqual([
      expect.objectContaining({ userid: 'wanglei', state: 'dy-1', add_way: 1, oper_userid: scanned.externalUserId, tags: [] }),
    ])

    expect(await scan(way.config_id, { customer: scanned.externalUserId })).toMatchObject({ userId: 'wanglei', relation: 'friends' })
    await quiet()
    expect(receiver.received).toHaveLength(2)
  })

  test('a code that asks for verification waits for the employee', async () => {
    const way = await addWay({ user: ['sunli'], type: 1, skip_verify: false })
    listen()
    const scanned = await scan(way.config_id, { name: '等等' })
    expect(scanned.relation).toBe('requested')
    expect((await it.api(`externalcontact/get?external_userid=${scanned.externalUserId}`)).errcode).toBe(84061)
    const { items } = await it.control<{ items: { id: string; externalUserId: string }[] }>('GET', '/tasks/sunli')
    const task = items.find((one) => one.externalUserId === scanned.externalUserId)
    expect(receiver.received).toHaveLength(0)
    await it.control('POST', `/tasks/${task?.id}/confirm`, {})
    await receiver.waitFor(1)
    expect(kinds()).toEqual(['add_external_contact'])
    expect((await it.api(`externalcontact/get?external_userid=${scanned.externalUserId}`)).errcode).toBe(0)
    expect(await it.control('POST', `/tasks/${task?.id}/confirm`, {})).toMatchObject({ error: { code: 'task.unknown' } })
  })

  test('half a friend is 84061 for the API until the employee confirms by hand', async () => {
    await it.control('PUT', '/settings', { habits: { confirm: 'manual' } })
    const way = await addWay({ user: ['majun'], type: 1 })
    const scanned = await scan(way.config_id)
    expect(
      (await it.api('externalcontact/remark', { userid: 'majun', external_userid: scanned.externalUserId, remark: '早' })).errcode,
    ).toBe(84061)
    const { items } = await it.control<{ items: { id: string }[] }>('GET', '/tasks/majun')
    await it.control('POST', `/tasks/${items[0]?.id}/confirm`, {})
    expect(
      (await it.api('externalcontact/remark', { userid: 'majun', external_userid: scanned.externalUserId, remark: '早' })).errcode,
    ).toBe(0)
    await it.control('PUT', '/settings', { habits: { confirm: 'auto' } })
  })

  test('an exclusive code keeps to the first employee', async () => {
    const way = await addWay({ is_exclusive: true })
    const first = await scan(way.config_id)
    for (let turn = 0; turn < 8; turn++) expect((await scan(way.config_id, { customer: first.externalUserId })).userId).toBe(first.userId)
  })

  test('a temporary code works once and makes no friend; closing says the conclusion', async () => {
    const way = await addWay({ is_temp: true, user: ['hexin'], type: 1, conclusions: { text: { content: '感谢咨询' } } })
    const scanned = await scan(way.config_id)
    expect(scanned.relation).toBe('temporary')
    expect(await scan(way.config_id)).toMatchObject({ error: { code: 'code.used_or_expired' } })
    expect((await it.api(`externalcontact/get?external_userid=${scanned.externalUserId}`)).errcode).toBe(84061)
    expect((await it.api('externalcontact/close_temp_chat', { userid: 'hexin', external_userid: scanned.externalUserId })).errcode).toBe(0)
    const inbox = await it.control<{ items: { text?: string }[] }>('GET', `/inbox/${scanned.externalUserId}`)
    expect(inbox.items.at(-1)?.text).toBe('感谢咨询')
    expect((await it.api('externalcontact/close_temp_chat', { userid: 'hexin', external_userid: scanned.externalUserId })).errcode).toBe(
      84061,
    )
  })
})

describe('the end of a friendship', () => {
  test('by the customer: the API goes on one-way, talking is refused, scanning again is a new friendship', async () => {
    const way = await addWay({ user: ['lina'], type: 1 })
    const { externalUserId } = await scan(way.config_id)
    await quiet()
    listen()
    await it.control('POST', '/unfollow', { externalUserId, userId: 'lina', by: 'customer' })
    const [gone] = await receiver.waitFor(1)
    expect(gone?.fields).toMatchObject({ ChangeType: 'del_follow_user', UserID: 'lina', ExternalUserID: externalUserId })
    expect((await it.api(`externalcontact/get?external_userid=${externalUserId}`)).errcode).toBe(0)
    expect(await it.control('POST', '/say', { from: 'lina', to: externalUserId, text: '在吗' })).toMatchObject({
      error: { code: 'say.not_friends' },
    })
    expect(await it.control('POST', '/unfollow', { externalUserId, userId: 'lina', by: 'customer' })).toMatchObject({
      error: { code: 'follow.already_ended' },
    })
    expect((await scan(way.config_id, { customer: externalUserId })).relation).toBe('new')
    await receiver.waitFor(3)
    expect(kinds()).toEqual(['del_follow_user', 'add_half_external_contact', 'add_external_contact'])
  })

  test('by the employee: gone from the API with tags and remark', async () => {
    const way = await addWay({ user: ['lina'], type: 1 })
    const { externalUserId } = await scan(way.config_id)
    await it.api('externalcontact/remark', { userid: 'lina', external_userid: externalUserId, remark: '大客户' })
    await quiet()
    listen()
    await it.control('POST', '/unfollow', { externalUserId, userId: 'lina', by: 'employee' })
    const [gone] = await receiver.waitFor(1)
    expect(gone?.fields).toMatchObject({ ChangeType: 'del_external_contact', UserID: 'lina' })
    expect((await it.api(`externalcontact/get?external_userid=${externalUserId}`)).errcode).toBe(84061)
    await scan(way.config_id, { customer: externalUserId })
    const contact = (await it.api(`externalcontact/get?external_userid=${externalUserId}`)) as unknown as {
      follow_user: { remark: string }[]
    }
    expect(contact.follow_user[0]?.remark).toBe('')
  })
})

describe('reading customers', () => {
  test('by employee in pages: every friendship once, with tag_id instead of tags, and no old parameter', async () => {
    await it.control('POST', '/company', { customers: 150, seed: 'pages' })
    const users = (await it.api('externalcontact/get_follow_user_list')).follow_user as string[]
    const seen: string[] = []
    let cursor = ''
    let pages = 0
    do {
      const page = await it.api('externalcontact/batch/get_by_user', { userid_list: users, cursor, limit: 40 })
      const list = page.external_contact_list as {
        external_contact: { external_userid: string }
        follow_info: { userid: string; tag_id: string[]; tags?: unknown }
      }[]
      for (const one of list) {
        seen.push(`${one.follow_info.userid}|${one.external_contact.external_userid}`)
        expect(one.follow_info.tags).toBeUndefined()
        expect(Array.isArray(one.follow_info.tag_id)).toBe(true)
      }
      cursor = String(page.next_cursor ?? '')
      pages += 1
    } while (cursor)
    const { items } = await it.control<{ items: { totals: { follows: number } }[] }>('GET', '/corps')
    expect(pages).toBeGreaterThan(3)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toHaveLength(items[0]?.totals.follows ?? -1)
    expect((await it.api('externalcontact/batch/get_by_user', { userid: 'lina' })).errcode).toBe(40058)
  })

  test('contact_list pages end after four hours', async () => {
    const first = await it.api('externalcontact/contact_list', { limit: 10 })
    expect(first.info_list).toHaveLength(10)
    expect((await it.api('externalcontact/contact_list', { limit: 10, cursor: first.next_cursor })).errcode).toBe(0)
    await it.control('PUT', '/clock', { advanceSeconds: 4 * 3600 + 1 })
    expect((await it.api('externalcontact/contact_list', { limit: 10, cursor: first.next_cursor })).errcode).toBe(99434)
  })

  test('contact_list goes through all friends and then everybody in groups, page after page', async () => {
    type Served = { is_customer: boolean; external_userid?: string; follow_userid?: string; chat_id?: string; add_time: number }
    const read = async (limit: number) => {
      const seen: Served[] = []
      let cursor = ''
      do {
        const page = await it.api('externalcontact/contact_list', { limit, cursor })
        seen.push(...(page.info_list as Served[]))
        cursor = String(page.next_cursor ?? '')
      } while (cursor)
      return seen
    }
    const all = await read(2000)
    expect(await read(17)).toEqual(all)
    const { items } = await it.control<{ items: { chatId: string; customers: number }[] }>('GET', '/groups')
    for (const group of items) expect(all.filter((one) => one.chat_id === group.chatId)).toHaveLength(group.customers)
    const firstInGroup = all.findIndex((one) => one.chat_id)
    expect(firstInGroup).toBeGreaterThan(0)
    expect(all.slice(0, firstInGroup).every((one) => one.follow_userid)).toBe(true)
    expect(all.slice(firstInGroup).every((one) => one.is_customer && one.external_userid && !one.follow_userid)).toBe(true)
  })

  test('an unknown customer is 40096 with the list empty', async () => {
    expect(await it.api('externalcontact/get?external_userid=wmNobody')).toMatchObject({ errcode: 40096, follow_user: [] })
  })
})

describe('tags and remarks', () => {
  type Groups = { group_id: string; group_name: string; tag: { id: string; name: string; deleted?: boolean }[] }[]
  const groups = async (input: Record<string, unknown> = {}) =>
    (await it.api('externalcontact/get_corp_tag_list', input)).tag_group as Groups

  test('the same name in a group is one tag; a renamed twin is 40071; the last tag takes its group along', async () => {
    const made = (
      await it.api('externalcontact/add_corp_tag', {
        group_name: '年级',
        tag: [{ name: '一年级' }, { name: '一年级' }, { name: '二年级' }],
      })
    ).tag_group as Groups[number]
    expect(made.tag.map((tag) => tag.name)).toEqual(['一年级', '二年级'])
    const again = (await it.api('externalcontact/add_corp_tag', { group_name: '年级', tag: [{ name: '二年级' }] }))
      .tag_group as Groups[number]
    expect(again.group_id).toBe(made.group_id)
    expect(again.tag[0]?.id).toBe(made.tag[1]?.id)
    const [one, two] = made.tag.map((tag) => tag.id)
    expect((await it.api('externalcontact/edit_corp_tag', { id: one, name: '二年级' })).errcode).toBe(40071)
    await it.api('externalcontact/del_corp_tag', { tag_id: [one] })
    await it.api('externalcontact/del_corp_tag', { tag_id: [two] })
    expect((await groups()).some((group) => group.group_id === made.group_id)).toBe(false)
    expect((await groups({ tag_id: [one] }))[0]).toMatchObject({ group_id: made.group_id, tag: [{ id: one, deleted: true }] })
    expect((await it.api('externalcontact/edit_corp_tag', { id: one, name: '三年级' })).errcode).toBe(40068)
  })

  test('marking changes the customer and raises edit once; a tag made by hand is not the app’s to change', async () => {
    const way = await addWay({ user: ['lina'], type: 1 })
    const { externalUserId } = await scan(way.config_id)
    const tag = (await groups())[0]?.tag[0]?.id ?? ''
    await quiet()
    listen()
    const mark = { userid: 'lina', external_userid: externalUserId, add_tag: [tag] }
    expect((await it.api('externalcontact/mark_tag', mark)).errcode).toBe(0)
    expect((await it.api('externalcontact/mark_tag', mark)).errcode).toBe(0)
    await receiver.waitFor(1)
    await quiet()
    expect(kinds()).toEqual(['edit_external_contact'])
    const contact = (await it.api(`externalcontact/get?external_userid=${externalUserId}`)) as unknown as Contact
    expect(contact.follow_user[0]?.tags).toEqual([expect.objectContaining({ tag_id: tag, type: 1 })])
    expect((await it.api('externalcontact/mark_tag', { ...mark, add_tag: ['etNothing'] })).errcode).toBe(40068)
    expect((await it.api('externalcontact/mark_tag', { ...mark, userid: 'sunli' })).errcode).toBe(84061)

    const byHand = await it.control<{ tagId: string }>('POST', '/tags', { group: '后台', name: '手工' })
    expect((await it.api('externalcontact/edit_corp_tag', { id: byHand.tagId, name: '改名' })).errcode).toBe(81011)
  })

  test('mobiles alone raise no event, a remark does, and a switch silences both', async () => {
    const way = await addWay({ user: ['lina'], type: 1 })
    const { externalUserId } = await scan(way.config_id)
    await quiet()
    listen()
    const base = { userid: 'lina', external_userid: externalUserId }
    await it.api('externalcontact/remark', { ...base, remark_mobiles: ['13800000001'] })
    await it.api('externalcontact/remark', { ...base, remark: '张三' })
    await it.control('PUT', '/settings', { habits: { apiEdits: false } })
    await it.api('externalcontact/remark', { ...base, remark: '李四' })
    await it.control('PUT', '/settings', { habits: { apiEdits: true } })
    await quiet()
    expect(kinds()).toEqual(['edit_external_contact'])
    expect((await it.api('externalcontact/remark', base)).errcode).toBe(40058)
    expect((await it.api('externalcontact/remark', { ...base, remark: '一'.repeat(21) })).errcode).toBe(40058)
  })
})
