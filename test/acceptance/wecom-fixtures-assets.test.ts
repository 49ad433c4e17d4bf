import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../sandbox/testing.ts'
import { areThere, elements, fileOf, type Json, missing, sample, sampleText, usedSamples, withOurs } from './support/wecom-samples.ts'
import { samplesOf } from './support/wecom-samples-by-test.ts'

let it: TestSandbox
/** The ids of this world, where the samples have those of another. */
const known: Json = {}

beforeAll(async () => {
  if (!areThere) return
  it = await startTestSandbox()
  // The people whom the samples name.
  for (const userId of ['zhangsan', 'lisi', 'zhangshan', 'tom', 'rocky', 'sam'])
    await it.control('POST', '/employees', { userId, name: userId, departments: [2] })
  known.external_userid = [await friend('zhangsan'), await friend('zhangsan')]
})
afterAll(() => it?.stop())

const friend = async (userId: string) =>
  (await it.control<{ externalUserId: string }>('POST', '/befriend', { userId, name: '样例' })).externalUserId

const prefix = 'externalcontact'
/** The request of the samples, with our ids. */
const send = (path: string) => it.api(path, withOurs(sample(`${fileOf(path)}__request`), known))
/** The answer to it (or to `body`) is a success and leaves nothing of the sample out. */
async function answered(path: string, body?: unknown): Promise<Json> {
  const answer = await (body === undefined ? send(path) : it.api(path, body))
  expect(answer).toMatchObject({ errcode: 0 })
  expect(missing(`${fileOf(path)}__ok`, answer)).toEqual([])
  return answer
}

describe.skipIf(!areThere)('the samples are accepted, and answered in the same shape:', () => {
  test('handover', async () => {
    const [first, second] = known.external_userid as string[]
    const pair = { handover_userid: 'zhangsan', takeover_userid: 'lisi' }
    const made = await answered(`${prefix}/transfer_customer`, { ...pair, external_userid: [first, 'wmOfAnother'] })
    expect(made.customer).toMatchObject([{ errcode: 0 }, { errcode: 40096 }])
    expect(await send(`${prefix}/transfer_result`)).toMatchObject({ customer: [{ external_userid: first, status: 2 }] })
    await it.control('PUT', '/clock', { advanceSeconds: 86_401 })
    await it.control('DELETE', '/employees/zhangsan')
    await answered(`${prefix}/get_unassigned_list`)
    known.external_userid = [second]
    expect(await send(`${prefix}/resigned/transfer_customer`)).toMatchObject({ errcode: 0, customer: [{ errcode: 0 }] })
    await answered(`${prefix}/resigned/transfer_result`, pair)
    await it.control('POST', '/employees', { userId: 'zhangsan', name: 'zhangsan', departments: [2] })
  })

  test('acquisition links', async () => {
    const area = `${prefix}/customer_acquisition`
    const { link } = (await send(`${area}/create_link`)) as unknown as { link: { link_id: string; url: string } }
    known.link_id = link.link_id
    await answered(`${area}/get`)
    await answered(`${area}/list_link`, {})
    const { externalUserId, userId } = await it.control<{ externalUserId: string; userId: string }>('POST', '/scan', {
      code: `${link.url}?customer_channel=CHANNEL_A`,
      name: '样例',
    })
    await answered(`${area}/customer`, { link_id: link.link_id })
    expect(missing(`${prefix}.customer_acquisition_quota__ok`, await it.api(`${prefix}/customer_acquisition_quota`))).toEqual([])
    const permit = await it.api(`${prefix}/customer_acquisition_app/get_permit`)
    // The app is visible to a department here, and to nobody by name or tag.
    const others = ['user_list string', 'tag_list number']
    expect(missing(`${prefix}.customer_acquisition_app.get_permit__ok`, permit)).toEqual(others)
    expect(permit).toMatchObject({ user_list: [], tag_list: [] })
    await it.control('POST', '/say', { from: externalUserId, to: userId, text: '你好' })
    const { items } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=message_from_customer')
    known.chat_key = /<ChatKey><!\[CDATA\[(.+?)\]\]>/.exec(items[0]?.xml ?? '')?.[1]
    expect(await send(`${area}/get_chat_info`)).toMatchObject({ errcode: 0, external_userid: externalUserId })
    expect(await send(`${area}/delete_link`)).toMatchObject({ errcode: 0 })
  })

  test('product album', async () => {
    const form = new FormData()
    const png = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...new Uint8Array(64)]
    form.append('media', new Blob([new Uint8Array(png)]), 'a.png')
    const query = `media_type=image&attachment_type=2&access_token=${await it.token()}`
    const uploaded = await fetch(`${it.url}/cgi-bin/media/upload_attachment?${query}`, { method: 'POST', body: form })
    known.media_id = ((await uploaded.json()) as { media_id: string }).media_id
    known.product_id = (await answered(`${prefix}/add_product_album`)).product_id
    await answered(`${prefix}/get_product_album_list`)
    expect(await send(`${prefix}/get_product_album`)).toMatchObject({ errcode: 0, product: { price: 30_000 } })
  })

  test('intercept words', async () => {
    known.rule_id = (await answered(`${prefix}/add_intercept_rule`)).rule_id
    expect(missing(`${prefix}.get_intercept_rule_list__ok`, await it.api(`${prefix}/get_intercept_rule_list`))).toEqual([])
    expect(await send(`${prefix}/get_intercept_rule`)).toMatchObject({ rule: { extra_rule: { semantics_list: [1, 2, 3] } } })
  })

  test('figures of members', async () => {
    const customer = await friend('lisi')
    await it.control('POST', '/say', { from: customer, to: 'lisi', text: '在吗' })
    await it.control('POST', '/say', { from: 'lisi', to: customer, text: '在' })
    const at = Math.floor(Date.parse((await it.control<{ now: string }>('GET', '/clock')).now) / 1000)
    await it.control('PUT', '/clock', { advanceSeconds: 86_400 })
    const path = `${prefix}/get_user_behavior_data`
    await answered(path, { userid: ['lisi'], start_time: at, end_time: at })
    const wrong = await it.api(path, { userid: ['lisi'], start_time: at * 1000, end_time: at * 1000 })
    const expected = sample(`${prefix}.get_user_behavior_data__600018_bad_time`)
    expect(Object.keys(wrong).sort()).toEqual(Object.keys(expected).sort())
    expect(wrong).toMatchObject({ errcode: 600018, behavior_data: [] })
  })

  test('rule groups and their tags', async () => {
    const area = `${prefix}/customer_strategy`
    await send(`${area}/create`)
    known.strategy_id = (await send(`${area}/create`)).strategy_id
    expect(known.strategy_id).toBe(2)
    expect(await send(`${area}/edit`)).toMatchObject({ errcode: 0 })
    await answered(`${area}/get`, { strategy_id: known.strategy_id })
    await answered(`${area}/list`, {})
    expect(await send(`${area}/get_range`)).toMatchObject({ errcode: 0, range: [{ userid: 'zhangsan' }, { partyid: 1 }] })
    const made = await answered(`${prefix}/add_strategy_tag`, {
      strategy_id: known.strategy_id,
      group_name: 'GOURP_NAME',
      tag: [{ name: 'NAME1' }, { name: 'NAME2' }],
    })
    const { group_id, tag } = made.tag_group as { group_id: string; tag: { id: string }[] }
    Object.assign(known, { id: tag[0]?.id, tag_id: [tag[0]?.id], group_id: [group_id] })
    expect(await send(`${prefix}/get_strategy_tag_list`)).toMatchObject({ errcode: 0, tag_group: [{ group_id }] })
    expect(await send(`${prefix}/edit_strategy_tag`)).toMatchObject({ errcode: 0 })
    expect(await send(`${prefix}/del_strategy_tag`)).toMatchObject({ errcode: 0 })
    expect(await send(`${area}/del`)).toMatchObject({ errcode: 0 })
  })

  test('conversions of ids', async () => {
    const customer = await friend('lisi')
    known.external_userid = customer
    await answered(`${prefix}/to_service_external_userid`)
    const { items } = await it.control<{ items: { externalUserId: string; unionId: string }[] }>('GET', `/customers?q=${customer}`)
    known.unionid = items[0]?.unionId
    await answered(`${prefix}/unionid_to_external_userid`)
    expect(await send('idconvert/unionid_to_external_userid')).toMatchObject({ errcode: 0, external_userid: customer })
    await answered('idconvert/batch/external_userid_to_pending_id', { external_userid: [customer] })
  })

  test('pushes', async () => {
    const pushed = async (name: string) =>
      (await it.control<{ items: { xml: string }[] }>('GET', `/callbacks?name=${name}&limit=1`)).items[0]?.xml ?? ''
    const { link } = (await send(`${prefix}/customer_acquisition/create_link`)) as unknown as { link: { link_id: string; url: string } }
    await it.control('POST', '/links/quota', { amount: 20, replace: true })
    await it.control('POST', '/scan', { code: link.url, name: '样例' })
    const { link: lonely } = (await it.api(`${prefix}/customer_acquisition/create_link`, {
      link_name: '没人了',
      range: { user_list: ['rocky'] },
    })) as unknown as { link: { url: string } }
    await it.control('DELETE', '/employees/rocky')
    await it.control('POST', '/scan', { code: lonely.url, name: '样例' })
    await it.control('DELETE', `/links/${link.link_id}`)
    const customer = await friend('sam')
    await it.api(`${prefix}/transfer_customer`, { handover_userid: 'sam', takeover_userid: 'lisi', external_userid: [customer] })
    await it.control('PUT', '/settings', { limits: { memberCustomers: 1 } })
    await it.control('PUT', '/clock', { advanceSeconds: 86_401 })
    await it.api(`${prefix}/transfer_result`, { handover_userid: 'sam', takeover_userid: 'lisi' })
    for (const [name, file] of [
      ['customer_acquisition.balance_low', 'customer_acquisition__balance_low'],
      ['customer_acquisition.balance_increased', 'customer_acquisition__balance_increased'],
      ['customer_acquisition.link_unavailable', 'customer_acquisition__link_unavailable'],
      ['customer_acquisition.delete_link', 'customer_acquisition__delete_link'],
      ['customer_acquisition.message_from_customer', 'customer_acquisition__message_from_customer'],
      ['change_external_contact.transfer_fail', 'change_external_contact__transfer_fail_limit'],
    ] as const)
      expect({ name, elements: elements(await pushed(name)) }).toEqual({
        name,
        elements: elements(sampleText(`${file}.xml`)),
      })
  })
  test('and these are all of its samples', () => {
    expect(usedSamples()).toEqual(samplesOf.assets)
  })
})
