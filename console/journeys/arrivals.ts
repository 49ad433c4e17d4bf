import { useText } from '#console/i18n/i18n.ts'
import { useCounts } from '#console/journeys/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { greets } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

/** Whom it costs that nobody enters any more: those who wait at the door. Nothing where nobody does. */
export function useLost(journey: Journey): string {
  const { t } = useText()
  const arrivals = useCounts(journey, undefined).data?.arrivals ?? 0
  return arrivals > 0 ? ` ${t('journeys.arrivals.lost', { count: exactNumber(arrivals) })}` : ''
}

/** What becomes of whoever comes while it is paused. */
export const pausedDoor = ({ published }: Journey) =>
  published && greets(published) ? ('journeys.arrivals.greeted' as const) : ('journeys.arrivals.kept' as const)
