/** The state of one friendship, as far as its times go. */
export type FollowTimes = { addedAt: Date | null; endedAt: Date | null }

/**
 * What a start at `at` means. Facts arrive late, twice and out of order: `first` and `again` begin a time of friendship,
 * `late` is the start of a time whose end came first, `moved` a newer start of a time that still lasts (an end between may
 * be on its way or lost), `known` nothing new.
 */
export function startMeans(known: FollowTimes | undefined, at: Date): 'first' | 'again' | 'late' | 'moved' | 'known' {
  if (!known) return 'first'
  if (known.endedAt && at > known.endedAt) return 'again'
  if (known.addedAt === null) return 'late'
  return known.endedAt === null && at > known.addedAt ? 'moved' : 'known'
}

/** Whether an end at `at` ends what is known: an end before the current start belongs to an earlier time. */
export const endsFollow = (known: FollowTimes | undefined, at: Date): boolean =>
  !known || (known.endedAt === null && (known.addedAt === null || at >= known.addedAt))
