// Moments: jobs that become moments, the members who publish them, whom they are meant for, and what people say to them.
import { z } from 'zod'
import { ManyBody } from './mass-messages.ts'
import { freshId, now, publish, type World } from './world.ts'

const Invalid = z.object({ users: z.array(z.string()), departments: z.array(z.number()), tags: z.array(z.string()) })
const JobBody = z.object({ body: ManyBody, senders: z.array(z.string()), tags: z.array(z.string()), invalid: Invalid })
export type JobBody = z.infer<typeof JobBody>
/** momentId is '' where nobody was left to publish it. */
export type MomentJob = { id: number; corpId: string; jobId: string; body: JobBody; createdAt: number; momentId: string | undefined }
export type Moment = {
  id: number
  corpId: string
  momentId: string
  /** A member who posts by themselves; what an app made has none. */
  creator: string | undefined
  isPublic: boolean
  tags: string[]
  body: ManyBody
  createdAt: number
  cancelledAt: number | undefined
}
export type MomentTask = {
  id: number
  momentId: string
  corpId: string
  userId: string
  publishedAt: number | undefined
  ignoredAt: number | undefined
}
export type MomentView = { followId: number; externalUserId: string }
export type Reaction = { id: number; kind: 'like' | 'comment'; author: string; text: string; at: number }

type JobRow = { id: number; corp_id: string; jobid: string; body: string; created_at: number; moment_id: string | null }
type MomentRow = {
  id: number
  corp_id: string
  moment_id: string
  creator: string | null
  visible_type: number
  tags: string
  body: string
  created_at: number
  cancelled_at: number | null
}
type TaskRow = { id: number; moment_id: string; corp_id: string; userid: string; published_at: number | null; ignored_at: number | null }

export function createMomentJob(world: World, corpId: string, body: JobBody): string {
  const jobId = freshId('job')
  world.store.run(
    'INSERT INTO moment_jobs (corp_id, jobid, body, created_at) VALUES (?, ?, ?, ?)',
    corpId,
    jobId,
    JSON.stringify(body),
    now(world),
  )
  return jobId
}

export function findMomentJob(world: World, corpId: string, jobId: string): MomentJob | undefined {
  const row = world.store.get<JobRow>('SELECT * FROM moment_jobs WHERE corp_id = ? AND jobid = ?', corpId, jobId)
  return row && toJob(row)
}

export const openMomentJobs = (world: World, createdUntil: number): MomentJob[] =>
  world.store.all<JobRow>('SELECT * FROM moment_jobs WHERE moment_id IS NULL AND created_at <= ? ORDER BY id', createdUntil).map(toJob)

export const finishMomentJob = (world: World, job: MomentJob, momentId: string): void => {
  world.store.run('UPDATE moment_jobs SET moment_id = ? WHERE id = ?', momentId, job.id)
}

export const countMomentJobs = (world: World, corpId: string, sinceMs: number): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM moment_jobs WHERE corp_id = ? AND created_at > ?', corpId, sinceMs)?.n ?? 0

export const countOpenMomentJobs = (world: World, corpId: string): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM moment_jobs WHERE corp_id = ? AND moment_id IS NULL', corpId)?.n ?? 0

export type NewMoment = Pick<Moment, 'corpId' | 'creator' | 'isPublic' | 'tags' | 'body' | 'createdAt'>

export function insertMoment(world: World, it: NewMoment, publishers: string[]): Moment {
  const momentId = freshId('mom')
  world.store.run(
    'INSERT INTO moments (corp_id, moment_id, creator, visible_type, tags, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    it.corpId,
    momentId,
    it.creator ?? null,
    Number(it.isPublic),
    JSON.stringify(it.tags),
    JSON.stringify(it.body),
    it.createdAt,
  )
  for (const userId of publishers)
    world.store.run('INSERT INTO moment_tasks (moment_id, corp_id, userid) VALUES (?, ?, ?)', momentId, it.corpId, userId)
  publish(world, { kind: 'moment' })
  const made = findMoment(world, momentId)
  if (!made) throw new Error('the moment just written is gone')
  return made
}

/** Deleted ones are gone for everybody. */
export function findMoment(world: World, momentId: string): Moment | undefined {
  const row = world.store.get<MomentRow>('SELECT * FROM moments WHERE moment_id = ? AND deleted_at IS NULL', momentId)
  return row && toMoment(row)
}

export const momentsBetween = (world: World, corpId: string, fromMs: number, toMs: number): Moment[] =>
  world.store
    .all<MomentRow>(
      'SELECT * FROM moments WHERE corp_id = ? AND created_at >= ? AND created_at <= ? AND deleted_at IS NULL ORDER BY id',
      corpId,
      fromMs,
      toMs,
    )
    .map(toMoment)

export function cancelMoment(world: World, it: Moment): void {
  world.store.run('UPDATE moments SET cancelled_at = coalesce(cancelled_at, ?) WHERE id = ?', now(world), it.id)
  publish(world, { kind: 'moment' })
}

export function deleteMoment(world: World, it: Moment): void {
  world.store.run('UPDATE moments SET deleted_at = ? WHERE id = ?', now(world), it.id)
  publish(world, { kind: 'moment' })
}

export const tasksOfMoment = (world: World, momentId: string, afterId: number, limit: number): MomentTask[] =>
  world.store
    .all<TaskRow>('SELECT * FROM moment_tasks WHERE moment_id = ? AND id > ? ORDER BY id LIMIT ?', momentId, afterId, limit)
    .map(toTask)

export function findMomentTask(world: World, momentId: string, userId: string): MomentTask | undefined {
  const row = world.store.get<TaskRow>('SELECT * FROM moment_tasks WHERE moment_id = ? AND userid = ?', momentId, userId)
  return row && toTask(row)
}

export function findMomentTaskById(world: World, id: number): MomentTask | undefined {
  const row = world.store.get<TaskRow>('SELECT * FROM moment_tasks WHERE id = ?', id)
  return row && toTask(row)
}

export const openMomentTasks = (world: World, corpId: string, userId: string): MomentTask[] =>
  world.store
    .all<TaskRow>(
      `SELECT moment_tasks.* FROM moment_tasks JOIN moments USING (moment_id)
       WHERE moment_tasks.corp_id = ? AND userid = ? AND published_at IS NULL AND ignored_at IS NULL AND cancelled_at IS NULL AND deleted_at IS NULL
       ORDER BY moment_tasks.id DESC`,
      corpId,
      userId,
    )
    .map(toTask)

export function markPublished(world: World, task: MomentTask): void {
  world.store.run('UPDATE moment_tasks SET published_at = ?, ignored_at = NULL WHERE id = ?', now(world), task.id)
  publish(world, { kind: 'moment' })
}

export function markMomentIgnored(world: World, task: MomentTask): void {
  world.store.run('UPDATE moment_tasks SET ignored_at = ? WHERE id = ?', now(world), task.id)
  publish(world, { kind: 'moment' })
}

export const addView = (world: World, task: MomentTask, it: MomentView, visible: boolean): void => {
  world.store.run(
    'INSERT OR IGNORE INTO moment_views (moment_id, userid, follow_id, external_userid, visible) VALUES (?, ?, ?, ?, ?)',
    task.momentId,
    task.userId,
    it.followId,
    it.externalUserId,
    Number(visible),
  )
}

/** Whom a publication was meant for, or only those who can see it. */
export const viewsOf = (world: World, task: MomentTask, onlyVisible: boolean, afterId: number, limit: number): MomentView[] =>
  world.store.all<MomentView>(
    `SELECT follow_id AS followId, external_userid AS externalUserId FROM moment_views
     WHERE moment_id = ? AND userid = ? AND follow_id > ? AND visible >= ? ORDER BY follow_id LIMIT ?`,
    task.momentId,
    task.userId,
    afterId,
    Number(onlyVisible),
    limit,
  )

const shown = `SELECT moment_tasks.* FROM moment_tasks JOIN moments USING (moment_id)`

/** What members published and this customer sees, as long as the customer keeps the member as a friend; newest first. */
export const feedOfCustomer = (world: World, externalUserId: string, limit: number): MomentTask[] =>
  world.store
    .all<TaskRow>(
      `${shown} JOIN moment_views ON moment_views.moment_id = moments.moment_id AND moment_views.userid = moment_tasks.userid
       JOIN follows ON follows.id = follow_id
       WHERE moment_views.external_userid = ? AND visible = 1 AND deleted_at IS NULL AND customer_side = 1 ORDER BY published_at DESC, moment_tasks.id DESC LIMIT ?`,
      externalUserId,
      limit,
    )
    .map(toTask)

export const feedOfEmployee = (world: World, corpId: string, userId: string, limit: number): MomentTask[] =>
  world.store
    .all<TaskRow>(
      `${shown} WHERE moment_tasks.corp_id = ? AND userid = ? AND published_at IS NOT NULL AND deleted_at IS NULL ORDER BY published_at DESC, moment_tasks.id DESC LIMIT ?`,
      corpId,
      userId,
      limit,
    )
    .map(toTask)

export const canSee = (world: World, task: MomentTask, externalUserId: string): boolean =>
  world.store.get(
    `SELECT 1 FROM moment_views JOIN follows ON follows.id = follow_id
     WHERE moment_id = ? AND moment_views.userid = ? AND moment_views.external_userid = ? AND visible = 1 AND customer_side = 1`,
    task.momentId,
    task.userId,
    externalUserId,
  ) !== undefined

export const reactionsTo = (world: World, task: MomentTask): Reaction[] =>
  world.store.all<Reaction>(
    'SELECT id, kind, author, text, at FROM moment_reactions WHERE moment_id = ? AND userid = ? ORDER BY id',
    task.momentId,
    task.userId,
  )

/** A second like is the same as one. */
export function addReaction(world: World, task: MomentTask, kind: Reaction['kind'], author: string, text: string): void {
  if (kind === 'like') removeLike(world, task, author)
  world.store.run(
    'INSERT INTO moment_reactions (moment_id, userid, kind, author, text, at) VALUES (?, ?, ?, ?, ?, ?)',
    task.momentId,
    task.userId,
    kind,
    author,
    text,
    now(world),
  )
  publish(world, { kind: 'moment' })
}

export function removeLike(world: World, task: MomentTask, author: string): void {
  world.store.run(
    `DELETE FROM moment_reactions WHERE moment_id = ? AND userid = ? AND kind = 'like' AND author = ?`,
    task.momentId,
    task.userId,
    author,
  )
  publish(world, { kind: 'moment' })
}

const toJob = (row: JobRow): MomentJob => ({
  id: row.id,
  corpId: row.corp_id,
  jobId: row.jobid,
  body: JobBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
  momentId: row.moment_id ?? undefined,
})
const toMoment = (row: MomentRow): Moment => ({
  id: row.id,
  corpId: row.corp_id,
  momentId: row.moment_id,
  creator: row.creator ?? undefined,
  isPublic: row.visible_type === 1,
  tags: z.array(z.string()).parse(JSON.parse(row.tags)),
  body: ManyBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
  cancelledAt: row.cancelled_at ?? undefined,
})
const toTask = (row: TaskRow): MomentTask => ({
  id: row.id,
  momentId: row.moment_id,
  corpId: row.corp_id,
  userId: row.userid,
  publishedAt: row.published_at ?? undefined,
  ignoredAt: row.ignored_at ?? undefined,
})
