import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from './testing.ts'

let it: TestSandbox
beforeAll(async () => {
  it = await startTestSandbox()
})
afterAll(() => it.stop())

type Corps = { items: { corpId: string; secret: string; totals: Record<string, number> }[] }

describe('the first company', () => {
  test('is the same everywhere: five departments, twelve employees, three tag groups, thirty customers, three customer groups', async () => {
    const other = await startTestSandbox()
    const mine = await it.control<Corps>('GET', '/corps')
    const theirs = await other.control<Corps>('GET', '/corps')
    const people = async (one: TestSandbox) =>
      (await one.control<{ items: { externalUserId: string; name: string }[] }>('GET', '/customers')).items.map(
        ({ externalUserId, name }) => ({ externalUserId, name }),
      )
    const customers = await people(it)
    expect(await people(other)).toEqual(customers)
    type Group = { chatId: string; name: string; owner: string; faces: string[] }
    const groups = async (one: TestSandbox) =>
      (await one.control<{ items: Group[] }>('GET', '/groups')).items.map(({ chatId, name, owner, faces }) => ({
        chatId,
        name,
        owner,
        faces: faces.map((url) => new URL(url).pathname),
      }))
    expect(await groups(other)).toEqual(await groups(it))
    await other.stop()
    expect(theirs.items[0]?.secret).toBe(mine.items[0]?.secret)
    expect(mine.items[0]?.totals).toMatchObject({ departments: 5, employees: 12, customers: 30, tags: 10, groups: 3 })
    expect((await it.api('externalcontact/get_corp_tag_list', {})).tag_group).toHaveLength(3)
    expect(new Set(customers.map((one) => one.externalUserId)).size).toBe(30)
  })

  test('has leaders that exist and members in departments that exist', async () => {
    const departments = (await it.api('department/list')).department as { id: number; parentid: number; department_leader: string[] }[]
    const users = (await it.api('user/list?department_id=1&fetch_child=1')).userlist as {
      userid: string
      department: number[]
      direct_leader: string[]
    }[]
    const ids = new Set(users.map((one) => one.userid))
    expect(users).toHaveLength(12)
    for (const leader of [...departments.flatMap((one) => one.department_leader), ...users.flatMap((one) => one.direct_leader)])
      expect(ids).toContain(leader)
    for (const id of users.flatMap((one) => one.department)) expect(departments.map((one) => one.id)).toContain(id)
  })
})

describe('the generator', () => {
  test('adds what was ordered, nothing the second time, and leaves out nobody', async () => {
    const order = { employees: 20, customers: 2000, groups: 0, seed: 7 }
    const before = (await it.control<Corps>('GET', '/corps')).items[0]?.totals
    const first = await it.control<{
      employees: number
      customers: number
      follows: number
      totals: Record<string, number>
      seconds: number
    }>('POST', '/company', order)
    expect(first).toMatchObject({ employees: 20, customers: 2000 })
    expect(first.totals.customers).toBe((before?.customers ?? 0) + 2000)
    expect(first.totals.follows).toBe((before?.follows ?? 0) + first.follows)
    expect(first.follows).toBeGreaterThanOrEqual(2000)
    expect(await it.control('POST', '/company', order)).toMatchObject({ employees: 0, customers: 0, follows: 0 })
  })

  test('pages of customers together are everybody once', async () => {
    const seen: string[] = []
    let cursor = ''
    let total = 0
    do {
      const page = await it.control<{ items: { externalUserId: string }[]; next: string | null; total: number }>(
        'GET',
        `/customers?limit=700${cursor ? `&cursor=${cursor}` : ''}`,
      )
      seen.push(...page.items.map((one) => one.externalUserId))
      cursor = page.next ?? ''
      total = page.total
    } while (cursor)
    expect(seen).toHaveLength(total)
    expect(new Set(seen).size).toBe(total)
  })

  test('a second company is separate: its code makes another external_userid of the same person', async () => {
    const corp = await it.control<{ corpId: string; secret: string }>('POST', '/corps', {
      name: '第二家公司',
      employees: 2,
      seed: 'second',
    })
    expect(corp.corpId).not.toBe(it.corp.corpId)
    const { access_token } = (await (await fetch(`${it.url}/cgi-bin/gettoken?corpid=${corp.corpId}&corpsecret=${corp.secret}`)).json()) as {
      access_token: string
    }
    const members = (await (await fetch(`${it.url}/cgi-bin/externalcontact/get_follow_user_list?access_token=${access_token}`)).json()) as {
      follow_user: string[]
    }
    expect(members.follow_user).toEqual(['second.0001', 'second.0002'])
    const way = (await (
      await fetch(`${it.url}/cgi-bin/externalcontact/add_contact_way?access_token=${access_token}`, {
        method: 'POST',
        body: JSON.stringify({ type: 2, scene: 2, user: members.follow_user }),
      })
    ).json()) as { config_id: string }
    const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '两家的客户' })
    const scanned = await it.control<{ externalUserId: string }>('POST', '/scan', { code: way.config_id, customer: externalUserId })
    expect(scanned.externalUserId).not.toBe(externalUserId)
    const again = await it.control<{ externalUserId: string }>('POST', '/scan', { code: way.config_id, customer: externalUserId })
    expect(again.externalUserId).toBe(scanned.externalUserId)
    expect((await it.api(`externalcontact/get?external_userid=${scanned.externalUserId}`)).errcode).toBe(40096)
  })
})

describe('what was there is there after a restart', () => {
  test('friends, tags, codes, messages, clock, faults and tokens', async () => {
    const way = (await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'], state: 'keep' })).config_id as string
    const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/scan', { code: way, name: '留下' })
    await it.control('POST', '/say', { from: externalUserId, to: 'lina', text: '还在吗' })
    await it.control('PUT', '/clock', { advanceSeconds: 500 })
    await it.control('PUT', '/faults', { latencyMs: 3 })
    const token = await it.token()
    const before = await it.api(`externalcontact/get?external_userid=${externalUserId}`)
    await it.restart()
    expect(await it.token()).toBe(token)
    const after = await it.api(`externalcontact/get?external_userid=${externalUserId}`)
    expect(JSON.stringify(after.follow_user)).toBe(JSON.stringify(before.follow_user))
    const inbox = await it.control<{ items: { text: string; mine: boolean }[] }>('GET', `/inbox/${externalUserId}`)
    expect(inbox.items.at(-1)).toMatchObject({ text: '还在吗', mine: true })
    expect(await it.control('GET', '/clock')).toMatchObject({ advancedSeconds: 500 })
    expect(await it.control('GET', '/faults')).toMatchObject({ latencyMs: 3 })
    expect(await it.control('POST', '/scan', { code: way, customer: externalUserId })).toMatchObject({ relation: 'friends' })
    const { items } = await it.control<{ items: { path: string }[] }>('GET', `/log?path=add_contact_way&text=${way}`)
    expect(items).toHaveLength(1)
    await it.control('PUT', '/faults', {})
  })
})

describe('signing in', () => {
  const authorize = (query: Record<string, string>) =>
    fetch(
      `${it.url}/connect/oauth2/authorize?${new URLSearchParams({ appid: it.corp.corpId, agentid: String(it.corp.agentId), redirect_uri: 'http://127.0.0.1:3000/login?x=1', state: 'st', ...query })}`,
      { redirect: 'manual' },
    )
  const codeOf = async (query: Record<string, string>) =>
    new URL((await authorize(query)).headers.get('location') ?? 'http://none').searchParams

  test('shows whom one could be, and comes back with code and state, once', async () => {
    const page = await (await authorize({})).text()
    expect(page).toContain('陈静')
    const back = await codeOf({ as: 'chenjing' })
    expect([back.get('state'), back.get('x')]).toEqual(['st', '1'])
    expect(await it.api(`auth/getuserinfo?code=${back.get('code')}`)).toMatchObject({ errcode: 0, userid: 'chenjing' })
    expect((await it.api(`auth/getuserinfo?code=${back.get('code')}`)).errcode).toBe(40029)
  })

  test('a code ends after five minutes', async () => {
    const code = (await codeOf({ as: 'chenjing' })).get('code')
    await it.control('PUT', '/clock', { advanceSeconds: 301 })
    expect((await it.api(`auth/getuserinfo?code=${code}`)).errcode).toBe(40029)
  })

  test('private information takes the wider scope and its ticket', async () => {
    const plain = await it.api(`auth/getuserinfo?code=${(await codeOf({ as: 'lina' })).get('code')}`)
    expect(plain.user_ticket).toBeUndefined()
    const wide = await it.api(`auth/getuserinfo?code=${(await codeOf({ as: 'lina', scope: 'snsapi_privateinfo' })).get('code')}`)
    expect(await it.api('auth/getuserdetail', { user_ticket: wide.user_ticket })).toMatchObject({
      errcode: 0,
      userid: 'lina',
      email: 'lina@example.com',
    })
    expect((await it.api('auth/getuserdetail', { user_ticket: 'made-up' })).errcode).toBe(84015)
    expect(await it.api('user/get?userid=lina')).not.toHaveProperty('mobile')
  })

  test('a page elsewhere is not trusted (50001), nor another port once a domain is set', async () => {
    expect((await authorize({ redirect_uri: 'https://evil.example/x', as: 'lina' })).status).toBe(400)
    await it.control('PUT', `/corps/${it.corp.corpId}/agents/${it.corp.agentId}`, { trustedDomain: '127.0.0.1:3001' })
    expect((await authorize({ as: 'lina' })).status).toBe(400)
    expect((await authorize({ as: 'lina', redirect_uri: 'http://127.0.0.1:3001/x' })).status).toBe(302)
    await it.control('PUT', `/corps/${it.corp.corpId}/agents/${it.corp.agentId}`, { trustedDomain: '' })
  })

  test('a customer is known by openid and external_userid', async () => {
    const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '访客' })
    const answer = await it.api(`auth/getuserinfo?code=${(await codeOf({ as: externalUserId })).get('code')}`)
    expect(answer).toMatchObject({ errcode: 0, external_userid: externalUserId })
    expect(answer.userid).toBeUndefined()
  })
})

describe('app messages', () => {
  const send = (more: Record<string, unknown>) =>
    it.api('message/send', { agentid: it.corp.agentId, msgtype: 'text', text: { content: '通知' }, ...more })

  test('reach the visible members, name the invalid ones, and refuse when nobody is left', async () => {
    expect(await send({ touser: 'lina|nobody', toparty: '3|99' })).toMatchObject({ errcode: 0, invaliduser: 'nobody', invalidparty: '99' })
    const { items } = await it.control<{ items: { text: string; sender: string }[] }>('GET', '/chat?userId=sunli')
    expect(items.at(-1)).toMatchObject({ text: '通知', sender: 'app' })
    expect((await send({ touser: 'nobody' })).errcode).toBe(81013)
    expect((await send({})).errcode).toBe(82001)
    expect((await send({ touser: 'lina', agentid: 1 })).errcode).toBe(40056)
    expect((await send({ touser: 'lina', text: { content: '长'.repeat(700) } })).errcode).toBe(45002)
  })

  test('beyond the limit per member are dropped without a word', async () => {
    await it.control('PUT', '/settings', { limits: { memberMessagesPerMinute: 2 } })
    await it.control('PUT', '/clock', { advanceSeconds: 61 })
    const codes: number[] = []
    for (let turn = 0; turn < 4; turn++) codes.push((await send({ touser: 'wanglei' })).errcode)
    expect(codes).toEqual([0, 0, 0, 0])
    const { items } = await it.control<{ items: unknown[] }>('GET', '/chat?userId=wanglei')
    expect(items).toHaveLength(2)
    await it.control('PUT', '/settings', { limits: { memberMessagesPerMinute: 30 } })
  })
})

describe('names of one person', () => {
  test('unionid leads to the friend, and to a pending id before there is one', async () => {
    const { items } = await it.control<{ items: { externalUserId: string; unionId: string; type: number }[] }>('GET', '/customers?limit=30')
    const friend = items.find((one) => one.type === 1)
    expect(await it.api('idconvert/unionid_to_external_userid', { unionid: friend?.unionId, openid: 'o1' })).toMatchObject({
      external_userid: friend?.externalUserId,
    })
    const stranger = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '路人' })
    const view = await it.control<{ customer: { unionId: string } }>('GET', `/phone/customer/${stranger.externalUserId}`)
    const pending = await it.api('idconvert/unionid_to_external_userid', { unionid: view.customer.unionId, openid: 'o1' })
    expect(pending.pending_id).toMatch(/^p/)
    expect(await it.api('idconvert/batch/external_userid_to_pending_id', { external_userid: [stranger.externalUserId] })).toMatchObject({
      result: [{ pending_id: pending.pending_id }],
    })
    expect((await it.api('externalcontact/unionid_to_external_userid', { unionid: view.customer.unionId })).errcode).toBe(84061)
  })
})

describe('a past', () => {
  test('is told later with its own times: friendship, chat and end, without a welcome code, by somebody who stays the same person', async () => {
    const { config_id } = (await it.api('externalcontact/add_contact_way', {
      type: 2,
      scene: 2,
      user: ['lina', 'wanglei'],
      skip_verify: false,
    })) as unknown as { config_id: string }
    const then = new Date(Date.now() - 40 * 86_400_000)
    const scan = () =>
      it.control<{ externalUserId: string; userId: string; task: string }>('POST', '/scan', {
        code: config_id,
        person: 'someone',
        name: '会回来的云',
        employee: 'wanglei',
        at: then.toISOString(),
      })
    const friend = await scan()
    expect(friend.userId).toBe('wanglei')
    const confirmed = new Date(then.getTime() + 60_000)
    await it.control('POST', `/tasks/${friend.task}/confirm`, { at: confirmed.toISOString() })
    expect((await scan()).externalUserId).toBe(friend.externalUserId)
    const { follow_user } = (await it.api(`externalcontact/get?external_userid=${friend.externalUserId}`)) as unknown as {
      follow_user: { createtime: number }[]
    }
    expect(follow_user[0]?.createtime).toBe(Math.floor(confirmed.getTime() / 1000))
    const { items } = await it.control<{ items: { name: string; xml: string }[] }>('GET', '/callbacks?name=add_external_contact&limit=1')
    expect(items[0]?.xml).toContain(`<CreateTime>${Math.floor(confirmed.getTime() / 1000)}</CreateTime>`)
    expect(items[0]?.xml).not.toContain('WelcomeCode')
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    expect(await it.control('POST', '/scan', { code: config_id, at: tomorrow })).toMatchObject({ error: { field: 'at' } })
  })
})

test('of many customers an employee’s phone shows the newest and finds the others by name or remark', async () => {
  await it.control('POST', '/company', { customers: 200, seed: 'many' })
  type Phone = { contacts: { externalUserId: string; name: string; remark: string; at: string }[] }
  const of = (query: string) => it.control<Phone>('GET', `/phone/employee/lina?${query}`)
  const all = (await of('limit=1000')).contacts
  const newest = (await of('limit=5')).contacts
  expect(newest).toEqual(all.slice(0, 5))
  expect(all.map((one) => one.at)).toEqual(
    all
      .map((one) => one.at)
      .toSorted()
      .reverse(),
  )
  const last = all.at(-1)
  await it.control('POST', '/remark', { userId: 'lina', externalUserId: last?.externalUserId, remark: '要找的那位' })
  expect((await of(`limit=5&q=${encodeURIComponent('找的那')}`)).contacts.map((one) => one.externalUserId)).toEqual([last?.externalUserId])
  // Whoever wrote last stands first, however long they have been friends.
  await it.control('POST', '/say', { from: last?.externalUserId, to: 'lina', text: '好久不见' })
  expect((await of('limit=5')).contacts[0]).toMatchObject({ externalUserId: last?.externalUserId, last: '好久不见' })
  const { items } = await it.control<{ items: { userId: string }[] }>('GET', '/employees?q=LIN&limit=1')
  expect(items.map((one) => one.userId)).toEqual(['lina'])
})
