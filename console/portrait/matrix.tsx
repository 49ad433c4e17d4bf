import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Tgi, ToSegment } from '#console/portrait/dimension-card.tsx'
import { usePortrait, type Whom } from '#console/portrait/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { percent } from '#console/ui/format.ts'
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

/** Products against groups: how many of each group bought it, and whether that is more than usual. */
export function MatrixSection({ matrix }: { matrix: PortraitResult['matrix'] }) {
  const { t, language } = useText()
  const columns = (matrix?.columns ?? []).map((column, place) => ({ ...column, place })).filter(({ count }) => count > 0)
  if (!matrix || matrix.rows.length === 0 || columns.length === 0)
    return (
      <Section>
        <Empty title={t('portrait.noOrders')} hint={t('portrait.noOrdersHint')} />
      </Section>
    )
  return (
    <Section title={t('portrait.matrix')} note={t('portrait.matrixNote')} flush>
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
                  return (
                    <td key={name} style={{ '--heat': `${Math.round(Math.min(1, cell?.share ?? 0) * 60)}%` } as React.CSSProperties}>
                      {cell && cell.count > 0 ? (
                        <span className="cross-cell">
                          <span className="figure">{percent(cell.share ?? 0, 1)}</span>
                          <Tgi value={cell} />
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
