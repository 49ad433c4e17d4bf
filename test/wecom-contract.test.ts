import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { getAgent, listAgents, listApiAddresses, listCallbackAddresses } from '#connectors/wecom/agents.ts'
import { sendMessage } from '#connectors/wecom/app-messages.ts'
import {
  addContactWay,
  closeTemporaryChat,
  deleteContactWay,
  findContactWay,
  getContactWay,
  listContactWayIds,
  updateContactWay,
} from '#connectors/wecom/contact-ways.ts'
import { getContact, listContactIds, listContacts, listFollowUsers, remarkContact } from '#connectors/wecom/contacts.ts'
import {
  getDepartment,
  getMember,
  listDepartmentIds,
  listDepartments,
  listMemberIds,
  listMemberNames,
  listMembers,
  memberOfEmail,
  memberOfMobile,
} from '#connectors/wecom/directory.ts'
import {
  downloadMedia,
  readUploadJob,
  uploadAttachment,
  uploadByUrl,
  uploadByUrlLimits,
  uploadImage,
  uploadMedia,
} from '#connectors/wecom/media.ts'
import { authorizeUrl, readVisitor, readVisitorDetail } from '#connectors/wecom/oauth.ts'
import { addTags, deleteTags, editTag, listTagGroups, markTags } from '#connectors/wecom/tags.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { all, contractLab, failure, names, picture } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, event } = lab

/** A customer who has just scanned a code of this member. */
async function newCustomer(userId = 'lina', name = '小明'): Promise<{ externalUserId: string; userId: string }> {
  const { configId } = await addContactWay(lab.app, { type: 1, scene: 2, user: [userId] })
  return (await control('POST', 'scan', { code: configId, name })) as { externalUserId: string; userId: string }
}

describe('the directory', () => {
  test('is read: departments, members, ids', async () => {
    const departments = await listDepartments(lab.app)
    expect(departments.map((one) => one.name)).toContain('销售部')
    expect(await getDepartment(lab.app, 2)).toMatchObject({ id: 2, name: '销售部', department_leader: ['chenjing'] })
    expect(await listDepartments(lab.app, 2)).toMatchObject([{ id: 2 }])
    expect(await listDepartmentIds(lab.app, 2)).toMatchObject([{ id: 2, parentid: 1 }])
    expect((await listDepartmentIds(lab.app)).map((one) => one.id)).toEqual(departments.map((one) => one.id))
    const members = await listMembers(lab.app, 2)
    expect(members.map((one) => one.userid)).toEqual(expect.arrayContaining(['chenjing', 'wanglei', 'lina', 'zhangwei']))
    expect((await listMemberNames(lab.app, 2)).length).toBe(members.length)
    expect(await getMember(lab.app, 'lina')).toMatchObject({
      userid: 'lina',
      name: '李娜',
      department: [2],
      direct_leader: ['chenjing'],
      status: 1,
    })
    const ids = await all(listMemberIds(lab.withSecret('directorySecret')))
    expect(ids).toEqual(expect.arrayContaining([expect.objectContaining({ userid: 'hexin', department: 5 })]))
  })

  test('finds members by mobile and e-mail', async () => {
    const reachable = { userid: 'reachable', name: '找得到', department: [2], mobile: '13912345678', email: 'found@example.com' }
    expect(await raw('user/create', reachable, lab.corp.directorySecret)).toMatchObject({ errcode: 0 })
    expect(await memberOfMobile(lab.app, '13912345678')).toBe('reachable')
    expect(await memberOfEmail(lab.app, 'found@example.com')).toBe('reachable')
    expect(await memberOfEmail(lab.app, 'found@example.com', { personal: true })).toBe('reachable')
    expect(await failure(memberOfMobile(lab.app, '13900000000'))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(memberOfEmail(lab.app, 'nobody@example.com'))).toMatchObject({ errcode: 60111 })
  })

  test('refuses strangers and the wrong kind of secret', async () => {
    expect(await failure(getMember(lab.app, 'nobody'))).toMatchObject({ errcode: 60111, reaction: 'skip_item' })
    expect(await failure(getDepartment(lab.app, 999))).toMatchObject({ errcode: 60003, reaction: 'skip_item' })
    expect(
      await failure(sendMessage(lab.withSecret('directorySecret'), { members: ['lina'] }, { msgtype: 'text', text: { content: 'x' } })),
    ).toMatchObject({
      code: 'wecom.not_configured',
      errcode: 48002,
      fix: expect.stringContaining('可调用接口的应用'),
    })
  })
})

describe('customers', () => {
  test('are listed, read and remarked', async () => {
    const { externalUserId, userId } = await newCustomer()
    expect(await listFollowUsers(lab.app)).toContain('lina')
    expect(await listContactIds(lab.app, userId)).toContain(externalUserId)
    await remarkContact(lab.app, {
      userid: userId,
      external_userid: externalUserId,
      remark: '明明',
      description: '喜欢蓝色',
      remark_mobiles: ['13800000001'],
    })
    const { contact, follows } = await getContact(lab.app, externalUserId)
    expect(contact).toMatchObject({ external_userid: externalUserId, name: '小明', type: 1 })
    expect(follows).toMatchObject([
      { userid: 'lina', remark: '明明', description: '喜欢蓝色', add_way: 1, remark_mobiles: ['13800000001'] },
    ])
  })

  test('come page after page, none twice and none missing', async () => {
    await control('POST', 'company', { employees: 3, customers: 260, seed: 'pages' })
    const users = await listFollowUsers(lab.app)
    const contacts = await all(listContacts(lab.app, users))
    const pairs = contacts.map((one) => `${one.follow_info?.userid}|${one.external_contact.external_userid}`)
    expect(pairs.length).toBeGreaterThan(200)
    expect(new Set(pairs).size).toBe(pairs.length)
    const counted = (await Promise.all(users.map((user) => listContactIds(lab.app, user)))).flat().length
    expect(pairs.length).toBe(counted)
  })

  test('with more than five hundred followers come with all of them', async () => {
    const [customer = ''] = await lab.newCustomers('lina', 1)
    const members = names(500, 'crowd')
    await Promise.all(
      members.map(async (userId) => {
        await control('POST', 'employees', { userId, name: userId, contact: true })
        await control('POST', 'befriend', { userId, customer })
      }),
    )
    const before = await lab.calls('externalcontact/get')
    const { follows } = await getContact(lab.app, customer)
    expect(follows.map((one) => one.userid).toSorted()).toEqual(['lina', ...members].toSorted())
    expect(await lab.calls('externalcontact/get')).toBe(before + 2)
  }, 60_000)

  test('of a member who has none are the empty list', async () => {
    await control('POST', 'employees', { userId: 'newcomer', name: '新人', contact: true })
    expect(await listContactIds(lab.app, 'newcomer')).toEqual([])
    expect(await all(listContacts(lab.app, ['newcomer']))).toEqual([])
  })

  test('nobody knows, or who went away, are out of reach', async () => {
    expect(await failure(getContact(lab.app, 'wmNobody'))).toMatchObject({ errcode: 40096, reaction: 'skip_item' })
    const { externalUserId, userId } = await newCustomer()
    await control('POST', 'unfollow', { externalUserId, userId, by: 'employee' })
    expect(await failure(remarkContact(lab.app, { userid: userId, external_userid: externalUserId, remark: 'x' }))).toMatchObject({
      errcode: 84061,
    })
  })
})

describe('contact ways', () => {
  test('are made, read, changed, listed and deleted', async () => {
    const made = await addContactWay(lab.app, {
      type: 2,
      scene: 2,
      remark: '门店',
      state: 'store-1',
      user: ['sunli', 'gaofei'],
      skip_verify: true,
    })
    expect(made.qrCode).toMatch(/^http/)
    expect(await getContactWay(lab.app, made.configId)).toMatchObject({ state: 'store-1', user: ['sunli', 'gaofei'], skip_verify: true })
    await updateContactWay(lab.app, { config_id: made.configId, user: ['sunli'] })
    expect(await getContactWay(lab.app, made.configId)).toMatchObject({ state: 'store-1', user: ['sunli'] })
    expect(await all(listContactWayIds(lab.app))).toContain(made.configId)
    await deleteContactWay(lab.app, made.configId)
    expect(await all(listContactWayIds(lab.app))).not.toContain(made.configId)
    expect(await failure(getContactWay(lab.app, made.configId))).toMatchObject({ reaction: 'fix_request' })
  })

  test('are listed over many pages', async () => {
    for (let index = 0; index < 12; index++) await addContactWay(lab.app, { type: 1, scene: 2, user: ['lina'], remark: `p${index}` })
    const ids = await all(listContactWayIds(lab.app))
    const before = await lab.calls('externalcontact/list_contact_way')
    expect(await all(listContactWayIds(lab.app, { limit: 5 }))).toEqual(ids)
    expect(await lab.calls('externalcontact/list_contact_way')).toBe(before + Math.ceil(ids.length / 5))
    const wrong = { limit: 1001 }
    expect(await failure(all(listContactWayIds(lab.app, wrong)))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await raw('externalcontact/list_contact_way', wrong)).toMatchObject({ errcode: 40058 })
    expect(await raw('externalcontact/list_contact_way', { cursor: 'nonsense' })).toMatchObject({ errcode: 50100 })
  })

  test('are made once although the answer to their making was lost', async () => {
    const path = 'externalcontact/add_contact_way'
    const way = { type: 1, scene: 2, user: ['lina'], state: 'once', remark: '只建一次' }
    const older = await addContactWay(lab.app, way)
    const since = await lab.nowSeconds()
    const create = (known: string[]) =>
      createOnce(
        async () => (await addContactWay(lab.app, way)).configId,
        async () => (await findContactWay(lab.app, { ...way, since, known }))?.config_id,
      )
    await lab.fail({ path, status: 0, times: 1, after: true })
    const before = await lab.calls(path)
    const made = await create([older.configId])
    expect(made).not.toBe(older.configId)
    expect(await lab.calls(path)).toBe(before + 1)
    await lab.fail({ path, status: 502, times: 1 })
    expect([older.configId, made]).not.toContain(await create([older.configId, made]))
  })

  test('for a temporary session end with its conclusions', async () => {
    const conclusions = { text: { content: '感谢咨询' } }
    const { configId } = await addContactWay(lab.app, { type: 1, scene: 2, user: ['lina'], is_temp: true, conclusions })
    const { externalUserId } = await control<{ externalUserId: string }>('POST', 'scan', { code: configId, name: '咨询的人' })
    const close = () => closeTemporaryChat(lab.app, { userId: 'lina', externalUserId })
    await close()
    expect(JSON.stringify(await control('GET', `inbox/${externalUserId}`))).toContain('感谢咨询')
    expect(await failure(close())).toMatchObject({ errcode: 84061 })
  })

  test('of a member without the function, or beyond a bound, are refused by WeCom and by us alike', async () => {
    expect(await failure(addContactWay(lab.app, { type: 1, scene: 2, user: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    const long = { type: 1, scene: 2, user: ['lina'], state: 'x'.repeat(31) }
    expect(await failure(addContactWay(lab.app, long))).toMatchObject({ code: 'wecom.bad_request', field: 'state' })
    const answer = await raw('externalcontact/add_contact_way', long)
    expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('state') })
  })
})

describe('tags', () => {
  test('are made, listed, renamed, put on a customer and deleted', async () => {
    const group = await addTags(lab.app, { group_name: '偏好', tag: [{ name: '咖啡' }, { name: '茶', order: 5 }] })
    const names = group?.tag?.map((tag) => tag.name)
    expect(names).toEqual(expect.arrayContaining(['咖啡', '茶']))
    const again = await addTags(lab.app, { group_name: '偏好', tag: [{ name: '咖啡' }] })
    expect(again?.group_id).toBe(group?.group_id)
    const coffee = group?.tag?.find((tag) => tag.name === '咖啡')?.id ?? ''
    await editTag(lab.app, { id: coffee, name: '手冲咖啡' })
    const [listed] = await listTagGroups(lab.app, { groupIds: [group?.group_id ?? ''] })
    expect(listed?.tag?.map((tag) => tag.name)).toEqual(expect.arrayContaining(['手冲咖啡', '茶']))
    const { externalUserId, userId } = await newCustomer()
    await markTags(lab.app, { userid: userId, external_userid: externalUserId, add_tag: [coffee] })
    const { follows } = await getContact(lab.app, externalUserId)
    expect(follows[0]?.tags).toMatchObject([{ tag_id: coffee, tag_name: '手冲咖啡', type: 1 }])
    await deleteTags(lab.app, { groupIds: [group?.group_id ?? ''] })
    expect((await listTagGroups(lab.app)).map((one) => one.group_id)).not.toContain(group?.group_id)
  })

  test('are made once although the answer to their making was lost', async () => {
    const path = 'externalcontact/add_corp_tag'
    await lab.fail({ path, status: 0, times: 1, after: true })
    const group = await addTags(lab.app, { group_name: '只建一次', tag: [{ name: '甲' }] })
    const groups = (await listTagGroups(lab.app)).filter((one) => one.group_name === '只建一次')
    expect(groups).toMatchObject([{ group_id: group?.group_id, tag: [{ name: '甲' }] }])
    expect(groups[0]?.tag).toHaveLength(1)
  })

  test('that are wrong are told', async () => {
    const { externalUserId, userId } = await newCustomer()
    const mark = (add_tag: string[]) => markTags(lab.app, { userid: userId, external_userid: externalUserId, add_tag })
    expect(await failure(mark(['etNothing']))).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
    expect(await failure(mark([]))).toMatchObject({ reaction: 'fix_request' })
    expect(await failure(addTags(lab.app, { group_name: 'g'.repeat(31), tag: [{ name: 'x' }] }))).toMatchObject({ field: 'group_name' })
  })
})

describe('the app', () => {
  test('sees its own settings and those of no other', async () => {
    const settings = (agentId: number) => getAgent(lab.app, agentId)
    expect(await settings(lab.app.agentId ?? 0)).toMatchObject({ agentid: lab.app.agentId, name: '留量', allow_partys: { partyid: [1] } })
    expect(await failure(settings(2000003))).toMatchObject({ errcode: 301002, reaction: 'configure' })
    expect(await failure(settings(7))).toMatchObject({ errcode: 40056 })
    expect(await listCallbackAddresses(lab.app)).toContain('127.0.0.1')
    expect(await listApiAddresses(lab.app)).toContain('127.0.0.1')
    expect(await listAgents(lab.app)).toMatchObject([{ agentid: lab.app.agentId, name: '留量' }])
  })
})

describe('files', () => {
  test('go there and back with their Chinese name', async () => {
    const bytes = Buffer.from('%PDF-1.7 报价')
    const { mediaId, createdAt } = await uploadMedia(lab.app, 'file', { fileName: '中文.pdf', contentType: 'application/pdf', bytes })
    expect(typeof createdAt).toBe('number')
    expect(await downloadMedia(lab.app, mediaId)).toEqual({ bytes, contentType: 'application/pdf', fileName: '中文.pdf' })
    expect((await uploadAttachment(lab.app, 'image', 1, picture)).mediaId).not.toBe('')
    const address = await uploadImage(lab.app, picture)
    expect((await fetch(address)).status).toBe(200)
  })

  test('are fetched by WeCom itself from an address, in a job', async () => {
    const bytes = Buffer.from('%PDF-1.7 大文件')
    const server = createServer((_request, response) => {
      response.writeHead(206, { 'Content-Range': `bytes 0-${bytes.length - 1}/${bytes.length}` }).end(bytes)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.pdf`
    const md5 = createHash('md5').update(bytes).digest('hex')
    const order = (digest: string) => uploadByUrl(lab.app, { type: 'file', fileName: '大文件.pdf', url, md5: digest })
    const jobId = await order(md5)
    await event('upload_media_job_finish', { jobId })
    const job = await readUploadJob(lab.app, jobId)
    expect(job).toMatchObject({ state: 'done', media: { mediaId: expect.any(String) } })
    const mediaId = job.state === 'done' ? job.media.mediaId : ''
    expect((await downloadMedia(lab.app, mediaId)).bytes.equals(bytes)).toBe(true)
    const long = 'n'.repeat(uploadByUrlLimits.fileNameBytes + 1)
    const tooLong = uploadByUrl(lab.app, { type: 'file', fileName: long, url, md5 })
    expect(await failure(tooLong)).toMatchObject({ code: 'wecom.bad_request', field: 'filename' })
    const wrong = await order('0'.repeat(32))
    await event('upload_media_job_finish', { jobId: wrong })
    expect(await readUploadJob(lab.app, wrong)).toMatchObject({ state: 'failed', errcode: 40058 })
    expect(await failure(readUploadJob(lab.app, 'jobNone'))).toMatchObject({ errcode: 40058 })
    await new Promise((resolve) => server.close(resolve))
  })

  test('that ended, or are no picture, are refused', async () => {
    expect(await failure(downloadMedia(lab.app, 'expired'))).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    const text = { fileName: 'a.png', contentType: 'image/png', bytes: Buffer.from('no picture at all') }
    expect(await failure(uploadMedia(lab.app, 'image', text))).toMatchObject({ errcode: 40005 })
  })
})

describe('logging in', () => {
  const back = { redirectUri: 'http://127.0.0.1:1/back', state: 'xyz' }

  async function codeFor(who: string, scope?: 'snsapi_privateinfo'): Promise<string> {
    const page = await fetch(`${authorizeUrl(lab.app, back, scope).split('#')[0]}&as=${who}`, { redirect: 'manual' })
    const target = new URL(page.headers.get('location') ?? '')
    expect(target.searchParams.get('state')).toBe('xyz')
    return target.searchParams.get('code') ?? ''
  }

  test('tells who a member is, once per code', async () => {
    const code = await codeFor('lina', 'snsapi_privateinfo')
    const visitor = await readVisitor(lab.app, code)
    expect(visitor).toMatchObject({ userId: 'lina' })
    const ticket = 'ticket' in visitor ? visitor.ticket : undefined
    expect(await readVisitorDetail(lab.app, ticket ?? '')).toMatchObject({ userid: 'lina', gender: 2 })
    expect(await failure(readVisitor(lab.app, code))).toMatchObject({ errcode: 40029, reaction: 'restart_login' })
  })

  test('tells a customer from a member', async () => {
    const { externalUserId } = await newCustomer()
    expect(await readVisitor(lab.app, await codeFor(externalUserId))).toMatchObject({ externalUserId })
  })
})

describe('tokens and faults', () => {
  test('a revoked token is replaced once for all who hold it', async () => {
    await listFollowUsers(lab.app)
    const before = await lab.calls('gettoken')
    await control('POST', 'tokens/revoke', {})
    const users = await Promise.all(Array.from({ length: 12 }, () => listFollowUsers(lab.app)))
    expect(users.every((list) => list.includes('lina'))).toBe(true)
    expect((await lab.calls('gettoken')) - before).toBe(1)
  })

  test('a wrong secret is told with the fix and not tried again', async () => {
    const wrong = { ...lab.app, secret: 'wrong' }
    expect(await failure(listFollowUsers(wrong))).toMatchObject({ errcode: 40001, fix: expect.stringContaining('Secret') })
    const before = await lab.calls('gettoken')
    await failure(listFollowUsers(wrong))
    expect(await lab.calls('gettoken')).toBe(before)
  })

  test('busy, broken and too many at once pass by themselves', async () => {
    await lab.fail(
      { path: 'externalcontact/get_follow_user_list', errcode: -1, times: 1 },
      { path: 'externalcontact/get_follow_user_list', status: 502, times: 1 },
      { path: 'externalcontact/get_follow_user_list', errcode: 45033, times: 1 },
    )
    expect(await listFollowUsers(lab.app)).toContain('lina')
  })

  test('a rate limit makes that api rest and leaves the others alone', async () => {
    await lab.fail({ path: 'externalcontact/list', errcode: 45009, times: 1 })
    expect(await failure(listContactIds(lab.app, 'lina'))).toMatchObject({ errcode: 45009, retryAfterMs: 60_000 })
    const before = await lab.calls('externalcontact/list')
    expect(await failure(listContactIds(lab.app, 'lina'))).toMatchObject({ code: 'wecom.rate_limited' })
    expect(await lab.calls('externalcontact/list')).toBe(before)
    expect(await listFollowUsers(lab.app)).toContain('lina')
  })

  test('thirty calls of a list at once never are more than WeCom bears', async () => {
    await control('PUT', 'faults', { latencyMs: 20, fail: [] })
    const users = (await listFollowUsers(lab.app)).slice(0, 5)
    await Promise.all(Array.from({ length: 30 }, (_, index) => listContactIds(lab.app, users[index % users.length] ?? '')))
    const { items } = await control('GET', 'log?errcode=45033&path=externalcontact/list&limit=50')
    expect(items).toEqual([])
  })
})
