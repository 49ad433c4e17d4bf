import { Skeleton } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useAnswer } from '#console/reports/queries.ts'
import { usePartText } from '#console/scores/part-text.ts'
import { Facts, Section } from '#console/ui/page.tsx'
import { partsOf, type ScoreKind } from '#insight/reports/score/rules.ts'
import type { ScoreResult } from '#insight/reports/score/schema.ts'

type Row = ScoreResult['rows'][number]

/** How close and how loyal one customer is, and out of what; friendships with several employees one by one. */
export function CustomerScores({ customerId }: { customerId: string }) {
  return useMay()('reports.read') ? <Scores customerId={customerId} /> : null
}

function Scores({ customerId }: { customerId: string }) {
  const { t } = useText()
  const ask = (score: ScoreKind, more: object = {}) => ({ type: 'score', score, among: [customerId], ...more })
  const close = useAnswer<ScoreResult>(ask('relationship'))
  const loyal = useAnswer<ScoreResult>(ask('loyalty'))
  const pairs = useAnswer<ScoreResult>(ask('relationship', { byEmployee: true }))
  const rows = [close, loyal].flatMap(({ data }) => (data?.result.rows[0] ? [{ kind: data.result.score, row: data.result.rows[0] }] : []))
  const each = pairs.data?.result.rows ?? []
  return (
    <Section title={t('scores.ofCustomer')}>
      {!close.data && !close.error ? (
        <Skeleton active paragraph={{ rows: 2 }} />
      ) : rows.length === 0 ? (
        <p className="note">{t('scores.noScore')}</p>
      ) : (
        rows.map(({ kind, row }) => <Score key={kind} kind={kind} row={row} />)
      )}
      {each.length > 1 && (
        <>
          <p className="note">{t('scores.withEmployee')}</p>
          <Facts
            items={each.map(({ employee, score }) => ({
              name: employee?.name ?? '—',
              value: <span className="figure">{score.toFixed(1)}</span>,
            }))}
          />
        </>
      )}
    </Section>
  )
}

function Score({ kind, row }: { kind: ScoreKind; row: Row }) {
  const { t } = useText()
  const tell = usePartText()
  const known = partsOf[kind].filter((part) => row.parts[part] !== null)
  return (
    <div className="score-card">
      <p className="row between">
        <strong>{t(`scores.kinds.${kind}`)}</strong>
        <span className="stat-value figure">{row.score.toFixed(1)}</span>
      </p>
      <Facts
        items={known.map((part) => ({
          name: t(`scores.parts.${part}`),
          value: (
            <span title={tell(part, row.facts)}>
              <span className="part" style={{ backgroundSize: `${row.parts[part] ?? 0}% 100%` }}>
                {(row.parts[part] ?? 0).toFixed(0)}
              </span>{' '}
              <span className="note">{tell(part, row.facts)}</span>
            </span>
          ),
        }))}
      />
    </div>
  )
}
