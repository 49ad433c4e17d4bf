import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Tgi, ToSegment } from '#console/portrait/dimension-card.tsx'
import { usePortrait, type Whom } from '#console/portrait/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section, Stack } from '#console/ui/page.tsx'
import { type MatrixKind, matrixKinds, type PortraitResult } from '#insight/reports/portrait/schema.ts'

/** Asked when it is looked at: scoring all buyers takes longer than the rest. */
export function MatrixView({ of }: { of: Whom }) {
  const { t } = useText()
  const [kind, setKind] = useState<MatrixKind>('layers')
  const asked = usePortrait({ of, base: { and: [] }, windowDays: 90, matrix: kind, dimensions: ['product'] })
  return (
    <Stack>
      <Segmented
        aria-label={t('portrait.matrixKind')}
        value={kind}
        onChange={setKind}
        options={matrixKinds.map((value) => ({ value, label: t(`portrait.matrixKinds.${value}`) }))}
      />
      <Awaited read={asked}>{({ result }) => <MatrixSection matrix={result.matrix} />}</Awaited>
    </Stack>
  )
}

type Matrix = NonNullable<PortraitResult['matrix']>
type Cell = Matrix['rows'][number]['cells'][number]

const measures = ['share', 'viewToOrder', 'refundShare'] as const

/** Products against groups: how many of each group bought it, bought after looking, and gave it back. */
export function MatrixSection({ matrix }: { matrix: PortraitResult['matrix'] }) {
  const { t, language } = useText()
  const [measure, setMeasure] = useState<(typeof measures)[number]>('share')
  const columns = (matrix?.columns ?? []).map((column, place) => ({ ...column, place })).filter(({ count }) => count > 0)
  if (!matrix || matrix.rows.length === 0 || columns.length === 0)
    return (
      <Section>
        <Empty title={t('portrait.noOrders')} hint={t('portrait.noOrdersHint')} />
      </Section>
    )
  return (
    <Section
      title={t('portrait.matrix')}
      note={t(`portrait.matrixNotes.${measure}`)}
      flush
      actions={
        <Segmented
          aria-label={t('portrait.measure')}
          value={measure}
          onChange={setMeasure}
          options={measures.map((value) => ({ value, label: t(`portrait.measures.${value}`) }))}
        />
      }
    >
      <div className="cross-scroll">
        <table className="cross">
          <thead>
            <tr>
              <th>{t('portrait.product')}</th>
              <th>{t('portrait.buyers')}</th>
              {columns.map(({ name, nameEn, count }) => (
                <th key={name}>
                  {language === 'zh' ? name : nameEn}
                  <span className="note figure"> {count}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map((row) => (
              <tr key={row.product}>
                <th scope="row" title={row.title}>
                  {row.title}
                </th>
                <td>
                  <Count value={row.count} />
                </td>
                {columns.map(({ name, place }) => {
                  const cell = row.cells[place]
                  const value = cell?.[measure] ?? null
                  return (
                    <td key={name} style={{ '--heat': `${Math.round(Math.min(1, value ?? 0) * 60)}%` } as React.CSSProperties}>
                      {cell && value !== null && (measure !== 'share' || cell.count > 0) ? (
                        <span className="cross-cell">
                          <span className="figure" title={t('portrait.ofSoMany', { count: wholeOf(cell, measure) })}>
                            {percent(value, 1)}
                          </span>
                          {measure === 'share' && <Tgi value={cell} />}
                          <ToSegment rule={cell.rule} within={undefined} name={`${row.title} ${name}`} count={cell.count} />
                        </span>
                      ) : (
                        <span className="mute">—</span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  )
}

/** How many people a share is of. */
const wholeOf = (cell: Cell, measure: (typeof measures)[number]): string =>
  exactNumber(
    measure === 'viewToOrder' ? cell.viewers : measure === 'refundShare' ? cell.count : Math.round(cell.count / (cell.share || 1)),
  )
