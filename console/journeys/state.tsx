import type { Translate } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { JourneyItem } from '#operation/journeys/schema.ts'

const tones = { draft: 'quiet', running: 'good', paused: 'waiting', draining: 'waiting', stopped: 'plain' } as const

export const JourneyState = ({ state, t }: { state: JourneyItem['state']; t: Translate }) => (
  <Badge tone={tones[state]}>{t(`journeys.states.${state}`)}</Badge>
)
