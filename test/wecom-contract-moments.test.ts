import { beforeEach, describe, expect, test } from 'vitest'
import { uploadAttachment, uploadMedia } from '#connectors/wecom/media.ts'
import {
  cancelMoment,
  createMoment,
  findMoment,
  listMomentAudience,
  listMoments,
  listMomentTasks,
  listMomentViewers,
  type MomentContent,
  type MomentRange,
  type MomentsAsked,
  readMomentJob,
  readMomentReactions,
  waitForMoment,
} from '#connectors/wecom/moments.ts'
import type { PageAt } from '#connectors/wecom/paging.ts'
import { addTags, markTags } from '#connectors/wecom/tags.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, film, picture } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw, advance } = lab

// Of what is on its way to the members there is a test of its own.
beforeEach(() =>
  control('PUT', 'settings', { habits: { dispatchMs: 0, momentJobMs: 0 }, limits: { momentsPerMinute: 1000, momentJobs: 100 } }),
)

type Task = { id: string; kind: string; text: string; size: number }
const tasksOf = async (userId: string): Promise<Task[]> => (await control<{ items: Task[] }>('GET', `tasks/${userId}`)).items

/** The member publishes what waits on the phone. */
async function confirm(userId: string): Promise<void> {
  const [task] = await tasksOf(userId)
  await control('POST', `tasks/${task?.id}/confirm`, {})
}

const create = (content: MomentContent, range?: MomentRange) => createMoment(lab.app, content, range)
const job = (jobId: string) => readMomentJob(lab.app, jobId)
const by = (...users: string[]): MomentRange => ({ users })
const momentOf = async (jobId: string) => (await job(jobId)).momentId ?? ''
const audience = (momentId: string, userId: string, limit?: number) =>
  allPages((at) => listMomentAudience(lab.app, { momentId, userId }, at), limit)
const viewers = (momentId: string, userId: string, limit?: number) =>
  allPages((at) => listMomentViewers(lab.app, { momentId, userId }, at), limit)
const publishers = (momentId: string, limit?: number) => allPages((at) => listMomentTasks(lab.app, momentId, at), limit)
type Shown = { momentId: string; text: string; pieces: unknown[]; userId: string }
const feed = async (externalUserId: string) => (await control<{ items: Shown[] }>('GET', `moments?customer=${externalUserId}`)).items

describe('moments', () => {
  test('are a job first, then a task of each member, then in the feeds of those they are meant for', async () => {
    const member = await lab.newMember()
    const [tagged = '', plain = '', gone = ''] = await lab.newCustomers(member, 3)
    const group = await addTags(lab.app, { group_name: `圈${member}`, tag: [{ name: '会员' }] })
    const tag = group?.tag?.[0]?.id ?? ''
    for (const id of [tagged, gone]) await markTags(lab.app, { userid: member, external_userid: id, add_tag: [tag] })
    await control('PUT', 'settings', { habits: { momentJobMs: 10_000 } })
    const { mediaId } = await uploadAttachment(lab.app, 'image', 1, picture)
    const jobId = await create(
      { text: '新店开业', attachments: [{ msgtype: 'image', image: { media_id: mediaId } }] },
      { users: [member, 'nobody'], departments: [999], tags: [tag, 'etNothing'] },
    )
    expect(Buffer.byteLength(jobId)).toBeLessThanOrEqual(64)
    expect(await job(jobId)).toEqual({
      state: 'started',
      momentId: undefined,
      errcode: 0,
      invalid: { users: [], departments: [], tags: [] },
    })
    await advance(5)
    expect(await job(jobId)).toMatchObject({ state: 'running' })
    expect(await waitForMoment(lab.app, jobId, 300)).toMatchObject({ state: 'running' })
    await advance(5)
    expect(await waitForMoment(lab.app, jobId, 5000)).toEqual({
      state: 'done',
      momentId: expect.stringMatching(/^mom/),
      errcode: 0,
      invalid: { users: ['nobody'], departments: [999], tags: ['etNothing'] },
    })
    const momentId = await momentOf(jobId)
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 0 }])
    expect(await audience(momentId, member)).toEqual([tagged, gone])
    expect(await failure(viewers(momentId, member))).toMatchObject({ errcode: 41062, reaction: 'empty' })
    await control('POST', 'unfollow', { externalUserId: gone, userId: member, by: 'customer' })
    expect(await tasksOf(member)).toMatchObject([{ kind: 'moment', text: '新店开业', size: 2 }])
    await confirm(member)
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 1 }])
    expect(await audience(momentId, member)).toEqual([tagged, gone])
    expect(await viewers(momentId, member)).toEqual([tagged])
    expect(await feed(tagged)).toMatchObject([{ momentId, text: '新店开业', userId: member, pieces: [{ kind: 'image' }] }])
    expect([await feed(plain), await feed(gone)]).toEqual([[], []])
  })

  test('are liked and talked about; only who and when is told', async () => {
    const member = await lab.newMember()
    const [fan = '', stranger = ''] = [...(await lab.newCustomers(member, 1)), ...(await lab.newCustomers('lina', 1))]
    const momentId = await momentOf(await create({ text: '上新' }, by(member)))
    const reactions = (userId = member) => readMomentReactions(lab.app, { momentId, userId })
    expect(await failure(reactions())).toMatchObject({ errcode: 41062 })
    await confirm(member)
    expect(await reactions()).toEqual({ comments: [], likes: [] })
    const react = (what: string, more: Record<string, unknown>) =>
      control('POST', `moments/${momentId}/${what}`, { userId: member, ...more })
    await react('like', { by: fan })
    await react('like', { by: fan })
    await react('like', { by: member })
    await react('comment', { by: fan, text: '多少钱？' })
    await react('comment', { by: member, text: '私聊您' })
    await expect(react('like', { by: stranger })).rejects.toThrow('moment.unseen')
    const at = { create_time: expect.any(Number) }
    expect(await reactions()).toEqual({
      likes: [
        { external_userid: fan, ...at },
        { userid: member, ...at },
      ],
      comments: [
        { external_userid: fan, ...at },
        { userid: member, ...at },
      ],
    })
    await react('like', { by: fan, on: false })
    expect((await reactions()).likes).toMatchObject([{ userid: member }])
    expect(await failure(reactions('lina'))).toMatchObject({ errcode: 41061, reaction: 'skip_item' })
  })

  test('carry nine pictures, one film or one link, each uploaded for moments', async () => {
    const member = await lab.newMember()
    await lab.newCustomers(member, 1)
    const image = async () => ({ msgtype: 'image', image: { media_id: (await uploadAttachment(lab.app, 'image', 1, picture)).mediaId } })
    const video = { msgtype: 'video', video: { media_id: (await uploadAttachment(lab.app, 'video', 1, film)).mediaId } }
    const cover = (await uploadAttachment(lab.app, 'image', 1, picture)).mediaId
    const link = { msgtype: 'link', link: { title: '官网', url: 'https://example.com', media_id: cover } }
    const from = await lab.nowSeconds()
    const nine = await Promise.all(Array.from({ length: 9 }, image))
    const jobs = []
    for (const attachments of [nine, [video], [link]]) jobs.push(await create({ attachments }, by(member)))
    const ids = await Promise.all(jobs.map(momentOf))
    const listed = await allPages((at) => listMoments(lab.app, { from, to: from + 60, by: 'company' }, at))
    const [pictures, film1, page] = ids.map((id) => listed.find((it) => it.moment_id === id))
    expect(pictures).toMatchObject({ create_type: 0, visible_type: 1, image: nine.map((it) => it.image) })
    expect(pictures).not.toHaveProperty('creator')
    expect(film1?.video?.media_id).toBe(video.video.media_id)
    expect(page?.link).toMatchObject({ title: '官网', url: 'https://example.com' })
    const refusal = async (attachments: object[], text?: string) =>
      (await raw('externalcontact/add_moment_task', { attachments, ...(text && { text: { content: text } }) })).errcode
    const wrong = { msgtype: 'image', image: { media_id: (await uploadMedia(lab.app, 'image', picture)).mediaId } }
    expect(await refusal([])).toBe(41089)
    expect(await refusal([...nine, await image()])).toBe(41064)
    expect(await refusal([link, link])).toBe(41064)
    expect(await refusal([await image(), video])).toBe(41065)
    expect(await refusal([{ msgtype: 'file', file: { media_id: 'x' } }])).toBe(41065)
    expect(await refusal([wrong])).toBe(41072)
    expect(await refusal([{ msgtype: 'image', image: { media_id: 'gone' } }])).toBe(40007)
    expect(await refusal([], '长'.repeat(1334))).toBe(40058)
    expect(await refusal([], 'x'.repeat(2001))).toBe(40058)
    expect(await refusal([{ ...link, link: { ...link.link, title: 't'.repeat(65) } }])).toBe(40058)
    expect(await failure(create({ text: '长'.repeat(1334) }))).toMatchObject({
      code: 'wecom.bad_request',
      field: 'text.content',
    })
  })

  test('that nobody can publish end without a moment; jobs are forgotten after a day', async () => {
    const jobId = await create({ text: '没人' }, by('nobody'))
    expect(await job(jobId)).toMatchObject({ state: 'done', errcode: 81013, momentId: undefined, invalid: { users: ['nobody'] } })
    expect(await raw('externalcontact/get_moment_task_result', { jobid: jobId })).toMatchObject({ errcode: 0, status: 3 })
    expect(await failure(job('jobNone'))).toMatchObject({ errcode: 40058 })
    await advance(daySeconds)
    lab.connect()
    expect(await failure(job(jobId))).toMatchObject({ errcode: 40058 })
  })

  test('are limited in number, by the minute and at once', async () => {
    const member = await lab.newMember()
    await control('PUT', 'settings', { habits: { momentJobMs: 5000 }, limits: { momentsPerMinute: 3, momentJobs: 2 } })
    await advance(60)
    const one = () => create({ text: '一条' }, by(member))
    await one()
    await one()
    expect(await failure(one())).toMatchObject({ errcode: 41078, reaction: 'tell' })
    await advance(5)
    await one()
    expect(await failure(one())).toMatchObject({ errcode: 45009, retryAfterMs: 60_000 })
  })

  test('that are cancelled are asked of nobody any more; members post and take down their own', async () => {
    const [quick, slow] = [await lab.newMember(), await lab.newMember()]
    const [fan = ''] = await lab.newCustomers(quick, 1)
    await lab.newCustomers(slow, 1)
    await advance(2)
    const from = await lab.nowSeconds()
    const momentId = await momentOf(await create({ text: '限时' }, by(quick, slow)))
    await confirm(quick)
    const cancel = (momentId: string) => cancelMoment(lab.app, momentId)
    await cancel(momentId)
    await cancel(momentId)
    expect(await tasksOf(slow)).toEqual([])
    expect(await publishers(momentId)).toEqual([
      { userid: quick, publish_status: 1 },
      { userid: slow, publish_status: 0 },
    ])
    const own = await control<{ momentId: string }>('POST', 'moments', { userId: quick, text: '下班啦' })
    expect((await feed(fan)).map((it) => it.text)).toEqual(['下班啦', '限时'])
    expect(await failure(cancel(own.momentId))).toMatchObject({ errcode: 41067, reaction: 'fix_request' })
    expect(await failure(publishers(own.momentId))).toMatchObject({ errcode: 41067 })
    expect(await failure(cancel('momNone'))).toMatchObject({ errcode: 41060, reaction: 'skip_item' })
    const list = (more: Partial<MomentsAsked> = {}, limit?: number) =>
      allPages((at) => listMoments(lab.app, { from, to: from + 3600, ...more }, at), limit)
    expect(await list({ by: 'member' })).toMatchObject([{ moment_id: own.momentId, creator: quick, create_type: 1 }])
    expect(await list({ creator: quick })).toHaveLength(1)
    expect((await list({}, 1)).map((it) => it.moment_id)).toEqual([momentId, own.momentId])
    expect(await failure(list({}, 21))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    await control('DELETE', `moments/${own.momentId}?by=${quick}`)
    expect(await list({ by: 'member' })).toEqual([])
    const long = { start_time: from, end_time: from + 31 * daySeconds }
    expect(await failure(list({ to: long.end_time }))).toMatchObject({ code: 'wecom.bad_request', field: 'end_time' })
    expect(await raw('externalcontact/get_moment_list', long)).toMatchObject({ errcode: 600018, moment_list: [] })
    const wide = await raw('externalcontact/get_moment_list', { ...long, limit: 21 })
    expect(wide).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining('limit') })
  })

  test('come page after page: members, those meant, those who see', async () => {
    const members = [await lab.newMember(), await lab.newMember(), await lab.newMember()]
    const [author = ''] = members
    const customers = await lab.newCustomers(author, 5)
    const momentId = await momentOf(await create({ text: '翻页' }, by(...members)))
    expect(await audience(momentId, author, 2)).toEqual(customers)
    await confirm(author)
    expect(await audience(momentId, author, 2)).toEqual(customers)
    expect(await viewers(momentId, author, 2)).toEqual(customers)
    expect((await publishers(momentId, 2)).map((it) => it.userid)).toEqual(members)
    const ofAuthor = { momentId, userId: author }
    const lists = [
      ['get_moment_task', 1001, (at: PageAt) => listMomentTasks(lab.app, momentId, at)],
      ['get_moment_customer_list', 1001, (at: PageAt) => listMomentAudience(lab.app, ofAuthor, at)],
      ['get_moment_send_result', 5001, (at: PageAt) => listMomentViewers(lab.app, ofAuthor, at)],
    ] as const
    for (const [endpoint, limit, list] of lists) {
      expect(await failure(list({ limit }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
      expect(await failure(list({ cursor: 'made up' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
      const answer = await raw(`externalcontact/${endpoint}`, { moment_id: momentId, userid: author, limit })
      expect(answer).toMatchObject({ errcode: 40058 })
    }
  })

  test('are on their way for a moment', async () => {
    const member = await lab.newMember()
    await control('PUT', 'settings', { habits: { dispatchMs: 60_000 } })
    const momentId = await momentOf(await create({ text: '稍等' }, by(member)))
    expect(await failure(publishers(momentId))).toMatchObject({ errcode: 41079, reaction: 'retry' })
    await advance(60)
    expect(await publishers(momentId)).toEqual([{ userid: member, publish_status: 0 }])
  })

  test('are made once although the answer to their making was lost, even while the job still runs', async () => {
    const path = 'externalcontact/add_moment_task'
    const [member, other] = [await lab.newMember(), await lab.newMember()]
    await advance(1)
    const since = await lab.nowSeconds()
    // The same words of another member are another moment.
    await create({ text: '只发一次' }, by(other))
    const known: string[] = []
    const once = (patienceMs: number) =>
      createOnce(
        async () => (await waitForMoment(lab.app, await create({ text: '只发一次' }, by(member)), 10_000)).momentId,
        () => findMoment(lab.app, { text: '只发一次', users: [member], since, known, patienceMs }),
      )
    await control('PUT', 'settings', { habits: { momentJobMs: 1500 } })
    const before = await lab.calls(path)
    await lab.fail({ path, status: 0, times: 1, after: true })
    const momentId = (await once(20_000)) ?? ''
    expect(momentId).toMatch(/^mom/)
    expect(await lab.calls(path)).toBe(before + 1)
    expect(await publishers(momentId)).toMatchObject([{ userid: member }])
    expect(await tasksOf(member)).toHaveLength(1)
    // What WeCom never heard of is made now; the one before belongs to somebody.
    known.push(momentId)
    await lab.fail({ path, times: 1, errcode: -1 })
    expect(await once(0)).not.toBe(momentId)
    expect(await tasksOf(member)).toHaveLength(2)
  }, 30_000)

  test('jobs go on over a restart, results stand', async () => {
    const member = await lab.newMember()
    const [customer = ''] = await lab.newCustomers(member, 1)
    await control('PUT', 'settings', { habits: { momentJobMs: 5000 } })
    const jobId = await create({ text: '重启' }, by(member))
    await lab.restart()
    expect(await job(jobId)).toMatchObject({ state: 'started' })
    await advance(6)
    await confirm(member)
    await lab.restart()
    expect(await viewers(await momentOf(jobId), member)).toEqual([customer])
  })
})
