import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody, pages } from './paging.ts'

/**
 * Docs 95094 and 93333. Nine pictures, or one video, or one link, uploaded for moments and never mixed. About ten creations a
 * minute and 100,000 a month (secondary source); a job's result is kept for a day.
 */
export const momentLimits = {
  textChars: 2000,
  textBytes: 4000,
  images: 9,
  linkTitleBytes: 64,
  senders: 100_000,
  jobHours: 24,
  daysPerList: 30,
  momentsPerPage: 20,
  tasksPerPage: 1000,
  audiencePerPage: 1000,
  viewersPerPage: 5000,
} as const

type Task = RequestOf<'externalcontact/add_moment_task'>
export type MomentAttachment = NonNullable<Task['attachments']>[number]
export type MomentContent = { text?: string | undefined; attachments?: MomentAttachment[] | undefined }
export type MomentRange = {
  /** Who is asked to publish; everybody in sight when neither is given. */
  users?: string[] | undefined
  departments?: number[] | undefined
  /** Only customers with one of these corp tags see it. */
  tags?: string[] | undefined
}

/** doc 95094: a job, not a moment yet. 41078 while too many are under way. Not repeated after an unknown end: ask `findMoment`. */
export async function createMoment(app: WecomApp, content: MomentContent, range: MomentRange = {}, options?: CallOptions): Promise<string> {
  const { users, departments, tags } = range
  const body: Task = {
    text: content.text === undefined ? undefined : { content: content.text },
    attachments: content.attachments,
    visible_range: {
      ...((users || departments) && { sender_list: { user_list: users, department_list: departments } }),
      ...(tags && { external_contact_list: { tag_list: tags } }),
    },
  }
  return (await callWecom(app, 'externalcontact/add_moment_task', { body }, options)).jobid
}

export type MomentJob = {
  state: 'started' | 'running' | 'done'
  /** Absent while it runs, and when nobody could be asked: then `errcode` says why. */
  momentId: string | undefined
  errcode: number
  invalid: { users: string[]; departments: number[]; tags: string[] }
}
const jobStates = { 1: 'started', 2: 'running', 3: 'done' } as const

/** doc 95094: unknown, or older than a day, is 40058. */
export async function readMomentJob(app: WecomApp, jobId: string, options?: CallOptions): Promise<MomentJob> {
  const { status, result = {} } = await callWecom(app, 'externalcontact/get_moment_task_result', { query: { jobid: jobId } }, options)
  const { user_list = [], department_list = [] } = result.invalid_sender_list ?? {}
  return {
    state: jobStates[status as keyof typeof jobStates] ?? 'running',
    momentId: result.moment_id,
    errcode: result.errcode ?? 0,
    invalid: { users: user_list, departments: department_list, tags: result.invalid_external_contact_list?.tag_list ?? [] },
  }
}

/** Asks until the job is done or the time is over; the caller may ask again later, for a day. */
export async function waitForMoment(app: WecomApp, jobId: string, withinMs: number, options?: CallOptions): Promise<MomentJob> {
  const { now, sleep } = app.connection
  const until = now().getTime() + withinMs
  for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, 10_000)) {
    const job = await readMomentJob(app, jobId, options)
    if (job.state === 'done' || now().getTime() + pauseMs > until) return job
    await sleep(pauseMs, options?.signal)
  }
}

/** doc 97612: who published has published; twice is like once. A member's own moment is 41067, an unknown one 41060. */
export async function cancelMoment(app: WecomApp, momentId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/cancel_moment_task', { body: { moment_id: momentId } }, options)
}

export type Moment = NonNullable<ResponseOf<'externalcontact/get_moment_list'>['moment_list']>[number]
export type MomentsAsked = {
  /** Unix seconds; thirty days at most, else 600018. */
  from: number
  to: number
  creator?: string | undefined
  by?: 'company' | 'member' | undefined
}
const makers = { company: 0, member: 1, all: 2 } as const

/** doc 93333: those taken down are not told; those of the company have no creator. */
export async function listMoments(app: WecomApp, asked: MomentsAsked, at: PageAt = {}, options?: CallOptions): Promise<Page<Moment>> {
  const { from, to, creator, by = 'all' } = asked
  const body = { start_time: from, end_time: to, creator, filter_type: makers[by], ...pageBody(at, momentLimits.momentsPerPage) }
  const answer = await callWecom(app, 'externalcontact/get_moment_list', { body }, options)
  return { items: answer.moment_list ?? [], next: answer.next_cursor || undefined }
}

export type MomentTask = NonNullable<ResponseOf<'externalcontact/get_moment_task'>['task_list']>[number]

/** doc 93333: who was asked; publish_status 0 not yet, 1 published. Right after its creation 41079: again in a moment. */
export async function listMomentTasks(app: WecomApp, momentId: string, at: PageAt = {}, options?: CallOptions): Promise<Page<MomentTask>> {
  const body = { moment_id: momentId, ...pageBody(at, momentLimits.tasksPerPage) }
  const answer = await callWecom(app, 'externalcontact/get_moment_task', { body }, options)
  return { items: answer.task_list ?? [], next: answer.next_cursor || undefined }
}

export type MomentOfMember = { momentId: string; userId: string }

/** doc 93333: customers of this member whom the moment is meant for. A member who was not asked is 41061. */
export async function listMomentAudience(
  app: WecomApp,
  { momentId, userId }: MomentOfMember,
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<string>> {
  const body = { moment_id: momentId, userid: userId, ...pageBody(at, momentLimits.audiencePerPage) }
  const answer = await callWecom(app, 'externalcontact/get_moment_customer_list', { body }, options)
  return { items: (answer.customer_list ?? []).map((one) => one.external_userid), next: answer.next_cursor || undefined }
}

/** doc 93333: customers who can see it; 41062 before the member has published. */
export async function listMomentViewers(
  app: WecomApp,
  { momentId, userId }: MomentOfMember,
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<string>> {
  const body = { moment_id: momentId, userid: userId, ...pageBody(at, momentLimits.viewersPerPage) }
  const answer = await callWecom(app, 'externalcontact/get_moment_send_result', { body }, options)
  return { items: (answer.customer_list ?? []).map((one) => one.external_userid), next: answer.next_cursor || undefined }
}

export type MomentReaction = NonNullable<ResponseOf<'externalcontact/get_moment_comments'>['like_list']>[number]

/** doc 93333: who liked and who commented, customer or member, and when; what a comment says is not told. */
export async function readMomentReactions(
  app: WecomApp,
  { momentId, userId }: MomentOfMember,
  options?: CallOptions,
): Promise<{ likes: MomentReaction[]; comments: MomentReaction[] }> {
  const body = { moment_id: momentId, userid: userId }
  const { like_list = [], comment_list = [] } = await callWecom(app, 'externalcontact/get_moment_comments', { body }, options)
  return { likes: like_list, comments: comment_list }
}

export type MadeMoment = MomentContent & {
  /** Only moments that exactly these members were asked to publish. */
  users?: string[] | undefined
  /** Unix seconds of WeCom's clock. */
  since: number
  /** Ids that belong to somebody already. */
  known?: readonly string[] | undefined
  /** A job that still runs shows nowhere: so long it is waited for before the answer is no. */
  patienceMs?: number | undefined
}

/** A moment of this content made at or after `since` that nobody has written down yet, for a creation that ended unknown. */
export async function findMoment(app: WecomApp, made: MadeMoment, options?: CallOptions): Promise<string | undefined> {
  const { now, sleep } = app.connection
  const until = now().getTime() + (made.patienceMs ?? 30_000)
  for (let pauseMs = 250; ; pauseMs = Math.min(2 * pauseMs, 10_000)) {
    const found = await findNow(app, made, options)
    if (found || now().getTime() + pauseMs > until) return found
    await sleep(pauseMs, options?.signal)
  }
}

async function findNow(app: WecomApp, made: MadeMoment, options?: CallOptions): Promise<string | undefined> {
  const { since, known = [], users } = made
  const asked = { from: since, to: since + (momentLimits.daysPerList - 1) * 86_400, by: 'company' } as const
  for await (const { moment_id, text, image, video, link } of pages((cursor) => listMoments(app, asked, { cursor }, options))) {
    const kinds = [...(image ?? []).map(() => 'image'), ...(video ? ['video'] : []), ...(link ? ['link'] : [])].join()
    const isSame = (text?.content ?? '') === (made.text ?? '') && kinds === (made.attachments ?? []).map((it) => it.msgtype).join()
    if (!known.includes(moment_id) && isSame && (!users || (await isAskedOf(app, moment_id, users, options)))) return moment_id
  }
  return undefined
}

async function isAskedOf(app: WecomApp, momentId: string, users: string[], options?: CallOptions): Promise<boolean> {
  const asked = new Set<string>()
  for await (const { userid } of pages((cursor) => listMomentTasks(app, momentId, { cursor }, options))) asked.add(userid)
  return asked.size === new Set(users).size && users.every((userId) => asked.has(userId))
}
