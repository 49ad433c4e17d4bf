import { appError } from '#platform/errors.ts'
import type { Limit, Span } from './endpoints/define.ts'

/** Refuses what WeCom would refuse, before the call and naming the field. */
export function checkLimits(endpoint: string, limits: Record<string, Limit> | undefined, request: unknown): void {
  for (const [path, limit] of Object.entries(limits ?? {}))
    for (const { field, value } of valuesAt(request, path.split('.'))) {
      const fault = faultOf(limit, value)
      if (fault) throw refusal(endpoint, field, fault)
    }
}

const daySeconds = 86_400
const beijingOffset = 8 * 3600
/** Whoever gives milliseconds is answered 600018 by WeCom, with words about the JSON. */
const firstMilliseconds = 100_000_000_000

/** The same for a time range. How far back it may begin is for WeCom to say: only it knows its clock. */
export function checkSpan(endpoint: string, span: Span | undefined, request: Record<string, unknown>): void {
  if (!span) return
  const from = request[span.from]
  const to = request[span.to] ?? from
  if (typeof from !== 'number' || typeof to !== 'number') return
  if (from >= firstMilliseconds || to >= firstMilliseconds) throw refusal(endpoint, span.from, 'must be in seconds')
  const days = span.whole ? dayOf(to) - dayOf(from) + 1 : (to - from) / daySeconds
  if (to < from) throw refusal(endpoint, span.to, `is before ${span.from}`)
  if (days > span.days) throw refusal(endpoint, span.to, `is more than ${span.days} days from ${span.from}`)
}

const dayOf = (seconds: number): number => Math.floor((seconds + beijingOffset) / daySeconds)

const refusal = (endpoint: string, field: string, fault: string) =>
  appError('wecom.bad_request', { message: `${endpoint}: ${field} ${fault}.`, field })

function* valuesAt(value: unknown, path: string[], walked: string[] = []): Generator<{ field: string; value: unknown }> {
  const [name, ...rest] = path
  if (name === undefined) {
    if (value !== undefined) yield { field: walked.join('.'), value }
  } else if (typeof value === 'object' && value !== null) {
    const children = name === '*' ? Object.entries(value) : [[name, (value as Record<string, unknown>)[name]] as const]
    for (const [key, child] of children) yield* valuesAt(child, rest, [...walked, key])
  }
}

function faultOf(limit: Limit, value: unknown): string | undefined {
  if (typeof value === 'string') return textFault(limit, value)
  if ('items' in limit && Array.isArray(value)) {
    if (value.length > limit.items) return `has more than ${limit.items} entries`
    if (value.length < (limit.fewest ?? 0)) return `has fewer than ${limit.fewest} entries`
  }
  if ('atLeast' in limit && typeof value === 'number' && (value < limit.atLeast || value > limit.atMost))
    return `must be between ${limit.atLeast} and ${limit.atMost}`
  return undefined
}

function textFault(limit: Limit, value: string): string | undefined {
  if ('parts' in limit) return value.split('|').length > limit.parts ? `names more than ${limit.parts}` : undefined
  if ('items' in limit || 'atLeast' in limit) return undefined
  const { chars = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY, pattern } = limit
  if ([...value].length > chars) return `is longer than ${chars} characters`
  if (Buffer.byteLength(value) > bytes) return `is longer than ${bytes} bytes`
  return pattern && !pattern.test(value) ? 'has characters that are not allowed' : undefined
}
