import { Select } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { columnNumber, meansOf, periodOf, type RetentionGroup, useRetentionGroups } from '#console/reports/retention-groups.ts'
import { RetentionTriangle } from '#console/reports/retention-triangle.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { RetentionResult } from '#insight/reports/retention/schema.ts'

type Props = ResultProps<RetentionResult>

/** How many come back on average, of all and of each group, and a triangle of the cohorts of one of them. */
export function RetentionResultView(props: Props) {
  const { t } = useText()
  const groups = useRetentionGroups(props.result)
  const [chosen, setChosen] = useState('all')
  const group = groups.find(({ key }) => key === chosen) ?? groups[0]
  if (!group || props.result.cohorts.every(({ size }) => size === 0)) {
    return (
      <Section>
        <Empty title={t('reports.noCohort')} hint={t('reports.noCohortHint')} />
      </Section>
    )
  }
  const choice = groups.length > 1 && (
    <Select
      aria-label={t('reports.shownGroup')}
      value={group.key}
      onChange={setChosen}
      options={groups.map(({ key, name }) => ({ value: key, label: name }))}
      popupMatchSelectWidth={false}
    />
  )
  return (
    <>
      <Average {...props} groups={groups} />
      {groups.length > 1 && <Means {...props} groups={groups} />}
      <RetentionTriangle {...props} group={group} choice={choice} />
    </>
  )
}

function Average({ document, result, groups }: Props & { groups: RetentionGroup[] }) {
  const { t } = useText()
  const means = groups.map(({ cohorts }) => meansOf(cohorts, result.complete))
  return (
    <Section>
      <Chart
        title={t('reports.averageReturn')}
        unit="%"
        note={t('reports.averageReturnNote')}
        height={groups.length > 1 ? 300 : 220}
        data={{
          kind: 'line',
          labels: (means[0] ?? []).map((_point, at) => t(`reports.after.${periodOf(document)}`, { number: columnNumber(document, at) })),
          series: groups.map(({ name }, i) => ({
            name: groups.length > 1 ? name : t('reports.returned'),
            values: means[i] ?? [],
            color: i,
          })),
          format: (value) => `${value}%`,
          most: 100,
        }}
      />
    </Section>
  )
}

function Means({ document, result, groups }: Props & { groups: RetentionGroup[] }) {
  const { t } = useText()
  const columns = meansOf(result.cohorts, result.complete)
  return (
    <Section flush title={t('reports.byGroup')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('reports.group')}</th>
              <th scope="col" className="right">
                {t('reports.allSizes')}
              </th>
              {columns.map((_mean, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                <th key={at} scope="col" className="right">
                  {t(`reports.after.${periodOf(document)}`, { number: columnNumber(document, at) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ key, name, cohorts }) => (
              <tr key={key}>
                <th scope="row">{name}</th>
                <td className="right">
                  <Count value={cohorts.reduce((sum, { size }) => sum + size, 0)} />
                </td>
                {meansOf(cohorts, result.complete).map((mean, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                  <td key={at} className="right figure">
                    {mean === null ? '—' : `${mean}%`}
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
