import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestSandbox, type TestSandbox } from '../../sandbox/testing.ts'
import { areThere, type Json, missing as missingOf, sample as sampleOf, usedSamples, withOurs } from './support/wecom-samples.ts'
import { samplesOf } from './support/wecom-samples-by-test.ts'

const sample = (name: string) => sampleOf(`externalcontact.${name}`)
const missing = (name: string, answer: Json) => missingOf(`externalcontact.${name}`, answer)

let it: TestSandbox
/** The ids of this world, where the samples have those of another. */
const known: Json = {}

beforeAll(async () => {
  if (!areThere) return
  it = await startTestSandbox()
  await it.control('PUT', '/settings', { habits: { dispatchMs: 0, momentJobMs: 0 } })
  const now = Math.floor(Date.now() / 1000)
  const ids: string[] = []
  for (const name of ['甲', '乙'])
    ids.push((await it.control<{ externalUserId: string }>('POST', '/befriend', { userId: 'lina', name })).externalUserId)
  const { tag_group } = (await it.api('externalcontact/add_corp_tag', { group_name: '样例', tag: [{ name: '一' }] })) as unknown as {
    tag_group: { tag: { id: string }[] }
  }
  const tag = tag_group.tag[0]?.id
  await it.api('externalcontact/mark_tag', { userid: 'lina', external_userid: ids[0], add_tag: [tag] })
  const { chatId } = await it.control<{ chatId: string }>('POST', '/groups', { owner: 'lina', name: '样例群' })
  Object.assign(known, {
    external_userid: ids,
    chat_id_list: [chatId],
    tag_list: [tag],
    sender: 'lina',
    userid: 'lina',
    creator: 'lina',
    image: { media_id: await upload('media/upload?type=image', 'image') },
    pic_media_id: await upload('media/upload?type=image', 'image'),
    video: { media_id: await upload('media/upload?type=video', 'video') },
    start_time: now - 60,
    end_time: now + 3600,
  })
})
afterAll(() => it?.stop())

async function upload(path: string, kind: 'image' | 'video'): Promise<string> {
  const head = kind === 'image' ? Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) : Buffer.from('\0\0\0\x18ftypisom')
  const form = new FormData()
  form.append('media', new Blob([new Uint8Array(head), new Uint8Array(64)]), `a.${kind}`)
  const answer = await fetch(`${it.url}/cgi-bin/${path}&access_token=${await it.token()}`, { method: 'POST', body: form })
  return ((await answer.json()) as { media_id: string }).media_id
}

describe.skipIf(!areThere)('the samples of mass messages and moments', () => {
  test('are accepted, and answered in the same shape', async () => {
    const send = (name: string) => it.api(`externalcontact/${name}`, withOurs(sample(`${name}__request`), known))
    const made = await send('add_msg_template')
    expect(made).toMatchObject({ errcode: 0, fail_list: [expect.any(String)] })
    expect(missing('add_msg_template__ok', made)).toEqual([])
    known.msgid = made.msgid
    expect(await send('remind_groupmsg_send')).toMatchObject({ errcode: 0 })
    const { items } = await it.control<{ items: { id: string }[] }>('GET', '/tasks/lina')
    await it.control('POST', `/tasks/${items[0]?.id}/confirm`, {})
    await it.control('POST', '/mass-messages', { userId: 'lina', text: '自己发的' })
    // The sample's filter keeps members' own messages only, which have the creator.
    expect(await send('get_groupmsg_list_v2')).toMatchObject({ errcode: 0, group_msg_list: [{ creator: 'lina' }] })
    const span = { start_time: known.start_time, end_time: known.end_time }
    const list = await it.api('externalcontact/get_groupmsg_list_v2', { chat_type: 'single', ...span, limit: 1 })
    expect(missing('get_groupmsg_list_v2__ok', list)).toEqual(['group_msg_list.creator string'])
    const tasks = await it.api('externalcontact/get_groupmsg_task', { msgid: made.msgid })
    expect(missing('get_groupmsg_task__ok', tasks)).toEqual([])
    expect(await send('cancel_groupmsg_send')).toMatchObject({ errcode: 0 })
  })

  test('of moments too', async () => {
    const send = (name: string) => it.api(`externalcontact/${name}`, withOurs(sample(`${name}__request`), known))
    const image = { media_id: await upload('media/upload_attachment?media_type=image&attachment_type=1', 'image') }
    const job = await it.api('externalcontact/add_moment_task', {
      text: { content: '样例' },
      attachments: [{ msgtype: 'image', image }],
      visible_range: { sender_list: { user_list: ['lina'] } },
    })
    expect(missing('add_moment_task__ok', job)).toEqual([])
    const { result } = (await it.api(`externalcontact/get_moment_task_result?jobid=${job.jobid}`)) as unknown as {
      result: { moment_id: string }
    }
    known.moment_id = result.moment_id
    const { items } = await it.control<{ items: { id: string; kind: string }[] }>('GET', '/tasks/lina')
    await it.control('POST', `/tasks/${items.find((task) => task.kind === 'moment')?.id}/confirm`, {})
    const [customer] = known.external_userid as string[]
    for (const by of [customer, 'lina']) {
      await it.control('POST', `/moments/${result.moment_id}/like`, { userId: 'lina', by })
      await it.control('POST', `/moments/${result.moment_id}/comment`, { userId: 'lina', by, text: '好' })
    }
    expect(missing('get_moment_comments__ok', await send('get_moment_comments'))).toEqual([])
    expect(missing('get_moment_customer_list__ok', await send('get_moment_customer_list'))).toEqual([])
    expect(await send('get_moment_task')).toMatchObject({ errcode: 0, task_list: [{ userid: 'lina', publish_status: 1 }] })
    expect(await send('get_moment_send_result')).toMatchObject({ errcode: 0, customer_list: [{ external_userid: expect.any(String) }, {}] })
    const own = await it.control<{ momentId: string }>('POST', '/moments', { userId: 'lina', text: '自己的' })
    expect(await send('get_moment_list')).toMatchObject({ errcode: 0, moment_list: [{ moment_id: own.momentId, creator: 'lina' }] })
    const list = await it.api('externalcontact/get_moment_list', { start_time: known.start_time, end_time: known.end_time })
    // The sample shows every kind at once; a moment has one, and nobody here posts from a place.
    const others = /^moment_list\.(video|link|location)\./
    expect(missing('get_moment_list__ok', list).filter((path) => !others.test(path))).toEqual([])
  })
  test('and these are all of its samples', () => {
    expect(usedSamples()).toEqual(samplesOf.messages)
  })
})
