/** How a figure went from what it was before. */
export type Moved = { in: 'points' | 'percent' | 'times'; by: number } | 'unchanged' | 'from_nothing'

/**
 * One rule for cards, boards, letters and the loop: a rate moves in points, because 10 % of a rate would be read as ten points of it; a
 * count or an amount moves in per cent of what it was, and from tenfold on in times, because +3576.5 % is read by nobody.
 */
export function movedFrom(now: number, before: number, isRate: boolean): Moved {
  const points = (now - before) * 100
  if (isRate) return Math.abs(points) < 0.05 ? 'unchanged' : { in: 'points', by: points }
  if (now === before) return 'unchanged'
  if (before === 0) return 'from_nothing'
  return now / before < 10 ? { in: 'percent', by: ((now - before) / Math.abs(before)) * 100 } : { in: 'times', by: now / before }
}

/** Shares are the only rates of the dictionary; days and minutes move as amounts do. */
export const isRate = (unit: string | null): boolean => unit === 'share'

/** Arrow and sign before the figure, so that nobody has to know a colour. */
export const signOf = (by: number): string => (by > 0 ? '▲ +' : '▼ −')
