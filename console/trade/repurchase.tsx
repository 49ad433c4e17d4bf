import { Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useAnswer } from '#console/reports/queries.ts'
import { CohortTable, LifetimeCurve } from '#console/trade/cohorts.tsx'
import { DueList } from '#console/trade/due-list.tsx'
import { FirstCohorts } from '#console/trade/first-cohorts.tsx'
import { Gaps } from '#console/trade/gaps.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { cohortDocument, gapsDocument, repurchaseDocument } from '#console/trade/queries.ts'
import { RepurchaseFigures } from '#console/trade/repurchase-figures.tsx'
import type { TradeProps } from '#console/trade/trade-page.tsx'
import { Columns, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'
import type { IntervalResult } from '#insight/reports/interval/schema.ts'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'

/** Who comes back, after how long, and what that is worth. */
export function Repurchase({ asked, drill }: TradeProps) {
  const { t } = useText()
  const again = useAnswer<RepurchaseResult>(repurchaseDocument(asked))
  const cohorts = useAnswer<CohortRevenueResult>(cohortDocument(asked))
  const gaps = useAnswer<IntervalResult>(gapsDocument(asked))
  if (again.error && !again.data)
    return (
      <Section>
        <Problem error={again.error} retry={() => void again.refetch()} />
      </Section>
    )
  if (!again.data)
    return (
      <Section>
        <Skeleton active paragraph={{ rows: 10 }} />
      </Section>
    )
  const { result } = again.data
  if (result.buyers === 0) return <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
  return (
    <>
      <RepurchaseFigures document={repurchaseDocument(asked)} result={result} drill={drill} />
      <Columns shares={[1, 1]}>
        <FirstCohorts document={repurchaseDocument(asked)} result={result} drill={drill} />
        {gaps.data ? <Gaps document={gapsDocument(asked)} result={gaps.data.result} drill={drill} /> : <Skeleton active />}
      </Columns>
      {cohorts.data && <CohortTable document={cohortDocument(asked)} result={cohorts.data.result} drill={drill} />}
      {cohorts.data && <LifetimeCurve result={cohorts.data.result} />}
      <DueList rows={result.rows ?? []} />
    </>
  )
}
