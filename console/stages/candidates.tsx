import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { CandidatesResultView } from '#console/stages/candidates-result.tsx'
import { Row } from '#console/ui/page.tsx'
import type { NorthStarResult } from '#insight/reports/north-star/schema.ts'

const outcomes = { retention: 30, repurchase: 60 } as const

/** Which early behaviours go before staying and buying again. */
export function Candidates(props: {
  dates: { dateFrom: string; dateTo: string }
  outcome: string | undefined
  early: string | undefined
  show: (change: { outcome?: string; early?: string }) => void
}) {
  const { t } = useText()
  const kind = props.outcome === 'repurchase' ? 'repurchase' : 'retention'
  const earlyDays = [3, 7, 14].find((days) => String(days) === props.early) ?? 7
  const document = { type: 'north_star', ...props.dates, earlyDays, outcome: { kind, days: outcomes[kind] } }
  return (
    <>
      <Row>
        <Select
          aria-label={t('stages.candidates.outcome')}
          value={kind}
          onChange={(outcome) => props.show({ outcome })}
          options={(['retention', 'repurchase'] as const).map((value) => ({ value, label: t(`stages.candidates.${value}`) }))}
        />
        <Select
          aria-label={t('stages.candidates.early')}
          value={earlyDays}
          onChange={(days) => props.show({ early: String(days) })}
          options={[3, 7, 14].map((days) => ({ value: days, label: t('stages.candidates.earlyDays', { days }) }))}
        />
      </Row>
      <Answered<NorthStarResult> document={document}>
        {(result, drill) => <CandidatesResultView document={document} result={result} drill={drill} />}
      </Answered>
    </>
  )
}
