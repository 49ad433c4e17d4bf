interface ErrorBody {
  code: string
  message: string
  field?: string
  requestId?: string
  details?: Record<string, unknown>
}

/** What the server says when it refuses: `code` is the API, the text is for people who have no translation of it. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly requestId: string | undefined
  readonly details: Record<string, unknown>

  constructor(status: number, error: ErrorBody) {
    super(error.message)
    this.status = status
    this.code = error.code
    this.field = error.field
    this.requestId = error.requestId
    this.details = error.details ?? {}
  }
}

export type Query = Record<string, string | number | boolean | undefined>

export interface Page<Row> {
  items: Row[]
  next: string | null
  total?: number
  /** False when there are more than `total`: long lists are not counted to their end. */
  totalExact?: boolean
}

export const apiBase = '/api/v1/'

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> =>
  request<T>('GET', path + queryString(query), undefined, signal)

/** The key makes a repeated click or a repeated attempt after a lost answer the same request. */
export const post = <T>(path: string, body?: unknown, idempotencyKey: string = newIdempotencyKey()): Promise<T> =>
  request<T>('POST', path, body, undefined, { 'Idempotency-Key': idempotencyKey })

export const put = <T>(path: string, body?: unknown): Promise<T> => request<T>('PUT', path, body)
export const patch = <T>(path: string, body?: unknown): Promise<T> => request<T>('PATCH', path, body)
export const remove = <T = void>(path: string): Promise<T> => request<T>('DELETE', path)

export function queryString(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : ''
}

/** `crypto.randomUUID` exists only in secure contexts, and the console is often opened by plain http in a local network. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<T> {
  const form = body instanceof FormData
  const response = await fetch(apiBase + path, {
    method,
    signal: signal ?? null,
    credentials: 'same-origin',
    headers: { Accept: 'application/json', ...(body === undefined || form ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw cause
    throw new ApiError(0, { code: 'network.unreachable', message: String(cause) })
  })
  if (response.status === 204) return undefined as T
  const text = await response.text()
  const answer = parseJson(text)
  if (response.ok) return answer as T
  throw new ApiError(response.status, errorOf(answer) ?? { code: 'network.unexpected', message: text.slice(0, 200) || response.statusText })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function errorOf(answer: unknown): ErrorBody | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined
  const { error } = answer
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return error as ErrorBody
}
