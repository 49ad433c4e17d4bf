/** What one cohort's customers of one channel did in one interval; places are those of intervals on the axis. */
export type Cell = { cohort: number; place: number; channel: string; buyers: number; orders: number; amount: number }
export type Size = { cohort: number; channel: string; size: number }

export type Line = { size: number; buyers: number[]; orders: number[]; revenue: number[]; cumulative: number[]; complete: number }
export type CurvePoint = { interval: number; customers: number; buyers: number; total: number }

/** Row i holds the cohort of interval i, from its own interval to the last one that has begun. */
export function cohortLines(sizes: readonly Size[], cells: readonly Cell[], intervals: number, begun: number, over: number): Line[] {
  return Array.from({ length: intervals }, (_, i) => {
    const length = Math.max(0, Math.min(intervals, begun) - i)
    const own = cells.filter(({ cohort }) => cohort === i)
    const add = (value: (cell: Cell) => number) => {
      const values = Array.from({ length }, () => 0)
      for (const cell of own) if (cell.place - i < length) values[cell.place - i] = (values[cell.place - i] ?? 0) + value(cell)
      return values
    }
    const revenue = add(({ amount }) => amount)
    return {
      size: sizes.filter(({ cohort }) => cohort === i).reduce((sum, { size }) => sum + size, 0),
      buyers: add(({ buyers }) => buyers),
      orders: add(({ orders }) => orders),
      revenue,
      cumulative: runningSums(revenue),
      complete: Math.max(0, Math.min(length, over - i)),
    }
  })
}

/** At each age, everybody old enough to have lived through it: too young cohorts would press the curve down. */
export function lifetimeCurve(lines: readonly Line[]): CurvePoint[] {
  const longest = Math.max(0, ...lines.map(({ complete }) => complete))
  return Array.from({ length: longest }, (_, interval) => {
    const old = lines.filter(({ complete, size }) => complete > interval && size > 0)
    const add = (value: (line: Line) => number) => old.reduce((sum, line) => sum + value(line), 0)
    return {
      interval,
      customers: add(({ size }) => size),
      buyers: add(({ buyers }) => buyers[interval] ?? 0),
      total: add(({ cumulative }) => cumulative[interval] ?? 0),
    }
  }).filter(({ customers }) => customers > 0)
}

/** The first place at which enough has come back, or null while it has not. */
export function paybackOf(cumulative: readonly number[], spend: number, margin: number): number | null {
  const place = cumulative.findIndex((sum) => sum * margin >= spend)
  return place === -1 ? null : place
}

function runningSums(values: readonly number[]): number[] {
  let sum = 0
  return values.map((value) => (sum += value))
}
