import Big from 'big.js'
import { z } from 'zod'
import type { Bindings } from '../sql.ts'

const number = z.number().min(-1e15).max(1e15).optional()

const shape = z.strictObject({ eq: number, ne: number, gt: number, gte: number, lt: number, lte: number })

/** `{"gte": 3, "lt": 10}`: everything that is said must hold. */
export const compare = shape.refine((value) => Object.keys(value).length > 0, 'Say what to compare with: eq, ne, gt, gte, lt or lte.')
export type Compare = z.infer<typeof shape>

const signs = { eq: '=', ne: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
const signNames = Object.keys(signs) as (keyof typeof signs)[]

const said = (asked: Compare): [keyof typeof signs, number][] =>
  signNames.flatMap((name): [keyof typeof signs, number][] => (asked[name] === undefined ? [] : [[name, asked[name]]]))

/** Exact, as decimals. Nothing (no order, no birthday) meets no comparison. */
export const meets = (value: Big | number | null, asked: Compare): boolean =>
  value !== null && said(asked).every(([sign, bound]) => holds(new Big(value).cmp(new Big(bound)), sign))

function holds(order: number, sign: keyof typeof signs): boolean {
  switch (sign) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'gt':
      return order > 0
    case 'gte':
      return order >= 0
    case 'lt':
      return order < 0
    case 'lte':
      return order <= 0
  }
}

/** The same to ClickHouse, for an expression that is a number; bounds are multiplied where the expression is in smaller units. */
export const compareSql = (bind: Bindings, expression: string, asked: Compare, factor = 1): string =>
  said(asked)
    .map(
      ([sign, bound]) =>
        `toDecimal256(${expression}, 20) ${signs[sign]} toDecimal256(${bind.text(new Big(bound).times(factor).toFixed())}, 20)`,
    )
    .join(' and ')

/** Whole numbers of millions of people are compared as such. */
export const countSql = (bind: Bindings, expression: string, asked: Compare): string =>
  said(asked).every(([, bound]) => Number.isInteger(bound))
    ? said(asked)
        .map(([sign, bound]) => `toInt64(${expression}) ${signs[sign]} ${bind.integer(bound)}`)
        .join(' and ')
    : compareSql(bind, expression, asked)

/** The same for whole numbers of PostgreSQL. */
export const comparisons = (asked: Compare): { sign: string; bound: number }[] =>
  said(asked).map(([sign, bound]) => ({ sign: sign === 'ne' ? '<>' : signs[sign], bound }))
