export type Size = 'small' | 'full'

/** One figure: `goal` in words, `met` judged from the value. A baseline is measured in the same run. */
export type Row = { name: string; value: number; unit: string; baseline?: number; ratio?: number; goal: string; met: boolean }

export type Bench = (size: Size, say: (text: string) => void) => Promise<Row[]>

export const atLeast = (name: string, value: number, unit: string, goal: number): Row => ({
  name,
  value,
  unit,
  goal: `≥ ${goal} ${unit}`,
  met: value >= goal,
})

export const atMost = (name: string, value: number, unit: string, goal: number): Row => ({
  name,
  value,
  unit,
  goal: `≤ ${goal} ${unit}`,
  met: value <= goal,
})

/** The value below which the share `p` of the sorted values lies. */
export const percentile = (sorted: ArrayLike<number>, p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN
