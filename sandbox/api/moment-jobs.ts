// Making moments (section 11, page 95094): a job first, the moment or what is wrong with it a little later.
import { z } from 'zod'
import { listDepartments, subtree, visibleEmployees } from '../state/directory.ts'
import type { ManyBody } from '../state/mass-messages.ts'
import { findLiveMedia } from '../state/media.ts'
import { jobStatus } from '../state/moment-life.ts'
import { countMomentJobs, countOpenMomentJobs, createMomentJob, findMomentJob } from '../state/moments.ts'
import { findTag } from '../state/tags.ts'
import { dayMs, now } from '../state/world.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const jobLifeMs = dayMs
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
export const momentJobEndpoints: Endpoint[] = [
  endpoint({ path: 'externalcontact/add_moment_task', permission: 'customers', input: Task, handle: addTask }),
  endpoint({
    path: 'externalcontact/get_moment_task_result',
    // The documents say GET, one SDK posts: both are taken, jobid from wherever it is.
    method: 'ANY',
    permission: 'customers',
    input: z.object({ jobid: z.string().optional() }),
    handle: taskResult,
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
