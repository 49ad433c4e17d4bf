import { useText } from '#console/i18n/i18n.ts'
import { Freshness } from '#console/reports/freshness.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import { CohortTable, LifetimeCurve } from '#console/trade/cohorts.tsx'
import { DueList } from '#console/trade/due-list.tsx'
import { FirstCohorts } from '#console/trade/first-cohorts.tsx'
import { Gaps } from '#console/trade/gaps.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { againDocument, cohortDocument, gapsDocument, longer, repurchaseDocument } from '#console/trade/queries.ts'
import { RepurchaseFigures } from '#console/trade/repurchase-figures.tsx'
import type { TradeProps } from '#console/trade/trade-page.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Columns } from '#console/ui/page.tsx'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'
import type { IntervalResult } from '#insight/reports/interval/schema.ts'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'

/** Who comes back, after how long, and what that is worth. */
export function Repurchase(props: TradeProps) {
  const { t } = useText()
  return (
    <Awaited read={useAnswer<RepurchaseResult>(repurchaseDocument(props.asked))}>
      {({ result, ...answer }) =>
        result.buyers === 0 ? (
          <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
        ) : (
          <>
            <Answer {...props} result={result} />
            <Freshness answer={answer} document={repurchaseDocument(props.asked)} />
          </>
        )
      }
    </Awaited>
  )
}

function Answer({ asked, drill, result }: TradeProps & { result: RepurchaseResult }) {
  const { t } = useText()
  const again = useAnswer<RepurchaseResult>(againDocument(asked))
  const cohorts = useAnswer<CohortRevenueResult>(cohortDocument(asked))
  const gaps = useAnswer<IntervalResult>(gapsDocument(asked))
  const { dateFrom: from, dateTo: to } = longer(asked)
  return (
    <>
      <Awaited read={again}>
        {(answer) => <RepurchaseFigures document={againDocument(asked)} result={answer.result} drill={drill} />}
      </Awaited>
      {from < asked.dateFrom && <p className="note">{t('trade.longer', { from, to })}</p>}
      <Columns shares={[1, 1]}>
        <FirstCohorts document={repurchaseDocument(asked)} result={result} drill={drill} />
        <Awaited read={gaps}>{(answer) => <Gaps document={gapsDocument(asked)} result={answer.result} drill={drill} />}</Awaited>
      </Columns>
      <Awaited read={cohorts}>
        {(answer) => (
          <>
            <CohortTable document={cohortDocument(asked)} result={answer.result} drill={drill} />
            <LifetimeCurve result={answer.result} />
          </>
        )}
      </Awaited>
      <DueList rows={result.rows ?? []} />
    </>
  )
}
