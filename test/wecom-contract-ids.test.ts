import { describe, expect, test } from 'vitest'
import { contactListLimits, listServedContacts } from '#connectors/wecom/contact-list.ts'
import { getContact } from '#connectors/wecom/contacts.ts'
import {
  customerOfServiceId,
  customerOfUnionId,
  customerOfUnionIdNow,
  memberOfOpenId,
  openIdOfCustomer,
  openIdOfMember,
  openUserIds,
  pendingIdsOf,
  serviceIdOfCustomer,
  userIdsOf,
} from '#connectors/wecom/ids.ts'
import { allPages, contractLab, failure, names } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw } = lab

const newCustomer = async () => (await lab.newCustomers('lina', 1))[0] ?? ''

describe('names of one person in different places', () => {
  test('a union id leads to the customer, or to an id to wait with', async () => {
    const customer = await newCustomer()
    const { contact } = await getContact(lab.app, customer)
    const unionId = contact?.unionid ?? ''
    const ask = () => customerOfUnionId(lab.app, { unionId, openId: 'oX' })
    expect(await ask()).toEqual({ externalUserId: customer })
    expect(await customerOfUnionIdNow(lab.app, { unionId })).toBe(customer)
    await control('POST', 'unfollow', { externalUserId: customer, userId: 'lina', by: 'employee' })
    const waiting = await ask()
    expect(waiting).toEqual({ pendingId: expect.any(String) })
    const pendingId = waiting && 'pendingId' in waiting ? waiting.pendingId : ''
    expect(await pendingIdsOf(lab.app, [customer, 'wmNobody'])).toEqual(new Map([[customer, pendingId]]))
    expect(await failure(customerOfUnionIdNow(lab.app, { unionId }))).toMatchObject({ errcode: 84061, reaction: 'empty' })
    const wrong = { unionid: unionId, openid: 'oX', subject_type: 2 }
    expect(await raw('idconvert/unionid_to_external_userid', wrong)).toMatchObject({ errcode: 40058 })
  })

  test('pending ids are asked for a hundred at a time', async () => {
    const path = 'idconvert/batch/external_userid_to_pending_id'
    const customer = await newCustomer()
    const before = await lab.calls(path)
    expect((await pendingIdsOf(lab.app, [...names(100, 'wm'), customer])).size).toBe(1)
    expect(await lab.calls(path)).toBe(before + 2)
    expect(await raw(path, { external_userid: names(101, 'wm') })).toMatchObject({ errcode: 40058, result: [] })
  })

  test('go to a service provider’s and to an open id, and back', async () => {
    const customer = await newCustomer()
    const serviceId = await serviceIdOfCustomer(lab.app, customer)
    expect(serviceId).toMatch(/^wm.{30}$/)
    expect(serviceId).not.toBe(customer)
    const agentId = lab.app.agentId ?? 0
    const back = (asked: { serviceId: string; agentId: number }) => customerOfServiceId(lab.app, asked)
    expect(await back({ serviceId, agentId })).toBe(customer)
    expect(await failure(back({ serviceId: 'wmNobody', agentId }))).toMatchObject({ errcode: 40096, reaction: 'skip_item' })
    expect(await failure(back({ serviceId, agentId: 7 }))).toMatchObject({ errcode: 40056, reaction: 'configure' })
    expect(await failure(serviceIdOfCustomer(lab.app, 'wmNobody'))).toMatchObject({ errcode: 40096 })
    expect(await openIdOfCustomer(lab.app, customer)).toMatch(/^o/)
    expect(await failure(openIdOfCustomer(lab.app, 'wmNobody'))).toMatchObject({ errcode: 40096 })
  })

  test('of members are opened and closed in lots of a thousand', async () => {
    const agentId = lab.app.agentId ?? 0
    const { found, unknown } = await openUserIds(lab.app, ['lina', 'nobody'])
    expect(unknown).toEqual(['nobody'])
    const openId = found.get('lina') ?? ''
    expect(await userIdsOf(lab.app, [openId, 'woNobody'], agentId)).toEqual({
      found: new Map([[openId, 'lina']]),
      unknown: ['woNobody'],
    })
    expect(await failure(userIdsOf(lab.app, [openId], 7))).toMatchObject({ errcode: 40056 })
    const path = 'batch/openuserid_to_userid'
    const before = await lab.calls(path)
    expect((await userIdsOf(lab.app, [...names(1000, 'wo'), openId], agentId)).unknown).toHaveLength(1000)
    expect(await lab.calls(path)).toBe(before + 2)
    const body = { open_userid_list: names(1001, 'wo'), source_agentid: agentId }
    expect(await raw(path, body)).toMatchObject({ errcode: 40058 })
    expect((await openUserIds(lab.app, [...names(1000), 'lina'])).found).toEqual(found)
    expect(await raw('batch/userid_to_openuserid', { userid_list: names(1001) })).toMatchObject({ errcode: 40058 })
    expect(await memberOfOpenId(lab.app, await openIdOfMember(lab.app, 'lina'))).toBe('lina')
  })
})

describe('everybody whom members serve', () => {
  test('comes page after page: friends, then the people of groups', async () => {
    const member = await lab.newMember()
    const customers = await lab.newCustomers(member, 3)
    const chatId = await lab.newGroup(member, { members: customers.slice(0, 1) })
    const whole = await allPages((at) => listServedContacts(lab.app, at))
    expect(await allPages((at) => listServedContacts(lab.app, at), 2)).toEqual(whole)
    const served = whole.filter((one) => one.follow_userid === member)
    expect(served).toMatchObject(customers.map((external_userid) => ({ is_customer: true, external_userid })))
    // Who is in a group as well has a second row, which names the group.
    expect(whole.filter((one) => one.chat_id === chatId)).toMatchObject([
      { external_userid: customers[0], tmp_openid: served[0]?.tmp_openid },
    ])
  })

  test('begins anew when the cursor is older than four hours, or wrong', async () => {
    const { next } = await listServedContacts(lab.app, { limit: 1 })
    await lab.advance(contactListLimits.lifetimeHours * 3600)
    lab.connect()
    const late = listServedContacts(lab.app, { limit: 1, cursor: next })
    expect(await failure(late)).toMatchObject({ errcode: 99434, reaction: 'restart_paging' })
    expect(await failure(listServedContacts(lab.app, { limit: 2001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await raw('externalcontact/contact_list', { limit: 2001 })).toMatchObject({ errcode: 40058, info_list: [] })
  })
})
