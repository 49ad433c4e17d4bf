import { Dropdown, Segmented } from 'antd'
import { type ReactNode, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { columnNumber, isOver, periodOf, type RetentionGroup } from '#console/reports/retention-groups.ts'
import { Count } from '#console/ui/count.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { RetentionResult } from '#insight/reports/retention/schema.ts'

type Props = ResultProps<RetentionResult> & { group: RetentionGroup }

/** A triangle of cohorts: the deeper the colour, the more came back. Behind each cell stand who did and who did not. */
export function RetentionTriangle({ choice, ...props }: Props & { choice: ReactNode }) {
  const { t } = useText()
  const [shares, setShares] = useState(true)
  const { document, group, drill } = props
  const period = periodOf(document)
  const longest = Math.max(...group.cohorts.map(({ values }) => values.length))
  return (
    <Section
      flush
      title={t('reports.cohortTable')}
      note={t('reports.cohortNote')}
      actions={
        <>
          {choice}
          <Segmented
            aria-label={t('reports.shownAs')}
            value={shares ? 'share' : 'count'}
            onChange={(value) => setShares(value === 'share')}
            options={[
              { value: 'share', label: '%' },
              { value: 'count', label: t('reports.people') },
            ]}
          />
        </>
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
                  {t(`reports.after.${period}`, { number: columnNumber(document, at) })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {group.cohorts.map(({ start, size, values }, cohort) => (
              <tr key={start}>
                <th scope="row" className="figure">
                  {intervalLabel(start, period)}
                </th>
                <td className="right">
                  {document.unit === 'device' ? (
                    <Count value={size} />
                  ) : (
                    <PeopleNumber
                      value={size}
                      onClick={() =>
                        drill({
                          title: named(t('reports.cohortOf', { start: intervalLabel(start, period) }), group),
                          report: change(document, { ...group.fields, persons: { cohort, ...group.of } }),
                        })
                      }
                    />
                  )}
                </td>
                {values.map((_value, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a column is its distance
                  <Cell key={at} {...props} cohort={cohort} at={at} shares={shares} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

const named = (title: string, { key, name }: RetentionGroup): string => (key === 'all' ? title : `${title} · ${name}`)

function Cell({ document, result, group, drill, cohort, at, shares }: Props & { cohort: number; at: number; shares: boolean }) {
  const { t } = useText()
  const { start = '', size = 0, values = [] } = group.cohorts[cohort] ?? {}
  const value = values[at] ?? 0
  const over = isOver(group.cohorts, result.complete, cohort, at)
  const period = periodOf(document)
  const text = size === 0 ? '—' : shares ? percent(value, size) : exactNumber(value)
  const people = (kept: boolean) => {
    const after = t(`reports.after.${period}`, { number: columnNumber(document, at) })
    drill({
      title: named(t(kept ? 'reports.keptOf' : 'reports.notKeptOf', { start: intervalLabel(start, period), after }), group),
      report: change(document, { ...group.fields, persons: { cohort, interval: at, kept, ...group.of } }),
    })
  }
  const items = [
    { key: 'kept', label: t('reports.kept', { people: exactNumber(value) }), disabled: value === 0, onClick: () => people(true) },
    {
      key: 'not',
      label: t(over ? 'reports.notKept' : 'reports.notKeptYet', { people: exactNumber(size - value) }),
      disabled: value === size,
      onClick: () => people(false),
    },
  ]
  return (
    <td
      className={over ? 'heat-cell' : 'heat-cell open'}
      style={{ '--heat': `${heat(value, size, at)}%` } as object}
      title={`${exactNumber(value)} / ${exactNumber(size)}${over ? '' : ` · ${t('reports.openInterval')}`}`}
    >
      {size === 0 || at === 0 || document.unit === 'device' ? (
        text
      ) : (
        <Dropdown trigger={['click']} menu={{ items }}>
          <button type="button" className="cell-button">
            {text}
          </button>
        </Dropdown>
      )}
    </td>
  )
}

/** The first column is always everybody and would drown the rest. */
const heat = (value: number, size: number, at: number): number => (size === 0 ? 0 : at === 0 ? 6 : Math.round(Math.sqrt(value / size) * 60))
