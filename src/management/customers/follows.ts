/** The state of one friendship, as far as its times go. */
export type FollowTimes = { addedAt: Date | null; endedAt: Date | null }

export type Started = { kind: 'first' | 'again' | 'late' | 'known' }

/**
 * What a start at `at` means. Facts arrive late, twice and out of order: a start at or before what is known changes no
 * state, one after the end begins a new time, and one whose end came first is only written down.
 */
export function startMeans(known: FollowTimes | undefined, at: Date): Started['kind'] {
  if (!known) return 'first'
  if (known.endedAt) {
    if (at > known.endedAt) return 'again'
    return known.addedAt === null ? 'late' : 'known'
  }
  return 'known'
}

/** Whether an end at `at` ends what is known: an end before the current start belongs to an earlier time. */
export const endsFollow = (known: FollowTimes | undefined, at: Date): boolean =>
  !known || (known.endedAt === null && (known.addedAt === null || at >= known.addedAt))
