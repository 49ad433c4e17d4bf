import { describe, expect, test } from 'vitest'
import { getContact, listContactIds } from '#connectors/wecom/contacts.ts'
import { getGroup, listGroups } from '#connectors/wecom/groups.ts'
import {
  findHandovers,
  findMovedGroups,
  handOverCustomers,
  handOverGroups,
  listHandovers,
  listUnassigned,
  type Pair,
} from '#connectors/wecom/handovers.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, names } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, advance, event } = lab

const newCustomer = async (userId = 'lina') => (await lab.newCustomers(userId, 1))[0] ?? ''
const onTheJob: Pair = { from: 'lina', to: 'wanglei' }
const hand = (customers: string[], pair: Partial<Pair> = {}, message?: string) =>
  handOverCustomers(lab.app, { ...onTheJob, ...pair, customers, message })
const codes = async (customers: string[], pair?: Partial<Pair>) => {
  const { accepted, refused } = await hand(customers, pair)
  const refusal = (id: string) => refused.find((one) => one.externalUserId === id)?.errcode
  return customers.map((id) => (accepted.includes(id) ? 0 : refusal(id)))
}
const results = (pair: Partial<Pair> = {}) => allPages((at) => listHandovers(lab.app, { ...onTheJob, ...pair }, at))
const resultOf = async (customer: string, pair?: Partial<Pair>) => (await results(pair)).find((one) => one.externalUserId === customer)
const handoverId = async (customer: string) =>
  (await control<{ items: { id: string }[] }>('GET', `handovers/${customer}`)).items.at(-1)?.id ?? ''

describe('customers handed over on the job', () => {
  test('are the taker’s after a day, with remark, tags and both events', async () => {
    const customer = await newCustomer()
    await control('POST', 'remark', { userId: 'lina', externalUserId: customer, remark: '老客户' })
    expect(await hand([customer], {}, '我来为您服务')).toEqual({ accepted: [customer], refused: [] })
    const waiting = await resultOf(customer)
    expect(waiting).toMatchObject({ state: 'waiting' })
    expect(Number(waiting?.at)).toBeGreaterThan(Date.now() / 1000 + daySeconds - 60)
    expect(await listContactIds(lab.app, 'lina')).toContain(customer)
    const { items } = await control('GET', `handovers/${customer}`)
    expect(items).toMatchObject([{ from: { userId: 'lina' }, to: { userId: 'wanglei' }, hasLeft: false }])
    await advance(daySeconds + 1)
    expect(await resultOf(customer)).toMatchObject({ state: 'done', at: waiting?.at })
    const { follows } = await getContact(lab.app, customer)
    expect(follows).toMatchObject([{ userid: 'wanglei', add_way: 202, remark: '老客户', createtime: waiting?.at }])
    expect(await event('change_external_contact.del_external_contact', { externalUserId: customer })).toMatchObject({
      userId: 'lina',
      source: 'DELETE_BY_TRANSFER',
    })
    await event('change_external_contact.add_external_contact', { externalUserId: customer, userId: 'wanglei' })
    expect(JSON.stringify(await control('GET', `inbox/${customer}`))).toContain('我来为您服务')
  })

  test('stay where they are when they refuse within the day', async () => {
    const customer = await newCustomer()
    await hand([customer])
    const id = await handoverId(customer)
    await control('POST', `handovers/${id}/refuse`)
    expect(await event('change_external_contact.transfer_fail', { externalUserId: customer })).toMatchObject({
      userId: 'wanglei',
      failReason: 'customer_refused',
    })
    await advance(daySeconds + 1)
    expect(await resultOf(customer)).toEqual({ externalUserId: customer, state: 'refused', at: undefined })
    expect((await getContact(lab.app, customer)).follows).toMatchObject([{ userid: 'lina' }])
    await expect(control('POST', `handovers/${id}/refuse`)).rejects.toThrow('handover.over')
  })

  test('are refused one by one, each with its own code', async () => {
    const [customer, lost, gone] = [await newCustomer(), await newCustomer(), await newCustomer()]
    await control('POST', 'unfollow', { externalUserId: lost, userId: 'lina', by: 'employee' })
    await control('POST', 'unfollow', { externalUserId: gone, userId: 'lina', by: 'customer' })
    const { accepted, refused } = await hand([customer, 'wmNobody', lost, gone])
    expect(accepted).toEqual([customer])
    expect(refused).toEqual([
      { externalUserId: 'wmNobody', errcode: 40096, reaction: 'skip_item', meaning: expect.any(String) },
      { externalUserId: lost, errcode: 84061, reaction: 'empty', meaning: 'no customer relation' },
      { externalUserId: gone, errcode: 84061, reaction: 'empty', meaning: 'no customer relation' },
    ])
    expect(await codes([customer], { to: 'zhangwei' })).toEqual([40100])
    await advance(daySeconds + 1)
    expect(await codes([customer], { from: 'wanglei', to: 'lina' })).toEqual([0])
    await advance(daySeconds + 1)
    expect(await codes([customer])).toEqual([40128])
    await advance(90 * daySeconds)
    expect(await codes([customer])).toEqual([0])
    await control('PUT', 'settings', { limits: { memberCustomers: 1 } })
    expect(await codes([await newCustomer()], { to: 'zhangwei' })).toEqual([40099])
    await control('PUT', 'settings', { limits: { memberCustomers: 20_000 } })
  })

  test('are not taken by whoever is full when the day is over', async () => {
    const customer = await newCustomer()
    await hand([customer], { to: 'zhangwei' })
    await control('PUT', 'settings', { limits: { memberCustomers: 1 } })
    await advance(daySeconds + 1)
    expect(await resultOf(customer, { to: 'zhangwei' })).toMatchObject({ state: 'taker_full', at: undefined })
    expect(await event('change_external_contact.transfer_fail', { externalUserId: customer })).toMatchObject({
      userId: 'zhangwei',
      failReason: 'customer_limit_exceed',
    })
    await control('PUT', 'settings', { limits: { memberCustomers: 20_000 } })
  })

  test('go nowhere when the friendship ends before the day is over', async () => {
    const customer = await newCustomer()
    await hand([customer], { to: 'majun' })
    await control('POST', 'unfollow', { externalUserId: customer, userId: 'lina', by: 'customer' })
    await advance(daySeconds + 1)
    expect(await resultOf(customer, { to: 'majun' })).toMatchObject({ state: 'no_record', at: undefined })
  })

  test('raise no second add event where taker and customer were friends already', async () => {
    const customer = await newCustomer()
    await control('POST', 'befriend', { userId: 'wanglei', customer })
    await event('change_external_contact.add_external_contact', { externalUserId: customer, userId: 'wanglei' })
    lab.forgetCallbacks()
    await hand([customer])
    await advance(daySeconds + 1)
    await event('change_external_contact.del_external_contact', { externalUserId: customer })
    expect(await resultOf(customer)).toMatchObject({ state: 'done' })
    expect(lab.received.filter((one) => one.type === 'change_external_contact.add_external_contact')).toEqual([])
  })

  test('need both members, known, in sight and able to take customers', async () => {
    const customer = await newCustomer()
    expect(await failure(hand([customer], { to: 'nobody' }))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(hand([customer], { from: 'nobody' }))).toMatchObject({ errcode: 60111 })
    expect(await failure(hand([customer], { to: 'lina' }))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    await control('PUT', 'employees/gaofei', { contact: false })
    expect(await failure(hand([customer], { to: 'gaofei' }))).toMatchObject({ errcode: 84083 })
    await control('PUT', 'employees/gaofei', { contact: true, status: 4 })
    expect(await failure(hand([customer], { to: 'gaofei' }))).toMatchObject({ errcode: 41054 })
    await control('PUT', 'employees/gaofei', { status: 1 })
    const agent = `corps/${lab.app.corpId}/agents/${lab.app.agentId}`
    await control('PUT', agent, { visibleParties: [2] })
    expect(await failure(hand([customer], { to: 'majun' }))).toMatchObject({ errcode: 60011, reaction: 'configure' })
    await control('PUT', agent, { visibleParties: [1] })
    const many = names(101, 'wm')
    expect(await failure(hand(many))).toMatchObject({ code: 'wecom.bad_request', field: 'external_userid' })
    const body = { handover_userid: 'lina', takeover_userid: 'wanglei', external_userid: many }
    expect(await raw('externalcontact/transfer_customer', body)).toMatchObject({ errcode: 40058, customer: [] })
    expect(await failure(hand([customer], {}, '长'.repeat(201)))).toMatchObject({ field: 'transfer_success_msg' })
    const wrong = listHandovers(lab.app, onTheJob, { cursor: 'nonsense' })
    expect(await failure(wrong)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
  })

  test('keep their day over a restart', async () => {
    const customer = await newCustomer()
    await hand([customer], { to: 'xuwei' })
    await lab.restart()
    await advance(daySeconds + 1)
    expect(await resultOf(customer, { to: 'xuwei' })).toMatchObject({ state: 'done' })
  })

  test('come a thousand results to a page', async () => {
    await control('POST', 'employees', { userId: 'popular', name: '客户很多' })
    const pair = { from: 'popular', to: 'hexin' }
    const customers: string[] = []
    for (let index = 0; index < 1005; index++)
      customers.push(String((await control('POST', 'befriend', { userId: 'popular', name: `客户${index}` })).externalUserId))
    for (let from = 0; from < customers.length; from += 100) await hand(customers.slice(from, from + 100), pair)
    expect((await listHandovers(lab.app, pair)).items).toHaveLength(1000)
    expect((await results(pair)).map((one) => one.externalUserId)).toEqual(customers)
  }, 60_000)

  test('are handed over once although the answer was lost; those who were not are handed over then', async () => {
    const path = 'externalcontact/transfer_customer'
    const customers = await lab.newCustomers('lina', 2)
    const since = await lab.nowSeconds()
    const pair = { from: 'lina', to: 'majun' }
    await lab.fail({ path, status: 0, times: 1, after: true })
    const before = await lab.calls(path)
    const [first = '', second = ''] = customers
    const done = await createOnce(
      async () => (await hand([first], pair)).accepted,
      async () => {
        const found = await findHandovers(lab.app, { ...pair, customers, since })
        return found.length > 0 ? found : undefined
      },
    )
    expect(done).toEqual([first])
    expect(await lab.calls(path)).toBe(before + 1)
    expect(await findHandovers(lab.app, { ...pair, customers: [second], since })).toEqual([])
    await advance(daySeconds + 1)
    expect(await findHandovers(lab.app, { ...pair, customers, since })).toEqual([first])
    expect(await findHandovers(lab.app, { ...pair, customers, since: since + 2 * daySeconds })).toEqual([])
  })
})

describe('customers of somebody who left', () => {
  const hasLeft = true
  const waiting = async (handover: string, limit?: number) =>
    (await allPages((at) => listUnassigned(lab.app, at), limit)).filter((one) => one.handover_userid === handover)

  test('wait to be assigned, page after page, and go to the taker after a day', async () => {
    await control('POST', 'employees', { userId: 'leaver', name: '将离职' })
    const customers = await lab.newCustomers('leaver', 3)
    const pair = { from: 'leaver', hasLeft }
    expect(await failure(hand(customers, pair))).toMatchObject({ errcode: 40097, reaction: 'skip_item' })
    expect(await waiting('leaver')).toEqual([])
    await control('DELETE', 'employees/leaver')
    const listed = await waiting('leaver', 2)
    expect(listed.map((one) => one.external_userid)).toEqual(customers)
    expect(listed[0]?.dimission_time).toBeGreaterThan(1_700_000_000)
    const [first = '', second = '', third = ''] = customers
    expect(await codes([first, second, 'wmNobody'], pair)).toEqual([0, 0, 40096])
    expect((await waiting('leaver')).map((one) => one.external_userid)).toEqual([third])
    expect(await findHandovers(lab.app, { ...onTheJob, ...pair, customers, since: 0 })).toEqual([first, second])
    await control('POST', `handovers/${await handoverId(second)}/refuse`)
    await advance(daySeconds + 1)
    expect(await results(pair)).toMatchObject([
      { externalUserId: first, state: 'done' },
      { externalUserId: second, state: 'refused', at: undefined },
    ])
    expect((await getContact(lab.app, first)).follows).toMatchObject([{ userid: 'wanglei', add_way: 202 }])
    expect((await waiting('leaver')).map((one) => one.external_userid)).toEqual([second, third])
    expect(await codes([first], pair)).toEqual([84061])
  })

  test('are named by whoever really left, and within the bounds', async () => {
    expect(await failure(hand(['wm1'], { from: 'nobody', hasLeft }))).toMatchObject({ errcode: 60111 })
    const many = hand(names(101, 'wm'), { from: 'leaver', hasLeft })
    expect(await failure(many)).toMatchObject({ code: 'wecom.bad_request', field: 'external_userid' })
    expect(await failure(listUnassigned(lab.app, { limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'page_size' })
    const wrong = listUnassigned(lab.app, { cursor: 'nonsense' })
    expect(await failure(wrong)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    // The old way of paging, which the connector does not use, ends somewhere.
    expect(await raw('externalcontact/get_unassigned_list', { page_id: 51, page_size: 1000 })).toMatchObject({ errcode: 40058 })
  })
})

describe('groups handed over', () => {
  const give = async (chatId: string, to: string, hasLeft = false) =>
    (await handOverGroups(lab.app, { groups: [chatId], to, hasLeft })).map((one) => one.errcode)
  const listed = (state: 'owner_left' | 'moved') => allPages((at) => listGroups(lab.app, { ...at, state }))

  test('on the job and after leaving, each refusal with its own reason', async () => {
    await control('POST', 'employees', { userId: 'groupleaver', name: '将离职' })
    const [kept, left] = [await lab.newGroup('lina'), await lab.newGroup('groupleaver')]
    expect(await give(kept, 'lina')).toEqual([90504])
    expect(await handOverGroups(lab.app, { groups: ['wrNone'], to: 'lina' })).toEqual([
      { chatId: 'wrNone', errcode: 90501, reaction: 'skip_item', meaning: 'not a customer group' },
    ])
    expect(await give(kept, 'wanglei')).toEqual([])
    expect((await getGroup(lab.app, kept))?.owner).toBe('wanglei')
    expect(await findMovedGroups(lab.app, { groups: [kept, left], to: 'wanglei' })).toEqual([kept])
    expect(await give(kept, 'lina', true)).toEqual([90500])
    await control('DELETE', 'employees/groupleaver')
    expect(await listed('owner_left')).toEqual([{ chatId: left, state: 'owner_left' }])
    expect(await give(left, 'wanglei')).toEqual([90502])
    expect(await give(left, 'wanglei', true)).toEqual([])
    expect(await give(left, 'wanglei', true)).toEqual([90507])
    await advance(3)
    expect(await listed('moved')).toEqual([{ chatId: left, state: 'moved' }])
    expect(await findMovedGroups(lab.app, { groups: [kept, left], to: 'wanglei' })).toEqual([kept, left])
    expect(await give(left, 'lina', true)).toEqual([90508])
    expect(await failure(give(left, 'nobody', true))).toMatchObject({ errcode: 60111 })
    const many = handOverGroups(lab.app, { groups: Array(101).fill(left), to: 'lina', hasLeft: true })
    expect(await failure(many)).toMatchObject({ code: 'wecom.bad_request', field: 'chat_id_list' })
  })

  test('are known to be moved although the answer was lost', async () => {
    const path = 'externalcontact/groupchat/onjob_transfer'
    const groups = [await lab.newGroup('lina'), await lab.newGroup('lina')]
    await lab.fail({ path, status: 0, times: 1, after: true })
    const before = await lab.calls(path)
    const moved = await createOnce(
      async () => {
        const refused = (await handOverGroups(lab.app, { groups, to: 'majun' })).map((one) => one.chatId)
        return groups.filter((chatId) => !refused.includes(chatId))
      },
      async () => {
        const found = await findMovedGroups(lab.app, { groups, to: 'majun' })
        return found.length > 0 ? found : undefined
      },
    )
    expect(moved).toEqual(groups)
    expect(await lab.calls(path)).toBe(before + 1)
  })
})
