import type { Translate } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { State } from '#operation/experiments/schema.ts'

const tones = { draft: 'quiet', running: 'good', stopped: 'waiting', archived: 'quiet' } as const

export const ExperimentState = ({ state, t }: { state: State; t: Translate }) => (
  <Badge tone={tones[state]}>{t(`experiments.states.${state}`)}</Badge>
)
