import type Big from 'big.js'
import { z } from 'zod'
import { onlyCurrency } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import type { Scope } from '../scope.ts'
import { pointOf } from '../trend/measure.ts'
import type { Measure } from '../trend/schema.ts'
import type { Part } from './definition.ts'

/** `spend_of_some`: costs are the company's, not of some of its people. */
export type Unknown = 'spend_of_some'

/** What one part comes to: for the whole of a span (key ''), for one of its intervals, for one value of the breakdown. */
export type Counted = {
  currency: string | undefined
  money: boolean
  /** Why it has no number whatever happened. */
  unknown?: Unknown
  at(isNow: boolean, key: string, value?: string | null): Big | null
  /** Values of the breakdown in this span, the biggest first. */
  values: (string | null)[]
}

export const Row = z.object({
  isNow: z.number(),
  key: z.string(),
  value: z.string().nullable(),
  events: z.number(),
  persons: z.number(),
  measured: z.string().nullable(),
  known: z.number(),
  currencies: z.array(z.string()),
})

export type Row = z.infer<typeof Row>

/** The numbers of a part out of its rows. Amounts of two currencies are refused. */
export function countedOf(scope: Scope, part: Part, rows: readonly Row[]): Counted {
  const measure = plainMeasure(part.measure)
  const money = isMoneyPart(part)
  const told = () =>
    onlyCurrency(
      rows.flatMap(({ currencies }) => currencies),
      'where',
    )
  const currency = money ? (told() ?? scope.currency) : undefined
  const placed = new Map(rows.map((row) => [placeOf(row.isNow === 1, row.key, row.value), row]))
  return {
    currency,
    money,
    at: (isNow, key, value = null) => pointOf(measure, placed.get(placeOf(isNow, key, value)), currency),
    values: rows.filter((row) => row.isNow === 1 && row.key === '').map(({ value }) => value),
  }
}

/** Where a number stands. */
export const placeOf = (isNow: boolean, key: string, value: string | null): string => JSON.stringify([isNow, key, value])

/** Lengths in days are looked at through their median. */
export const plainMeasure = (measure: Part['measure']): Measure => (measure.of === 'days' ? { of: 'median', property: '' } : measure)

export const isMoneyPart = ({ rows, measure }: Part): boolean =>
  rows.kind === 'spend' ||
  ('property' in measure &&
    'events' in rows &&
    typeof rows.events !== 'string' &&
    rows.events.every((event) => isMoney(event, measure.property)))
