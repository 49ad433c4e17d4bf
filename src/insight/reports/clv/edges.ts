import type { Params } from './bg-nbd.ts'

/** How a fit may have ended at an edge of the model, where it tells buyers apart no longer. */
export const edges = ['one_pace', 'one_stop', 'all_or_nothing', 'nobody_stops'] as const
export type Edge = (typeof edges)[number]

/**
 * Paces that differ by less than a tenth of their mean (r), chances to stop by less than three points, or that are all nought or one
 * (a + b), are what the data were too few or too alike to say.
 */
export function edgesOf({ r, a, b }: Params): Edge[] {
  const [sum, stop] = [a + b, a / (a + b)]
  const ofStops: Edge | undefined =
    stop < 0.001 ? 'nobody_stops' : sum < 0.02 ? 'all_or_nothing' : (stop * (1 - stop)) / (sum + 1) < 0.03 ** 2 ? 'one_stop' : undefined
  return [...(r > 100 ? ['one_pace' as const] : []), ...(ofStops ? [ofStops] : [])]
}
