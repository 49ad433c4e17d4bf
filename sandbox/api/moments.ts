// Moments that are there: whose, seen by whom, liked and commented (section 11, pages 93333, 97612).
import { z } from 'zod'
import { isBeingDispatched } from '../state/mass-life.ts'
import { audienceOf } from '../state/moment-life.ts'
import {
  cancelMoment,
  findMoment,
  findMomentTask,
  type Moment,
  type MomentTask,
  type MomentView,
  momentsBetween,
  reactionsTo,
  tasksOfMoment,
  viewsOf,
} from '../state/moments.ts'
import { toSeconds } from '../state/world.ts'
import { checkSpan, memberNamed, page } from './mass-messages.ts'
import { type PageInput, pageOf } from './paging.ts'
import { type Call, type Endpoint, endpoint, refuse } from './protocol.ts'

const spanMostSeconds = 30 * 24 * 3600

const MomentId = z.object({ moment_id: z.string().min(1) })
const OfMember = MomentId.extend({ userid: z.string().min(1) })
type OfMember = z.infer<typeof OfMember>

export const momentEndpoints: Endpoint[] = [
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
