import * as z from 'zod'
import { appError } from '#platform/errors.ts'
import { archiveEnvelope } from '../endpoints/archive.ts'
import { WecomError } from '../errors.ts'
import type { ArchiveRow, ArchiveSource } from './source.ts'

/** A process beside us that holds the native library for one corp (or the sandbox, which speaks the same). */
export type Sidecar = { url: string; secret: string; timeoutMs?: number }

const opened = z.object({ message: z.string() })
const piece = z.object({ data: z.base64(), outindexbuf: z.string().default(''), is_finish: z.number() })

/**
 * Three calls, JSON, the archive's secret as bearer: `GET chatdata?seq&limit` answers what GetChatData does, `POST decrypt
 * {random_key, encrypt_chat_msg}` the plain `{message}`, `GET media?sdkfileid&indexbuf` what GetMediaData does.
 */
export function sidecarSource(sidecar: Sidecar): ArchiveSource {
  return {
    pull: async (after, limit) => {
      const { chatdata = [] } = archiveEnvelope.parse(await ask(sidecar, `chatdata?seq=${after}&limit=${Math.min(limit, 1000)}`))
      return chatdata.map(
        (it): ArchiveRow => ({
          seq: it.seq,
          msgid: it.msgid,
          publickey_ver: it.publickey_ver ?? 0,
          encrypt_random_key: it.encrypt_random_key ?? '',
          encrypt_chat_msg: it.encrypt_chat_msg ?? '',
        }),
      )
    },
    open: async (randomKey, sealed) =>
      opened.parse(await ask(sidecar, 'decrypt', { random_key: randomKey.toString('utf8'), encrypt_chat_msg: sealed })).message,
    media: (sdkFileId) => mediaOf(sidecar, sdkFileId),
  }
}

async function* mediaOf(sidecar: Sidecar, sdkFileId: string): AsyncGenerator<Buffer> {
  for (let index = ''; ; ) {
    const query = new URLSearchParams({ sdkfileid: sdkFileId, indexbuf: index })
    const part = piece.parse(await ask(sidecar, `media?${query}`))
    yield Buffer.from(part.data, 'base64')
    if (part.is_finish === 1 || part.outindexbuf === '' || part.outindexbuf === index) return
    index = part.outindexbuf
  }
}

async function ask({ url, secret, timeoutMs = 20_000 }: Sidecar, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url.replace(/\/$/, '')}/${path}`, {
    headers: { authorization: `Bearer ${secret}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    // The secret goes to the address that was typed in and nowhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw appError('wecom.archive_unreachable', { status: 502, message: 'The archive’s process did not answer.', cause })
  })
  const answer = z
    .looseObject({ errcode: z.number().default(0), errmsg: z.string().default('') })
    .safeParse(await response.json().catch(() => null))
  if (!answer.success)
    throw appError('wecom.archive_unreachable', { status: 502, message: `The archive’s process answered HTTP ${response.status}.` })
  if (answer.data.errcode !== 0) throw new WecomError({ endpoint: 'archive', errcode: answer.data.errcode, errmsg: answer.data.errmsg })
  return answer.data
}
