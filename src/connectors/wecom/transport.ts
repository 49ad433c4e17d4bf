import { WecomUnreachable } from './errors.ts'

export type Outgoing = {
  endpoint: string
  url: URL
  method: 'GET' | 'POST'
  contentType?: string
  body?: string | Uint8Array<ArrayBuffer>
  timeoutMs: number
  signal?: AbortSignal | undefined
}

export type Incoming = { status: number; headers: Headers; bytes: Buffer }

/** Files are at most 200 MB at WeCom; what is larger is not an answer. */
const longestAnswer = 210 * 1024 * 1024

/** One exchange. Whatever keeps the answer from arriving whole is the same: unreachable. */
export async function exchange(outgoing: Outgoing): Promise<Incoming> {
  const { endpoint, url, method, contentType, body, timeoutMs, signal } = outgoing
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(url, {
      method,
      redirect: 'error',
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
      ...(contentType && { headers: { 'Content-Type': contentType } }),
      ...(body !== undefined && { body }),
    })
    const length = Number(response.headers.get('content-length') ?? 0)
    if (length > longestAnswer) throw new Error('the answer is too long')
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    throw new WecomUnreachable(endpoint, reasonOf(error), error)
  }
}

/** `fetch failed` says nothing; the cause under it does. Neither contains the address, which holds the token. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  if (error.name === 'TimeoutError') return 'timeout'
  const cause = error.cause
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.message
}
