// The rules of moments: a job takes its time, a member publishes, and who then sees it.
import { type Follow, followsOfEmployee } from './customers.ts'
import { isOpenToApi } from './friendships.ts'
import { tagFilter } from './mass-life.ts'
import type { ManyBody } from './mass-messages.ts'
import {
  addView,
  findMoment,
  findMomentTask,
  finishMomentJob,
  insertMoment,
  type Moment,
  type MomentJob,
  type MomentTask,
  type MomentView,
  markPublished,
  openMomentJobs,
  viewsOf,
} from './moments.ts'
import { now, type World } from './world.ts'

/** Jobs whose time has come become moments; each is as old as its job says, however late somebody looks. */
export function settleMomentJobs(world: World): void {
  const ms = world.settings.habits.momentJobMs
  for (const job of openMomentJobs(world, now(world) - ms)) world.store.transaction(() => makeMoment(world, job, job.createdAt + ms))
}

export function jobStatus(world: World, job: MomentJob): 1 | 2 | 3 {
  if (job.momentId !== undefined) return 3
  return now(world) < job.createdAt + world.settings.habits.momentJobMs / 2 ? 1 : 2
}

function makeMoment(world: World, { corpId, body: it, ...job }: MomentJob, createdAt: number): void {
  const made =
    it.senders.length > 0
      ? insertMoment(
          world,
          { corpId, creator: undefined, isPublic: it.tags.length === 0, tags: it.tags, body: it.body, createdAt },
          it.senders,
        )
      : undefined
  finishMomentJob(world, { corpId, body: it, ...job }, made?.momentId ?? '')
}

/** The customers a member's publication is meant for: settled with the publication, open until then. */
export function audienceOf(world: World, moment: Moment, task: MomentTask, afterId: number, limit: number): MomentView[] {
  if (task.publishedAt !== undefined) return viewsOf(world, task, false, afterId, limit)
  return chosenFriends(world, moment, task.userId)
    .filter((follow) => follow.id > afterId)
    .slice(0, limit)
    .map(({ id, externalUserId }) => ({ followId: id, externalUserId }))
}

export const audienceSize = (world: World, moment: Moment, userId: string): number => chosenFriends(world, moment, userId).length

export function publishMoment(world: World, task: MomentTask): void {
  const moment = findMoment(world, task.momentId)
  if (!moment) return
  world.store.transaction(() => {
    for (const follow of chosenFriends(world, moment, task.userId))
      addView(world, task, { followId: follow.id, externalUserId: follow.externalUserId }, follow.customerSide)
    markPublished(world, task)
  })
}

/** What a member posts by themselves is out at once and seen by all their customers. */
export function postMoment(world: World, corpId: string, userId: string, body: ManyBody): MomentTask {
  return world.store.transaction(() => {
    const { momentId } = insertMoment(world, { corpId, creator: userId, isPublic: true, tags: [], body, createdAt: now(world) }, [userId])
    const read = () => findMomentTask(world, momentId, userId) ?? gone()
    publishMoment(world, read())
    return read()
  })
}

function gone(): never {
  throw new Error('the moment just posted is gone')
}

function chosenFriends(world: World, moment: Moment, userId: string): Follow[] {
  const hasTags = tagFilter(world, moment.tags.length > 0 ? [moment.tags] : [])
  return followsOfEmployee(world, moment.corpId, userId).filter((follow) => isOpenToApi(follow) && hasTags(follow))
}
