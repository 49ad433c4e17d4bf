import type { Drafted } from '#console/experiments/drafted.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type Document, numberOf } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Gate } from '#console/ui/gate.tsx'
import type { NorthStarResult } from '#insight/reports/north-star/schema.ts'

/** From a behaviour that goes before an outcome to the experiment that tells whether it brings it about. */
export function ProveLink({
  document,
  result,
  row,
}: {
  document: Document
  result: NorthStarResult
  row: NorthStarResult['rows'][number]
}) {
  const { t } = useText()
  const title = useEventTitle()
  const outcome = (document.outcome ?? {}) as { kind?: string; days?: unknown }
  const kind = outcome.kind === 'repurchase' ? 'repurchase' : 'retention'
  const words = {
    event: title(row.event),
    early: numberOf(document.earlyDays, 7),
    outcome: t(`stages.candidates.outcomes.${kind}`, { days: numberOf(outcome.days, kind === 'repurchase' ? 60 : 30) }),
  }
  const draft: Drafted = {
    name: t('stages.candidates.trialName', words).slice(0, 60),
    hypothesis: t('stages.candidates.trialHypothesis', words).slice(0, 1000),
    measured: {
      trialEvent: row.event,
      growthEvent: kind === 'repurchase' ? 'order.paid' : '*',
      windowDays: numberOf(outcome.days, kind === 'repurchase' ? 60 : 30),
      base: Math.round((1000 * row.did.persons) / Math.max(result.cohort, 1)) / 10,
    },
  }
  return (
    <Gate permission="experiments.write">
      <ButtonLink size="small" to="/experiments" search={{ draft: JSON.stringify(draft) }}>
        {t('stages.candidates.prove')}
      </ButtonLink>
    </Gate>
  )
}
