import type { Connection } from '#connectors/wecom/connection.ts'
import type { Context, Installation } from '#platform/context.ts'

type Call = {
  tenantId: number
  corpId: string
  at: Date
  endpoint: string
  errcode: number | null
  milliseconds: number | null
  message: string | null
  requestId: string | null
  externalUserid: string | null
  userId: string | null
}
type Facts = {
  endpoint?: string
  errcode?: number
  milliseconds?: number
  why?: string
  requestId?: string | undefined
  externalUserId?: string
  userId?: string
}
type Buffered = { calls: Call[]; timer: NodeJS.Timeout | undefined }

const flushMs = 500
const mostBuffered = 5_000
/** The list is for looking for faults, not for counting: a few thousand calls a corp, a week at most. */
export const keptDays = 7

const buffers = new WeakMap<Installation['databases'], Buffered>()

/** A log that also writes down each call, in batches and without waiting: a call must never be slower for being watched. */
export function recordingLog(ctx: Context, corpId: string): Connection['log'] {
  const record = (facts: unknown, message: unknown) => {
    if (message !== 'wecom call' && message !== 'wecom unreachable' && message !== 'wecom token') return
    const { endpoint = '', errcode, milliseconds, why, requestId, externalUserId, userId } = facts as Facts
    remember(ctx, {
      tenantId: ctx.tenantId,
      corpId,
      at: ctx.now(),
      endpoint,
      errcode: errcode ?? null,
      milliseconds: milliseconds ?? null,
      message: storable(why, 500),
      requestId: storable(requestId, 200),
      externalUserid: storable(externalUserId, 128),
      userId: storable(userId, 128),
    })
  }
  const through = (level: 'debug' | 'info' | 'warn') => (facts: unknown, message?: unknown) => {
    record(facts, message)
    ctx.log[level](facts as object, message as string)
  }
  return { debug: through('debug'), info: through('info'), warn: through('warn') } as Connection['log']
}

/** What a stranger wrote into a callback may be long and hold NUL, which PostgreSQL does not. */
const storable = (text: string | undefined, most: number): string | null => text?.replaceAll('\0', '').slice(0, most).toWellFormed() ?? null

function remember(installation: Installation, call: Call): void {
  const buffer = buffers.get(installation.databases) ?? { calls: [], timer: undefined }
  buffers.set(installation.databases, buffer)
  if (buffer.calls.length < mostBuffered) buffer.calls.push(call)
  buffer.timer ??= setTimeout(() => void flushCalls(installation), flushMs).unref()
}

/** Writes what is waiting; also called by whoever is about to read the list. */
export async function flushCalls(installation: Installation): Promise<void> {
  const buffer = buffers.get(installation.databases)
  if (!buffer) return
  clearTimeout(buffer.timer)
  buffer.timer = undefined
  const calls = buffer.calls.splice(0)
  if (calls.length === 0) return
  await installation.databases.system
    .insertInto('wecomCalls')
    .values(calls)
    .execute()
    .catch((error) => installation.log.warn({ err: error, lost: calls.length }, 'calls of WeCom not written down'))
}

export async function forgetOldCalls(installation: Installation): Promise<void> {
  const before = new Date(installation.now().getTime() - keptDays * 86_400_000)
  await installation.databases.system.deleteFrom('wecomCalls').where('at', '<', before).execute()
}
