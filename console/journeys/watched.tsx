import { Select, Skeleton } from 'antd'
import { useMay, useTenant } from '#console/api/session.ts'
import { TrialLines } from '#console/experiments/trial-lines.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { Counts } from '#console/journeys/queries.ts'
import { MetricCard } from '#console/metrics/metric-card.tsx'
import { type Span, useMetricValues } from '#console/metrics/queries.ts'
import { Field } from '#console/reports/fields.tsx'
import { dayOf, daysBefore, exactNumber, todayIn } from '#console/ui/format.ts'
import { Section, Stack } from '#console/ui/page.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'
import type { Definition } from '#operation/journeys/definition.ts'
import type { Journey } from '#operation/journeys/schema.ts'

/** What a journey is for, in numbers: its trial metric and its growth metric; and of which version the drawing's numbers are. */
export function Watched(props: {
  journey: Journey
  drawing: Definition
  counts: Counts | undefined
  trials: readonly Experiment[]
  version: number | undefined
  onVersion: (version: number | undefined) => void
}) {
  const { t } = useText()
  const { counts, drawing } = props
  const may = useMay()('reports.read')
  const named = { trialMetric: drawing.trialMetric, growthMetric: drawing.growthMetric }
  const span = useSpan(props.journey, counts)
  const isStarted = props.journey.version > 0
  return (
    <Section title={t('journeys.measures')} note={t(isStarted ? 'journeys.measuresNote' : 'journeys.measuresEarly')}>
      <Stack>
        {may && <Cards named={named} span={span} />}
        <TrialLines trials={props.trials} />
        {counts && counts.versions.length > 1 && (
          <Field name={t('journeys.countsOf')}>
            <Select
              className="wide"
              aria-label={t('journeys.countsOf')}
              // Whoever may not change the journey may still choose what they look at.
              disabled={false}
              value={props.version ?? 0}
              options={[
                { value: 0, label: t('journeys.allVersions') },
                ...counts.versions.map(({ version, active }) => ({
                  value: version,
                  label: t('journeys.versionPeople', { version, count: exactNumber(active) }),
                })),
              ]}
              onChange={(version: number) => props.onVersion(version || undefined)}
            />
          </Field>
        )}
      </Stack>
    </Section>
  )
}

type Named = Record<'trialMetric' | 'growthMetric', string | null>

function Cards({ named, span }: { named: Named; span: Span & { days: number } }) {
  const { t } = useText()
  const { days, ...dates } = span
  const roles = (['trialMetric', 'growthMetric'] as const).flatMap((role) => (named[role] === null ? [] : [{ role, key: named[role] }]))
  const values = useMetricValues([...new Set(roles.map(({ key }) => key))], dates)
  if (roles.length === 0) return <p className="note">{t('journeys.noMeasures')}</p>
  if (!values.data) return <Skeleton active />
  const measured = (key: string) => values.data.items.find((one) => one.key === key)
  return (
    <div className="metric-grid">
      {roles.map(({ role, key }) => {
        const value = measured(key)
        return (
          <div key={role}>
            <p className="note">{t(`journeys.${role}`)}</p>
            {value && <MetricCard value={value} days={days} />}
          </div>
        )
      })}
    </div>
  )
}

const mostDays = 90
const dayMs = 86_400_000

/** The days that it runs: since its first version, until today or until it was stopped. */
function useSpan({ state, updatedAt }: Journey, counts: Counts | undefined): Span & { days: number } {
  const { timezone } = useTenant()
  const to = state === 'stopped' ? dayOf(updatedAt, timezone) : todayIn(timezone)
  const first = counts?.versions.at(-1)
  const from = first ? dayOf(first.publishedAt, timezone) : daysBefore(to, 29)
  const days = Math.min(mostDays, Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1)
  return { from: daysBefore(to, days - 1), to, days }
}
