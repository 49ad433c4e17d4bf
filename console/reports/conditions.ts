export const operators = ['eq', 'ne', 'in', 'not_in', 'contains', 'gt', 'gte', 'lt', 'lte', 'exists'] as const
export type Operator = (typeof operators)[number]

export interface ConditionRow {
  property: string
  op: Operator
  /** As typed; a list is separated by commas. */
  value: string
  scope: 'event' | 'person'
}

type Scalar = string | number | boolean

/**
 * Rows joined by "and" ↔ the filter of the document. A filter that rows cannot show (or, not, nested) gives undefined and
 * stays as it is: only its JSON can be changed.
 */
export function toRows(where: unknown): ConditionRow[] | undefined {
  if (where === undefined) return []
  if (!isObject(where)) return undefined
  const { and } = where
  if (Array.isArray(and) && Object.keys(where).length === 1) {
    const rows = and.map(rowOf)
    return rows.every((row) => row !== undefined) ? rows : undefined
  }
  if ('or' in where || 'not' in where) return undefined
  const leaf = rowOf(where)
  if (leaf) return [leaf]
  const rows = Object.entries(where).map(([property, value]) => shortRow(property, value))
  return rows.every((row) => row !== undefined) ? rows : undefined
}

export function toWhere(rows: readonly ConditionRow[]): unknown {
  const whole = rows.filter(({ property, op, value }) => property !== '' && (op === 'exists' || value.trim() !== ''))
  if (whole.length === 0) return undefined
  return {
    and: whole.map(({ property, op, value, scope }) => ({
      property,
      op,
      ...(op === 'exists' ? {} : { value: op === 'in' || op === 'not_in' ? listed(value) : scalarOf(value, op) }),
      ...(scope === 'person' ? { scope } : {}),
    })),
  }
}

function rowOf(value: unknown): ConditionRow | undefined {
  if (!isObject(value) || typeof value.property !== 'string') return undefined
  const op = operators.find((one) => one === value.op)
  const shown = op === 'exists' && value.value !== false ? '' : textOf(value.value)
  if (!op || shown === undefined) return undefined
  return { property: value.property, op, value: shown, scope: value.scope === 'person' ? 'person' : 'event' }
}

function shortRow(property: string, value: unknown): ConditionRow | undefined {
  if (Array.isArray(value)) return { property, op: 'in', value: textOf(value) ?? '', scope: 'event' }
  if (isScalar(value)) return { property, op: 'eq', value: String(value), scope: 'event' }
  if (!isObject(value)) return undefined
  const [[op, right] = [undefined, undefined], ...more] = Object.entries(value)
  return more.length > 0 ? undefined : rowOf({ property, op, value: right })
}

function textOf(value: unknown): string | undefined {
  if (isScalar(value)) return String(value)
  return Array.isArray(value) && value.every(isScalar) ? value.join(', ') : undefined
}

const listed = (text: string): Scalar[] =>
  text
    .split(/[,，]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => scalarOf(part, 'in'))

/** Figures are compared as numbers, everything else letter by letter; 007 and 1e3 are texts. */
function scalarOf(text: string, op: Operator): Scalar {
  const value = text.trim()
  if (op !== 'contains' && /^-?(0|[1-9]\d{0,14})(\.\d{1,8})?$/.test(value)) return Number(value)
  if (op !== 'contains' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

const isScalar = (value: unknown): value is Scalar => ['string', 'number', 'boolean'].includes(typeof value)
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
