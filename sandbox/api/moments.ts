// Moments (section 11, pages 95094, 93333, 97612).
import { z } from 'zod'
import { listDepartments, subtree, visibleEmployees } from '../state/directory.ts'
import { isBeingDispatched } from '../state/mass-life.ts'
import type { ManyBody } from '../state/mass-messages.ts'
import { findLiveMedia } from '../state/media.ts'
import { audienceOf, jobStatus } from '../state/moment-life.ts'
import {
  cancelMoment,
  countMomentJobs,
  countOpenMomentJobs,
  createMomentJob,
  findMoment,
  findMomentJob,
  findMomentTask,
  type Moment,
  type MomentTask,
  type MomentView,
  momentsBetween,
  reactionsTo,
  tasksOfMoment,
  viewsOf,
} from '../state/moments.ts'
import { findTag } from '../state/tags.ts'
import { dayMs, now, toSeconds } from '../state/world.ts'
import { checkSpan, memberNamed, page } from './mass-messages.ts'
import { type PageInput, pageOf } from './paging.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const jobLifeMs = dayMs
const spanMostSeconds = 30 * 24 * 3600
const imagesMost = 9
const lettersMost = 2000

const WithMedia = z.object({ media_id: z.string().min(1) })
/** An unknown msgtype is for 41065 to say, not for the shape. */
const MomentAttachment = z.object({
  msgtype: z.string(),
  image: WithMedia.optional(),
  video: WithMedia.optional(),
  link: z.object({ title: byteText(64).optional(), url: byteText(2048, 1), media_id: z.string().min(1) }).optional(),
})
type MomentAttachment = z.infer<typeof MomentAttachment>
const Task = z.object({
  text: z.object({ content: byteText(4000).default('') }).optional(),
  attachments: z.array(MomentAttachment).default([]),
  visible_range: z
    .object({
      sender_list: z
        .object({ user_list: z.array(z.string()).max(100_000).default([]), department_list: z.array(z.int()).default([]) })
        .optional(),
      external_contact_list: z.object({ tag_list: z.array(z.string()).default([]) }).optional(),
    })
    .optional(),
})
const MomentId = z.object({ moment_id: z.string().min(1) })
const OfMember = MomentId.extend({ userid: z.string().min(1) })
type OfMember = z.infer<typeof OfMember>

export const momentEndpoints: Endpoint[] = [
  endpoint({ path: 'externalcontact/add_moment_task', permission: 'customers', input: Task, handle: addTask }),
  endpoint({
    path: 'externalcontact/get_moment_task_result',
    // The documents say GET, one SDK posts: both are taken, jobid from wherever it is.
    method: 'ANY',
    permission: 'customers',
    input: z.object({ jobid: z.string().optional() }),
    handle: taskResult,
  }),
  endpoint({ path: 'externalcontact/cancel_moment_task', permission: 'customers', input: MomentId, handle: cancel }),
  endpoint({
    path: 'externalcontact/get_moment_list',
    permission: 'customers',
    list: true,
    empty: { moment_list: [] },
    input: z.object({
      start_time: z.int(),
      end_time: z.int(),
      creator: z.string().optional(),
      filter_type: z.int().min(0).max(2).default(2),
      ...page(20, 20),
    }),
    handle: listMoments,
  }),
  endpoint({
    path: 'externalcontact/get_moment_task',
    permission: 'customers',
    list: true,
    empty: { task_list: [] },
    input: MomentId.extend(page(1000, 500)),
    handle: listTasks,
  }),
  endpoint({
    path: 'externalcontact/get_moment_customer_list',
    permission: 'customers',
    list: true,
    empty: { customer_list: [] },
    input: OfMember.extend(page(1000, 500)),
    handle: listAudience,
  }),
  endpoint({
    path: 'externalcontact/get_moment_send_result',
    permission: 'customers',
    list: true,
    empty: { customer_list: [] },
    input: OfMember.extend(page(5000, 3000)),
    handle: listViewers,
  }),
  endpoint({
    path: 'externalcontact/get_moment_comments',
    permission: 'customers',
    list: true,
    empty: { comment_list: [], like_list: [] },
    input: OfMember,
    handle: listReactions,
  }),
]

function addTask(call: Call, input: z.infer<typeof Task>) {
  const { world, agent } = call
  const text = input.text?.content ?? ''
  if (!text && input.attachments.length === 0) return refuse(41089)
  if ([...text].length > lettersMost) return refuseParameter('text.content', `exceed max utf8 words ${lettersMost}`)
  const body: ManyBody = { text, given: input.attachments, pieces: readAttachments(call, input.attachments) }
  const { limits } = world.settings
  const at = now(world)
  if (countMomentJobs(world, agent.corpId, at - 60_000) >= limits.momentsPerMinute) return refuse(45009)
  if (countMomentJobs(world, agent.corpId, at - 30 * dayMs) >= limits.momentsPerMonth) return refuse(45009)
  if (countOpenMomentJobs(world, agent.corpId) >= limits.momentJobs) return refuse(41078)
  const { senders, users, departments } = sendersWanted(call, input.visible_range?.sender_list)
  const wanted = input.visible_range?.external_contact_list?.tag_list ?? []
  const tags = wanted.filter((tagId) => findTag(world, agent.corpId, tagId)?.deleted === false)
  const invalid = { users, departments, tags: wanted.filter((tagId) => !tags.includes(tagId)) }
  // Tags that all are wrong would show the moment to everybody: it is made for nobody instead.
  const isForNobody = wanted.length > 0 && tags.length === 0
  return { jobid: createMomentJob(world, agent.corpId, { body, senders: isForNobody ? [] : senders, tags, invalid }) }
}

type SenderList = { user_list: string[]; department_list: number[] }

/** The named members and those of the named departments; everybody in sight where nobody is named. */
function sendersWanted({ world, agent }: Call, list: SenderList | undefined) {
  const able = visibleEmployees(world, agent).filter((it) => it.contact && it.status === 1)
  if (!list || list.user_list.length + list.department_list.length === 0)
    return { senders: able.map((it) => it.userId), users: [], departments: [] }
  const all = listDepartments(world, agent.corpId)
  const inside = subtree(all, list.department_list)
  const named = new Set(list.user_list.map((it) => it.toLowerCase()))
  const isNamed = (userId: string) => named.has(userId.toLowerCase())
  const senders = able.filter((it) => isNamed(it.userId) || it.departments.some((id) => inside.has(id))).map((it) => it.userId)
  const known = new Set(able.map((it) => it.userId.toLowerCase()))
  return {
    senders,
    users: list.user_list.filter((it) => !known.has(it.toLowerCase())),
    departments: list.department_list.filter((id) => !all.some((it) => it.id === id)),
  }
}

/** Up to nine pictures, or one video, or one link; kinds do not mix. */
function readAttachments(call: Call, attachments: MomentAttachment[]): ManyBody['pieces'] {
  const kinds = new Set(attachments.map((it) => it.msgtype))
  if (kinds.size > 1) return refuse(41065)
  const most = kinds.has('image') ? imagesMost : 1
  const pieces = attachments.map((it) => readAttachment(call, it))
  return attachments.length > most ? refuse(41064) : pieces
}

function readAttachment(call: Call, it: MomentAttachment): ManyBody['pieces'][number] {
  if (it.msgtype === 'image') return { kind: 'image', content: { mediaId: momentMedia(call, 'image', it.image?.media_id) } }
  if (it.msgtype === 'video') return { kind: 'video', content: { mediaId: momentMedia(call, 'video', it.video?.media_id) } }
  if (it.msgtype !== 'link') return refuse(41065)
  const link = it.link ?? refuseParameter('link', 'missing')
  return { kind: 'link', content: { title: link.title ?? '', url: link.url, mediaId: momentMedia(call, 'image', link.media_id) } }
}

/** Only what upload_attachment took in for moments. */
function momentMedia(call: Call, type: 'image' | 'video', mediaId: string | undefined): string {
  const media = findLiveMedia(call.world, call.agent.corpId, mediaId ?? refuseParameter(`${type}.media_id`, 'missing')) ?? refuse(40007)
  if (media.type !== type) return refuse(40007)
  return media.scene === 'moment' ? media.mediaId : refuse(41072)
}

function taskResult(call: Call, input: { jobid?: string | undefined }) {
  const { world, agent } = call
  const jobId = input.jobid || call.query.jobid || refuseParameter('jobid', 'missing')
  const job = findMomentJob(world, agent.corpId, jobId)
  if (!job || now(world) >= job.createdAt + jobLifeMs) return refuseParameter('jobid', 'invalid or expired')
  const status = jobStatus(world, job)
  const shared = { status, type: 'add_moment_task' }
  if (status !== 3) return shared
  const { invalid } = job.body
  return {
    ...shared,
    result: {
      ...(job.momentId
        ? { errcode: 0, errmsg: 'ok', moment_id: job.momentId }
        : { errcode: 81013, errmsg: 'user & party & tag all invalid' }),
      invalid_sender_list: { user_list: invalid.users, department_list: invalid.departments },
      invalid_external_contact_list: { tag_list: invalid.tags },
    },
  }
}

/** Who published has published; asked for twice it is done as well. */
function cancel(call: Call, { moment_id }: { moment_id: string }) {
  cancelMoment(call.world, corpMoment(call, moment_id))
  return {}
}

type ListInput = PageInput & { start_time: number; end_time: number; creator?: string | undefined; filter_type: number }

function listMoments(call: Call, input: ListInput) {
  const { world, agent } = call
  checkSpan(input.start_time, input.end_time, spanMostSeconds)
  const isWanted = (it: Moment) =>
    (input.filter_type === 2 || (input.filter_type === 1) === (it.creator !== undefined)) &&
    (input.creator === undefined || it.creator === input.creator)
  const { page, next } = pageOf<Moment>(
    call,
    'get_moment_list',
    input,
    (it) => it.id,
    (afterId, limit) =>
      momentsBetween(world, agent.corpId, input.start_time * 1000, input.end_time * 1000 + 999)
        .filter((it) => it.id > afterId && isWanted(it))
        .slice(0, limit),
  )
  return { moment_list: page.map(momentBody), ...next }
}

function listTasks(call: Call, input: PageInput & { moment_id: string }) {
  const moment = corpMoment(call, input.moment_id)
  const { page, next } = pageOf<MomentTask>(
    call,
    'get_moment_task',
    input,
    (it) => it.id,
    (afterId, limit) => tasksOfMoment(call.world, moment.momentId, afterId, limit),
  )
  return {
    task_list: page.map((it) => ({ userid: it.userId, publish_status: it.publishedAt === undefined ? 0 : 1 })),
    ...next,
  }
}

function listAudience(call: Call, input: PageInput & OfMember) {
  const { moment, task } = taskNamed(call, input)
  const { page, next } = pageOf<MomentView>(
    call,
    'get_moment_customer_list',
    input,
    (it) => it.followId,
    (afterId, limit) => audienceOf(call.world, moment, task, afterId, limit),
  )
  return { customer_list: page.map((it) => ({ userid: task.userId, external_userid: it.externalUserId })), ...next }
}

function listViewers(call: Call, input: PageInput & OfMember) {
  const task = published(taskNamed(call, input).task)
  const { page, next } = pageOf<MomentView>(
    call,
    'get_moment_send_result',
    input,
    (it) => it.followId,
    (afterId, limit) => viewsOf(call.world, task, true, afterId, limit),
  )
  return { customer_list: page.map((it) => ({ external_userid: it.externalUserId })), ...next }
}

function listReactions(call: Call, input: OfMember) {
  const task = published(taskNamed(call, input).task)
  const all = reactionsTo(call.world, task)
  // What a comment says is not told.
  const told = (kind: 'like' | 'comment') =>
    all
      .filter((it) => it.kind === kind)
      .map((it) => ({ [it.author === task.userId ? 'userid' : 'external_userid']: it.author, create_time: toSeconds(it.at) }))
  return { comment_list: told('comment'), like_list: told('like') }
}

const published = (task: MomentTask): MomentTask => (task.publishedAt === undefined ? refuse(41062) : task)

function taskNamed(call: Call, input: OfMember): { moment: Moment; task: MomentTask } {
  const moment = momentNamed(call, input.moment_id)
  const task = findMomentTask(call.world, moment.momentId, memberNamed(call, input.userid)) ?? refuse(41061)
  return { moment, task }
}

/** Members' own moments have no tasks and are nobody's to cancel. */
function corpMoment(call: Call, momentId: string): Moment {
  const moment = momentNamed(call, momentId)
  if (moment.creator !== undefined) return refuse(41067)
  return isBeingDispatched(call.world, moment.createdAt) ? refuse(41079) : moment
}

function momentNamed({ world, agent }: Call, momentId: string): Moment {
  const moment = findMoment(world, momentId)
  return moment && moment.corpId === agent.corpId ? moment : refuse(41060)
}

function momentBody(it: Moment) {
  const [first] = it.body.pieces
  const images = it.body.pieces.flatMap(({ kind, content }) => (kind === 'image' ? [{ media_id: content.mediaId ?? '' }] : []))
  return {
    moment_id: it.momentId,
    ...(it.creator === undefined ? {} : { creator: it.creator }),
    create_time: toSeconds(it.createdAt),
    create_type: it.creator === undefined ? 0 : 1,
    visible_type: it.isPublic ? 1 : 0,
    ...(it.body.text ? { text: { content: it.body.text } } : {}),
    ...(images.length > 0 ? { image: images } : {}),
    ...(first?.kind === 'video' ? { video: { media_id: first.content.mediaId ?? '' } } : {}),
    ...(first?.kind === 'link' ? { link: { title: first.content.title ?? '', url: first.content.url ?? '' } } : {}),
  }
}
