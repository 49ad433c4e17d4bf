import { appError } from '#platform/errors.ts'
import type { Limit } from './endpoints/define.ts'

/** Refuses what WeCom would refuse, before the call and naming the field. */
export function checkLimits(endpoint: string, limits: Record<string, Limit> | undefined, request: unknown): void {
  for (const [path, limit] of Object.entries(limits ?? {}))
    for (const { field, value } of valuesAt(request, path.split('.'))) {
      const fault = faultOf(limit, value)
      if (fault) throw appError('wecom.bad_request', { message: `${endpoint}: ${field} ${fault}.`, field })
    }
}

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
  if ('chars' in limit && typeof value === 'string' && [...value].length > limit.chars) return `is longer than ${limit.chars} characters`
  if ('bytes' in limit && typeof value === 'string' && Buffer.byteLength(value) > limit.bytes) return `is longer than ${limit.bytes} bytes`
  if ('items' in limit && Array.isArray(value) && value.length > limit.items) return `has more than ${limit.items} entries`
  if ('atLeast' in limit && typeof value === 'number' && (value < limit.atLeast || value > limit.atMost))
    return `must be between ${limit.atLeast} and ${limit.atMost}`
  return undefined
}
