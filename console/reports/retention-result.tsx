import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { change, textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { RetentionResult } from '#insight/reports/retention/schema.ts'

type Props = ResultProps<RetentionResult>

/** A triangle of cohorts: the deeper the colour, the more came back. */
export function RetentionResultView(props: Props) {
  const { t } = useText()
  const { cohorts } = props.result
  if (cohorts.every(({ size }) => size === 0)) {
    return (
      <Section>
        <Empty title={t('reports.noCohort')} hint={t('reports.noCohortHint')} />
      </Section>
    )
  }
  return (
    <>
      <Average {...props} />
      <Triangle {...props} />
    </>
  )
}

function Average({ document, result }: Props) {
  const { t } = useText()
  const period = textOf(document.period, 'day')
  const longest = Math.max(...result.cohorts.map(({ values }) => values.length))
  const points = Array.from({ length: longest }, (_, at) => {
    const whole = result.cohorts.filter(({ values }, cohort) => values[at] !== undefined && isOver(result, cohort, at))
    const size = whole.reduce((sum, cohort) => sum + cohort.size, 0)
    const back = whole.reduce((sum, cohort) => sum + (cohort.values[at] ?? 0), 0)
    return size === 0 ? null : Math.round((back / size) * 1000) / 10
  })
  return (
    <Section>
      <Chart
        title={t('reports.averageReturn')}
        unit="%"
        note={t('reports.averageReturnNote')}
        height={220}
        data={{
          kind: 'line',
          labels: points.map((_point, at) => t(`reports.after.${periodOf(period)}`, { number: columnNumber(document, at) })),
          series: [{ name: t('reports.returned'), values: points }],
          format: (value) => `${value}%`,
          most: 100,
        }}
      />
    </Section>
  )
}

function Triangle({ document, result, drill }: Props) {
  const { t } = useText()
  const [shares, setShares] = useState(true)
  const period = textOf(document.period, 'day')
  const longest = Math.max(...result.cohorts.map(({ values }) => values.length))
  const people = (cohort: number) =>
    drill({
      title: t('reports.cohortOf', { start: intervalLabel(result.cohorts[cohort]?.start ?? '', period) }),
      report: change(document, { persons: { cohort } }),
    })
  return (
    <Section
      flush
      title={t('reports.cohortTable')}
      note={t('reports.cohortNote')}
      actions={
        <Segmented
          aria-label={t('reports.shownAs')}
          value={shares ? 'share' : 'count'}
          onChange={(value) => setShares(value === 'share')}
          options={[
            { value: 'share', label: '%' },
            { value: 'count', label: t('reports.people') },
          ]}
        />
      }
    >
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th scope="col">{t('reports.cohortStart')}</th>
              <th scope="col" className="right">
                {t('reports.size')}
              </th>
              {Array.from({ length: longest }, (_, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                <th key={at} scope="col">
                  {t(`reports.after.${periodOf(period)}`, { number: columnNumber(document, at) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.cohorts.map(({ start, size, values }, cohort) => (
              <tr key={start}>
                <th scope="row" className="figure">
                  {intervalLabel(start, period)}
                </th>
                <td className="right">
                  {size > 0 && document.unit !== 'device' ? (
                    <button type="button" className="number-button" onClick={() => people(cohort)}>
                      <Count value={size} />
                    </button>
                  ) : (
                    <Count value={size} />
                  )}
                </td>
                {values.map((value, at) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                    key={at}
                    className={isOver(result, cohort, at) ? 'heat-cell' : 'heat-cell open'}
                    style={{ '--heat': `${heat(value, size, at)}%` } as object}
                    title={`${exactNumber(value)} / ${exactNumber(size)}${isOver(result, cohort, at) ? '' : ` · ${t('reports.openInterval')}`}`}
                  >
                    {size === 0 ? '—' : shares ? percent(value, size) : exactNumber(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

/** Whoever still has time to come back is no one who stayed away: such a value stands in no mean. */
const isOver = ({ cohorts, complete }: RetentionResult, cohort: number, at: number): boolean =>
  at < (complete?.[cohort] ?? cohorts[cohort]?.values.length ?? 0)

/** The first column is always everybody and would drown the rest. */
const heat = (value: number, size: number, at: number): number => (size === 0 ? 0 : at === 0 ? 6 : Math.round(Math.sqrt(value / size) * 60))

/** Brackets follow one another and hold as many intervals as they say: [1, 3] is 1 and 2–4. */
function columnNumber({ mode, brackets }: Props['document'], at: number): string {
  if (mode !== 'brackets' || !Array.isArray(brackets) || at === 0) return String(at)
  const lengths = brackets.slice(0, at).map(Number)
  const last = lengths.reduce((sum, length) => sum + length, 0)
  const first = last - (lengths.at(-1) ?? 1) + 1
  return first === last ? String(last) : `${first}–${last}`
}

const periodOf = (period: string) => (period === 'hour' || period === 'week' || period === 'month' ? period : 'day')
