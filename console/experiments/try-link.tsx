import { Link } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import type { Drafted } from '#console/experiments/drafted.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useJourney } from '#console/journeys/queries.ts'

/** To the form of an experiment on a message or a journey. `on`: the one that is tried; without it the form asks which. */
export function TryLink({ kind, on, ways }: { kind: 'message' | 'journey'; on?: { id: string; name: string }; ways?: number }) {
  const { t } = useText()
  if (!useMay()('experiments.write')) return null
  const tried = ways !== undefined && ways > 1 ? 'wordings' : kind
  const draft: Drafted = {
    name: on
      ? t(tried === 'wordings' ? 'experiments.caused.wordingsName' : 'experiments.caused.trialName', { name: on.name }).slice(0, 60)
      : '',
    hypothesis: t(`experiments.caused.trialHypothesis.${tried}`),
    thing: { kind, id: on?.id ?? '' },
    ...(ways && { ways }),
  }
  return (
    <Link to="/experiments" search={{ draft: JSON.stringify(draft) }}>
      {t('experiments.caused.toTrials')}
    </Link>
  )
}

/** A journey that was stopped treats nobody any more. */
export function TryJourneyLink({ id }: { id: string }) {
  const { data } = useJourney(id)
  if (data?.id !== id) return null
  return <TryLink kind="journey" {...(data.state === 'stopped' ? {} : { on: data })} />
}
