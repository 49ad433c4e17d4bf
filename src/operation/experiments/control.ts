import { isHeldOut } from './assign.ts'

/** How large the company-wide control group is from a moment on, and by which salt it is dealt. */
export type Turn = { from: Date; salt: string; perMille: number }

/** Whom somebody counts as from a moment on. */
export type Standing = { from: Date; subject: number }

/** The turn that holds at this moment. `turns` are in the order of time. */
export const turnAt = (turns: readonly Turn[], at: Date): Turn | undefined => turns.findLast(({ from }) => from <= at)

/**
 * Whether somebody is in the control group at `at`, and since when without a break that is so (null: ever since). A new turn, and
 * becoming somebody else by a merge or its undo, may end a spell. Both lists are in the order of time; the first standing begins
 * when the customer was made.
 */
export function standingAt(turns: readonly Turn[], standings: readonly Standing[], at: Date): { heldOut: boolean; since: Date | null } {
  const isIn = (moment: Date): boolean => {
    const turn = turnAt(turns, moment)
    const subject = standings.findLast(({ from }) => from <= moment)?.subject
    return turn !== undefined && subject !== undefined && isHeldOut(turn.salt, subject, turn.perMille)
  }
  const heldOut = isIn(at)
  const moments = [...turns, ...standings].map(({ from }) => from).filter((from) => from <= at)
  moments.sort((one, other) => one.getTime() - other.getTime())
  const lastOther = moments.findLastIndex((moment) => isIn(moment) !== heldOut)
  return { heldOut, since: lastOther < 0 && !heldOut ? null : (moments[lastOther + 1] ?? null) }
}

/** Which shares of people are in the group, and out of it, through all of these turns: one deal holds the same people and more. */
export function sharesThroughout(turns: readonly Pick<Turn, 'salt' | 'perMille'>[]): { heldOut: number; others: number } {
  const deals = [...Map.groupBy(turns, ({ salt }) => salt).values()].map((deal) => deal.map(({ perMille }) => perMille))
  return {
    heldOut: deals.reduce((share, sizes) => (share * Math.min(...sizes)) / 1000, 1),
    others: deals.reduce((share, sizes) => share * (1 - Math.max(...sizes) / 1000), 1),
  }
}
