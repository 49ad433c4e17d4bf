import { z } from 'zod'

/** A filter on properties, as a tree. Two-valued: an absent property equals nothing, so `ne` and `not` hold for it. */
export type Condition =
  | { and: Condition[] }
  | { or: Condition[] }
  | { not: Condition }
  | { property: string; scope: 'event' | 'person'; op: Operator; value: Scalar | Scalar[] | undefined }

export type Scalar = string | number | boolean

export type Operator = 'eq' | 'ne' | 'in' | 'not_in' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte' | 'exists'

const operators: readonly Operator[] = ['eq', 'ne', 'in', 'not_in', 'contains', 'gt', 'gte', 'lt', 'lte', 'exists']

const most = { conditions: 100, values: 500, depth: 10, letters: 500, number: 1e50 }

/**
 * `{"city": "上海", "price": {"gte": 10}, "plan": ["a", "b"]}` or a tree of `{"and": […]}`, `{"or": […]}`, `{"not": …}` over leaves
 * `{"property", "op", "value", "scope"?}`. Scope is `event` unless `person` is said; null means absent.
 */
export const where = z.unknown().transform((value, ctx): Condition => {
  try {
    return readCondition(value, [], { left: most.conditions })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    ctx.addIssue({ code: 'custom', message: error.message, path: error.path })
    return z.NEVER
  }
})

class Refusal extends Error {
  readonly path: (string | number)[]
  constructor(path: (string | number)[], message: string) {
    super(message)
    this.path = path
  }
}

type Path = (string | number)[]
type Budget = { left: number }

function readCondition(value: unknown, path: Path, budget: Budget): Condition {
  if (path.length > most.depth * 2) throw new Refusal(path, `Filters may be nested ${most.depth} deep.`)
  if (--budget.left < 0) throw new Refusal(path, `A filter may have ${most.conditions} conditions.`)
  if (!isObject(value)) throw new Refusal(path, 'A filter is {"property": value} or a tree of and, or, not.')
  const keys = Object.keys(value)
  if (keys.length === 1 && isBranch(value.and)) return { and: value.and.map((one, i) => readCondition(one, [...path, 'and', i], budget)) }
  if (keys.length === 1 && isBranch(value.or)) return { or: value.or.map((one, i) => readCondition(one, [...path, 'or', i], budget)) }
  if (keys.length === 1 && isObject(value.not)) return { not: readCondition(value.not, [...path, 'not'], budget) }
  if ('property' in value && 'op' in value) return readLeaf(value, path)
  return { and: keys.flatMap((property) => readProperty(property, value[property], [...path, property], budget)) }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const isBranch = (value: unknown): value is unknown[] => Array.isArray(value) && value.every(isObject)

function readLeaf(leaf: Record<string, unknown>, path: Path): Condition {
  for (const key of Object.keys(leaf))
    if (!['property', 'op', 'value', 'scope'].includes(key)) throw new Refusal([...path, key], `A condition has no "${key.slice(0, 40)}".`)
  const { scope = 'event' } = leaf
  if (scope !== 'event' && scope !== 'person') throw new Refusal([...path, 'scope'], 'A scope is "event" or "person".')
  const property = readName(leaf.property, [...path, 'property'])
  const op = operators.find((one) => one === leaf.op)
  if (!op) throw new Refusal([...path, 'op'], `An operator is one of ${operators.join(', ')}.`)
  return readComparison(property, scope, op, leaf.value, [...path, 'value'])
}

/** One entry of `{"property": value}`: a value, a list of values, null for absent, or `{op: value}`. */
function readProperty(name: string, value: unknown, path: Path, budget: Budget): Condition[] {
  const property = readName(name, path)
  if (--budget.left < 0) throw new Refusal(path, `A filter may have ${most.conditions} conditions.`)
  if (value === null) return [{ not: { property, scope: 'event', op: 'exists', value: undefined } }]
  if (Array.isArray(value)) return [readComparison(property, 'event', 'in', value, path)]
  if (!isObject(value)) return [readComparison(property, 'event', 'eq', value, path)]
  if (Object.keys(value).length === 0) throw new Refusal(path, `Say what "${property.slice(0, 40)}" is compared with.`)
  return Object.entries(value).map(([key, right]) => {
    const op = operators.find((one) => one === key)
    if (!op) throw new Refusal([...path, key], `An operator is one of ${operators.join(', ')}.`)
    return readComparison(property, 'event', op, right, [...path, key])
  })
}

function readComparison(property: string, scope: 'event' | 'person', op: Operator, value: unknown, path: Path): Condition {
  const leaf = { property, scope, op }
  if (op === 'exists') {
    if (value !== undefined && typeof value !== 'boolean') throw new Refusal(path, '"exists" is true or false.')
    return value === false ? { not: { ...leaf, value: undefined } } : { ...leaf, value: undefined }
  }
  if (op === 'in' || op === 'not_in') {
    if (!Array.isArray(value) || value.length === 0 || value.length > most.values)
      throw new Refusal(path, `"${op}" takes a list of 1 to ${most.values} values.`)
    return { ...leaf, value: value.map((one, i) => readScalar(one, [...path, i])) }
  }
  if (value === null && (op === 'eq' || op === 'ne')) {
    const exists = { property, scope, op: 'exists' as const, value: undefined }
    return op === 'eq' ? { not: exists } : exists
  }
  const scalar = readScalar(value, path)
  if (op === 'contains' && (typeof scalar !== 'string' || scalar === '')) throw new Refusal(path, '"contains" takes a text.')
  if (['gt', 'gte', 'lt', 'lte'].includes(op) && typeof scalar === 'boolean') throw new Refusal(path, `"${op}" takes a number or a text.`)
  return { ...leaf, value: scalar }
}

function readName(value: unknown, path: Path): string {
  if (typeof value !== 'string' || value === '' || value.length > 200 || !isCleanText(value))
    throw new Refusal(path, 'A property is a name of 1 to 200 letters.')
  return value
}

function readScalar(value: unknown, path: Path): Scalar {
  if (typeof value === 'number' && Number.isFinite(value)) {
    // Numbers are compared as decimals of so many digits.
    if (Math.abs(value) >= most.number) throw new Refusal(path, 'A number has at most 50 digits.')
    return value
  }
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') throw new Refusal(path, 'A value is a text, a number, or true or false.')
  if (value.length > most.letters || !isCleanText(value)) throw new Refusal(path, `A value has at most ${most.letters} letters.`)
  return value
}

/** What PostgreSQL and UTF-8 can hold: no NUL, no half surrogate pair. */
export const isCleanText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** Whether any leaf asks for a property of the person. */
export function asksPersons(condition: Condition): boolean {
  if ('and' in condition) return condition.and.some(asksPersons)
  if ('or' in condition) return condition.or.some(asksPersons)
  if ('not' in condition) return asksPersons(condition.not)
  return condition.scope === 'person'
}

/** A property that something asks for: of which events (undefined: of any), and where it stands in what was written. */
export type NamedProperty = { property: string; scope: 'event' | 'person'; events: readonly string[] | undefined; path: Path }

/** The properties that a valid filter names as it was written, and where in it. */
export function conditionsOf(value: unknown, path: Path = []): Omit<NamedProperty, 'events'>[] {
  if (!isObject(value)) return []
  const branch = (key: string, parts: unknown[]) => parts.flatMap((one, i) => conditionsOf(one, [...path, key, i]))
  const keys = Object.keys(value)
  if (keys.length === 1 && isBranch(value.and)) return branch('and', value.and)
  if (keys.length === 1 && isBranch(value.or)) return branch('or', value.or)
  if (keys.length === 1 && isObject(value.not)) return conditionsOf(value.not, [...path, 'not'])
  if ('property' in value && 'op' in value)
    return [{ property: String(value.property), scope: value.scope === 'person' ? 'person' : 'event', path: [...path, 'property'] }]
  return keys.map((property) => ({ property, scope: 'event', path: [...path, property] }))
}
