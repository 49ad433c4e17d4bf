import type * as z from 'zod'

export type Read = { value: unknown; odd: { path: PropertyKey[]; value: unknown }[] }

const scalars = new Set(['string', 'number', 'boolean'])

/**
 * Reads with a model and leaves out single optional values of a wrong type: one odd field among a thousand customers must not
 * stop the other 999. A missing required field, or a text where a list belongs, is still another shape: undefined.
 */
export function readLeniently(model: z.ZodType, source: unknown): Read | undefined {
  let value = source
  const odd: Read['odd'] = []
  for (;;) {
    const parsed = model.safeParse(value)
    if (parsed.success) return { value: parsed.data, odd }
    const faults = parsed.error.issues.map((issue) => ({ issue, found: at(value, issue.path) }))
    const isHopeless = faults.some(
      ({ issue, found }) => !isScalarFault(issue) || found === undefined || typeof issue.path.at(-1) === 'number',
    )
    if (isHopeless) return undefined
    value = structuredClone(value)
    for (const { issue, found } of faults) {
      odd.push({ path: [...issue.path], value: found })
      const parent = at(value, issue.path.slice(0, -1)) as Record<PropertyKey, unknown>
      delete parent[issue.path.at(-1) ?? '']
    }
  }
}

/** The value with the odd ones put back, for showing it. */
export function withOdd({ value, odd }: Read): unknown {
  for (const { path, value: one } of odd) {
    const parent = at(value, path.slice(0, -1)) as Record<PropertyKey, unknown> | undefined
    if (parent) parent[path.at(-1) ?? ''] = one
  }
  return value
}

function isScalarFault(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && scalars.has(issue.expected)
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (node, name) => (typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[name] : undefined),
    value,
  )
}
