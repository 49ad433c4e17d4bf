// Files on their way into the sandbox from an address: status 1 running, 2 done, 3 failed; asked for within an hour.
import { randomBytes } from 'node:crypto'
import { emit } from '../callbacks/events.ts'
import { mediaJobEvent } from '../callbacks/service-events.ts'
import type { Agent } from './corps.ts'
import { kindOf, type MediaType, mediaLifeMs, saveMedia } from './media.ts'
import { freshSecret, now, toSeconds, type World } from './world.ts'

const jobLifeMs = 3600_000

export type JobAnswer = { errcode: number; errmsg: string; media_id?: string; created_at?: string }
export type MediaJob = { status: 1 | 2 | 3; answer: JobAnswer }

export function startMediaJob(world: World, { corpId, agentId }: Agent): string {
  const jobId = freshSecret(43)
  world.store.run(
    'INSERT INTO media_jobs (jobid, corp_id, agent_id, status, created_at) VALUES (?, ?, ?, 1, ?)',
    jobId,
    corpId,
    agentId,
    now(world),
  )
  return jobId
}

export function findMediaJob(world: World, corpId: string, jobId: string): MediaJob | undefined {
  const row = world.store.get<{ status: 1 | 2 | 3; answer: string }>(
    'SELECT status, answer FROM media_jobs WHERE jobid = ? AND corp_id = ? AND created_at > ?',
    jobId,
    corpId,
    now(world) - jobLifeMs,
  )
  return row && { status: row.status, answer: { errcode: 0, errmsg: 'ok', ...(JSON.parse(row.answer) as Partial<JobAnswer>) } }
}

type Fetched = { type: MediaType; fileName: string; read: () => Promise<Buffer | JobAnswer> }

/** Goes on after the call was answered; the app hears of the end by an event. */
export function fetchForJob(world: World, agent: Agent, jobId: string, it: Fetched): void {
  it.read()
    .then((file) => (Buffer.isBuffer(file) ? keep(world, agent, it, file) : file))
    .then((answer) => finish(world, agent, jobId, answer))
    .catch((error: unknown) => world.log.error({ error }, 'fetching a file failed'))
}

function keep(world: World, { corpId }: Agent, it: Fetched, bytes: Buffer): JobAnswer {
  if (bytes.length <= 5) return { errcode: 40006, errmsg: 'invalid file size' }
  if (it.type === 'video' && kindOf(bytes) !== 'video/mp4') return { errcode: 40004, errmsg: 'invalid media type' }
  const at = now(world)
  const mediaId = `3${randomBytes(32).toString('base64url')}`
  const contentType = kindOf(bytes) ?? 'application/octet-stream'
  const media = { mediaId, corpId, type: it.type, scene: 'message' as const, fileName: it.fileName, contentType, size: bytes.length }
  saveMedia(world, { ...media, createdAt: at, expiresAt: at + mediaLifeMs }, bytes)
  return { errcode: 0, errmsg: 'ok', media_id: mediaId, created_at: String(toSeconds(at)) }
}

function finish(world: World, agent: Agent, jobId: string, answer: JobAnswer): void {
  if (world.store.closed()) return
  world.store.transaction(() => {
    world.store.run(
      'UPDATE media_jobs SET status = ?, answer = ? WHERE jobid = ?',
      answer.errcode === 0 ? 2 : 3,
      JSON.stringify(answer),
      jobId,
    )
    emit(world, agent.corpId, mediaJobEvent(agent.agentId, jobId))
  })
}
