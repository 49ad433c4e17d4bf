// Big files that WeCom fetches itself (section 15; page 96219): a job, its result, and an event when it is done.
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { z } from 'zod'
import { isLoopbackUrl } from '../control/codes.ts'
import { fetchForJob, findMediaJob, type JobAnswer, startMediaJob } from '../state/media-jobs.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

/** Video and file only; 200 MB is the documented most. */
export const byUrlMost = 200 * 1024 * 1024

const Order = z.object({
  scene: z.int().default(1),
  type: z.string(),
  filename: byteText(128, 1),
  url: byteText(2048, 1),
  md5: z.string().regex(/^[0-9a-fA-F]{32}$/),
})

export const mediaByUrlEndpoints: Endpoint[] = [
  endpoint({
    path: 'media/upload_by_url',
    permission: 'media',
    input: Order,
    handle: (call, input) => {
      if (input.scene !== 1) refuseParameter('scene', 'invalid')
      const type = input.type === 'video' || input.type === 'file' ? input.type : refuse(40004)
      if (!/^https?:\/\//.test(input.url)) refuseParameter('url', 'invalid')
      return { jobid: begin(call, { ...input, type }) }
    },
  }),
  endpoint({
    path: 'media/get_upload_by_url_result',
    permission: 'media',
    input: z.object({ jobid: z.string().min(1) }),
    handle: ({ world, agent }, { jobid }) => {
      const job = findMediaJob(world, agent.corpId, jobid) ?? refuseParameter('jobid', 'invalid')
      return { status: job.status, detail: job.answer }
    },
  }),
]

type Wanted = { type: 'video' | 'file'; filename: string; url: string; md5: string }

function begin({ world, agent }: Call, it: Wanted): string {
  const jobId = startMediaJob(world, agent)
  fetchForJob(world, agent, jobId, { type: it.type, fileName: basename(it.filename), read: () => download(it) })
  return jobId
}

/** The file in pieces, as the documents say; what differs from the promised digest is not kept. */
async function download(it: Wanted): Promise<Buffer | JobAnswer> {
  if (!isLoopbackUrl(it.url)) return { errcode: 40058, errmsg: 'the sandbox fetches from this machine only' }
  const response = await fetch(it.url, { headers: { range: `bytes=0-${byUrlMost - 1}` }, signal: AbortSignal.timeout(60_000) }).catch(
    () => undefined,
  )
  if (!response?.ok) return { errcode: 40058, errmsg: `url cannot be fetched${response ? ` (HTTP ${response.status})` : ''}` }
  if (response.status !== 206) return { errcode: 40058, errmsg: 'url does not support Range' }
  const bytes = Buffer.from(await response.arrayBuffer())
  const digest = createHash('md5').update(bytes).digest('hex')
  return digest === it.md5.toLowerCase() ? bytes : { errcode: 40058, errmsg: 'md5 does not match' }
}
