import { Link } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { reasonText, SendState } from '#console/outbound/labels.tsx'
import { useSendCounts } from '#console/outbound/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { Step } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

/** What became of the messages of a step, each outcome the way to those it happened to. */
export function StepSends({ journey, step }: { journey: Journey; step: Step }) {
  const may = useMay()('messages.read')
  const isSaying = step.type === 'message' || step.type === 'group_message'
  const isRun = journey.published?.steps.some(({ id }) => id === step.id)
  return may && isSaying && isRun ? <Outcomes journey={journey.id} step={step.id} /> : null
}

function Outcomes({ journey, step }: { journey: string; step: string }) {
  const { t } = useText()
  const of = { view: 'history', journey, step }
  return (
    <Section
      title={t('journeys.outcomes')}
      note={t('journeys.outcomesNote')}
      actions={
        <Link to="/send-rules" search={of}>
          {t('journeys.outcomesEach')}
        </Link>
      }
    >
      <Awaited read={useSendCounts({ journey, step })} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="note">{t('journeys.outcomesNone')}</p>
          ) : (
            <ul className="lines">
              {items.map(({ state, reason, count }) => (
                <li key={`${state} ${reason}`}>
                  <span>
                    <SendState state={state} /> {reasonText(t, reason)}
                  </span>
                  <Link className="figure" to="/send-rules" search={{ ...of, state, reason: reason ?? undefined }}>
                    {exactNumber(count)}
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Awaited>
    </Section>
  )
}
