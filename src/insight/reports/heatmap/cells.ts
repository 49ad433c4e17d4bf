import type { Bindings } from '../sql.ts'

type Sheet = { columns: number; rowPixels: number }

/** Taller pages are mistakes of whoever measured. */
const lowestPixel = 200_000

/** More cells than this are a smear, not a picture. */
export const mostCells = 20_000

const x = 'toFloat64OrNull(p_x)'
const y = 'toFloat64OrNull(p_y)'

/** Whether a click says where on the page it was. */
export const cellSql = `ifNull(${x} >= 0 and ${x} <= 1 and ${y} >= 0 and ${y} < ${lowestPixel}, 0)`

/** The right edge belongs to the last column. */
export const columnSql = (bind: Bindings, { columns }: Sheet): string =>
  `toUInt32(least(toInt64(floor(assumeNotNull(${x}) * ${bind.integer(columns)})), ${bind.integer(columns)} - 1))`

export const rowSql = (bind: Bindings, { rowPixels }: Sheet): string => `toUInt32(floor(assumeNotNull(${y}) / ${bind.integer(rowPixels)}))`

/** A share of the page's height; what lies outside is no depth. */
export const depthSql = 'if(ifNull(toFloat64OrNull(p_depth) between 0 and 1, 0), toFloat64OrNull(p_depth), null)'

/** 5 %, 10 % … 100 %: twentieths, so that each is the number that its decimal text reads as. */
export const scrollSteps: readonly number[] = Array.from({ length: 20 }, (_, i) => (i + 1) / 20)
