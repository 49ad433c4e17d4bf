import type { Translate } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { MarketingTask } from '#operation/marketing-tasks/schema.ts'

const tones = { coming: 'plain', running: 'good', ended: 'quiet', stopped: 'quiet' } as const

export const MarketingState = ({ state, t }: { state: MarketingTask['state']; t: Translate }) => (
  <Badge tone={tones[state]}>{t(`tasks.marketingStates.${state}`)}</Badge>
)
