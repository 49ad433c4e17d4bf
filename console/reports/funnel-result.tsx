import { type Translate, useText } from '#console/i18n/i18n.ts'
import { change, listOf, type Matcher } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { FunnelBreakdown, FunnelSegments } from '#console/reports/funnel-rows.tsx'
import { FunnelTrend } from '#console/reports/funnel-trend.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber, percent, shortNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { FunnelResult, FunnelStep } from '#insight/reports/funnel/schema.ts'

type Props = ResultProps<FunnelResult>

/** Each step as a bar of those who came before it: on they went, still have time, or are lost. */
export function FunnelResultView(props: Props) {
  const { t } = useText()
  const { steps } = props.result
  const first = steps[0]?.count ?? 0
  const last = steps.at(-1)?.count ?? 0
  return (
    <>
      <Section
        title={t('reports.funnelResult')}
        note={
          first === 0
            ? t('reports.funnelNobody')
            : t('reports.funnelNote', { first: exactNumber(first), last: exactNumber(last), rate: percent(last, first) })
        }
      >
        <ol className="funnel">
          {steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
            <StepRow key={index} {...props} step={step} index={index} first={first} before={steps[index - 1]} />
          ))}
        </ol>
        <p className="row note funnel-legend">
          <span className="key on">{t('reports.wentOn')}</span>
          <span className="key open">{t('reports.inProgress')}</span>
          <span className="key lost">{t('reports.lost')}</span>
        </p>
      </Section>
      {props.result.trend && <FunnelTrend {...props} trend={props.result.trend} />}
      {props.result.segments && <FunnelSegments {...props} segments={props.result.segments} />}
      {props.result.breakdown && <FunnelBreakdown {...props} breakdown={props.result.breakdown} />}
    </>
  )
}

function StepRow(props: Props & { step: FunnelStep; index: number; first: number; before: FunnelStep | undefined }) {
  const { t, language } = useText()
  const title = useEventTitle()
  const { step, index, first, document, drill } = props
  const before = props.before?.count ?? step.count
  // The server counts them where they stand: at the step before, with time left for this one.
  const waiting = props.before?.inProgress ?? 0
  const event = listOf<Matcher>(document.steps)[index]?.event ?? ''
  const lost = Math.max(0, before - step.count - waiting)
  const width = (count: number) => `${first === 0 ? 0 : (count / first) * 100}%`
  const name = t('reports.step', { number: index + 1 })
  const people = (persons: { step: number; dropped?: true; inProgress?: true }) =>
    drill({
      title: t(persons.dropped ? 'reports.lostAt' : persons.inProgress ? 'reports.waitingFor' : 'reports.cameTo', { step: title(event) }),
      report: change(document, { persons, breakdown: undefined, trend: undefined, segments: undefined }),
    })
  return (
    <li>
      <div className="funnel-name">
        <span className="matcher-name">{index + 1}</span>
        <span>{title(event)}</span>
        {index > 0 && (
          <span className="note figure">
            {t('reports.fromBefore')} <strong>{percent(step.count, before)}</strong> · {t('reports.fromFirst')} {percent(step.count, first)}
          </span>
        )}
      </div>
      <div className="funnel-bar" aria-hidden="true">
        <span className="on" style={{ width: width(step.count) }} />
        <span className="open" style={{ width: width(waiting) }} />
        <span className="lost" style={{ width: width(lost) }} />
      </div>
      <div className="funnel-figures">
        <span>
          <button
            type="button"
            className="number-button"
            aria-label={`${name} ${title(event)} ${shortNumber(step.count, language)}`}
            onClick={() => people({ step: index })}
          >
            <Count value={step.count} />
          </button>{' '}
          <span className="note">{t('reports.people')}</span>
        </span>
        {index > 0 && (
          <>
            {waiting > 0 && (
              <span className="note figure">
                {t('reports.inProgress')}{' '}
                <button
                  type="button"
                  className="number-button"
                  aria-label={`${name} ${t('reports.inProgress')} ${waiting}`}
                  onClick={() => people({ step: index - 1, inProgress: true })}
                >
                  {exactNumber(waiting)}
                </button>
              </span>
            )}
            <span className="note figure">
              {t('reports.lost')}{' '}
              {lost > 0 ? (
                <button
                  type="button"
                  className="number-button"
                  aria-label={`${name} ${t('reports.lost')} ${lost}`}
                  onClick={() => people({ step: index, dropped: true })}
                >
                  {exactNumber(lost)}
                </button>
              ) : (
                0
              )}
            </span>
            {step.medianSeconds !== null && (
              <span className="note" title={`${t('reports.average')} ${duration(step.averageSeconds ?? 0, t)}`}>
                {t('reports.median')} {duration(step.medianSeconds, t)}
              </span>
            )}
          </>
        )}
      </div>
    </li>
  )
}

const lengths = [
  [86_400, 'days'],
  [3600, 'hours'],
  [60, 'minutes'],
] as const

export function duration(seconds: number, t: Translate): string {
  const [size, unit] = lengths.find(([one]) => seconds >= one) ?? ([1, 'seconds'] as const)
  return t(`reports.durations.${unit}`, { value: Math.round((seconds / size) * 10) / 10 })
}
