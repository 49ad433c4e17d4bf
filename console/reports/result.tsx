import { Button } from 'antd'
import type { ReactNode } from 'react'
import { ApiError } from '#console/api/client.ts'
import { AttributionResultView } from '#console/attribution/attribution-result.tsx'
import { BalanceResultView } from '#console/balance/balance-result.tsx'
import { EconomicsResultView } from '#console/economics/economics-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { MetricResultView } from '#console/metrics/metric-result.tsx'
import { HeatmapResultView } from '#console/pages/heatmap-result.tsx'
import { PortraitResultView } from '#console/portrait/report-result.tsx'
import { LifecycleResultView, StickinessResultView } from '#console/reports/activity-result.tsx'
import { DistributionResultView } from '#console/reports/distribution-result.tsx'
import { change, type Document, isComplete, isUnchosen } from '#console/reports/document.ts'
import { EffectResultView } from '#console/reports/effect-result.tsx'
import { NoExperiment } from '#console/reports/experiment-choice.tsx'
import { ExperimentResultView } from '#console/reports/experiment-result.tsx'
import { Freshness } from '#console/reports/freshness.tsx'
import { FunnelResultView } from '#console/reports/funnel-result.tsx'
import { InfluenceResultView } from '#console/reports/influence-result.tsx'
import { PagesResultView } from '#console/reports/pages-result.tsx'
import { PathsResultView } from '#console/reports/paths-result.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import { RetentionResultView } from '#console/reports/retention-result.tsx'
import { RfmResultView } from '#console/reports/rfm-result.tsx'
import {
  BasketResultView,
  CohortRevenueResultView,
  ProductsResultView,
  RepurchaseResultView,
  TradeResultView,
} from '#console/reports/trade-results.tsx'
import { TrendResultView } from '#console/reports/trend-result.tsx'
import { ReviewResultView } from '#console/reviews/review-result.tsx'
import { ScoreResultView } from '#console/scores/score-result.tsx'
import { SegmentResultView } from '#console/segments/report-result.tsx'
import { CandidatesResultView } from '#console/stages/candidates-result.tsx'
import { StagesResultView } from '#console/stages/stages-result.tsx'
import { Gaps } from '#console/trade/gaps.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { ClvResultView } from '#console/value/clv-result.tsx'
import { HighValueResultView } from '#console/value/high-value-result.tsx'
import { LayersResultView } from '#console/value/layers-result.tsx'
import { QuadrantResultView } from '#console/value/quadrant-result.tsx'
import { WasteResultView } from '#console/waste/waste-result.tsx'
import type { AttributionResult } from '#insight/reports/attribution/schema.ts'
import type { BalanceResult } from '#insight/reports/balance/schema.ts'
import type { BasketResult } from '#insight/reports/basket/schema.ts'
import type { ClvResult } from '#insight/reports/clv/schema.ts'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'
import type { DistributionResult } from '#insight/reports/distribution/schema.ts'
import type { EconomicsResult } from '#insight/reports/economics/schema.ts'
import type { EffectResult } from '#insight/reports/effect/schema.ts'
import type { ExperimentResult } from '#insight/reports/experiment/schema.ts'
import type { FunnelResult } from '#insight/reports/funnel/schema.ts'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'
import type { HighValueResult } from '#insight/reports/high-value/schema.ts'
import type { InfluenceResult } from '#insight/reports/influence/schema.ts'
import type { IntervalResult } from '#insight/reports/interval/schema.ts'
import type { LayersResult } from '#insight/reports/layers/schema.ts'
import type { LifecycleResult } from '#insight/reports/lifecycle/schema.ts'
import type { MetricResult } from '#insight/reports/metric/schema.ts'
import type { NorthStarResult } from '#insight/reports/north-star/schema.ts'
import type { PagesResult } from '#insight/reports/pages/schema.ts'
import type { PathsResult } from '#insight/reports/paths/schema.ts'
import type { PortraitResult } from '#insight/reports/portrait/schema.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'
import type { QuadrantResult } from '#insight/reports/quadrant/schema.ts'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'
import type { RetentionResult } from '#insight/reports/retention/schema.ts'
import type { ReviewResult } from '#insight/reports/review/schema.ts'
import type { RfmResult } from '#insight/reports/rfm/schema.ts'
import type { ScoreResult } from '#insight/reports/score/schema.ts'
import type { SegmentResult } from '#insight/reports/segment/schema.ts'
import type { StagesResult } from '#insight/reports/stages/schema.ts'
import type { StickinessResult } from '#insight/reports/stickiness/schema.ts'
import type { TradeResult } from '#insight/reports/trade/schema.ts'
import type { TrendResult } from '#insight/reports/trend/schema.ts'
import type { WasteResult } from '#insight/reports/waste/schema.ts'

/** Whom to list for a number: the document that answers with persons, or the rows of an RFM group. */
export interface Drill {
  title: string
  report: Document
  group?: string
}

export interface ResultProps<Result> {
  document: Document
  result: Result
  drill: (drill: Drill) => void
}

/** What the document answers. */
export function ResultView({
  document,
  drill,
  onChange,
}: {
  document: Document
  drill: (drill: Drill) => void
  onChange: (next: Document) => void
}) {
  const { t } = useText()
  const answer = useAnswer<unknown>(document)
  if (isUnchosen(document)) return <NoExperiment document={document} onChange={(fields) => onChange(change(document, fields))} />
  if (!isComplete(document))
    return (
      <Section>
        <Empty title={t('reports.incomplete')} hint={t('reports.incompleteHint')} />
      </Section>
    )
  if (isMixed(answer.error) && document.type === 'rfm')
    return (
      <Section>
        <Empty
          title={t('reports.whichCurrency')}
          hint={t('reports.whichCurrencyHint')}
          action={
            <Row>
              {currenciesOf(answer.error).map((currency) => (
                <Button key={currency} onClick={() => onChange(change(document, { currency }))}>
                  {currency}
                </Button>
              ))}
            </Row>
          }
        />
      </Section>
    )
  return (
    <Awaited read={answer}>
      {(data) => (
        <>
          {drawn({ document, result: data.result, drill })}
          <Freshness answer={data} document={document} />
        </>
      )}
    </Awaited>
  )
}

const isMixed = (error: Error | null): error is ApiError => error instanceof ApiError && error.code === 'report.currencies_mixed'

const currenciesOf = ({ details }: ApiError): string[] => (Array.isArray(details.currencies) ? details.currencies.map(String) : [])

function drawn(props: ResultProps<unknown>): ReactNode {
  switch (props.document.type) {
    case 'funnel':
      return <FunnelResultView {...props} result={props.result as FunnelResult} />
    case 'trend':
      return <TrendResultView {...props} result={props.result as TrendResult} />
    case 'retention':
      return <RetentionResultView {...props} result={props.result as RetentionResult} />
    case 'trade':
      return <TradeResultView {...props} result={props.result as TradeResult} />
    case 'products':
      return <ProductsResultView {...props} result={props.result as ProductsResult} />
    case 'basket':
      return <BasketResultView {...props} result={props.result as BasketResult} />
    case 'repurchase':
      return <RepurchaseResultView {...props} result={props.result as RepurchaseResult} />
    case 'cohort_revenue':
      return <CohortRevenueResultView {...props} result={props.result as CohortRevenueResult} />
    case 'interval':
      return <Gaps {...props} result={props.result as IntervalResult} />
    case 'rfm':
      return <RfmResultView {...props} result={props.result as RfmResult} />
    case 'distribution':
      return <DistributionResultView {...props} result={props.result as DistributionResult} />
    case 'metric':
      return <MetricResultView {...props} result={props.result as MetricResult} />
    case 'paths':
      return <PathsResultView {...props} result={props.result as PathsResult} />
    case 'lifecycle':
      return <LifecycleResultView {...props} result={props.result as LifecycleResult} />
    case 'stickiness':
      return <StickinessResultView {...props} result={props.result as StickinessResult} />
    case 'pages':
      return <PagesResultView {...props} result={props.result as PagesResult} />
    case 'heatmap':
      return <HeatmapResultView {...props} result={props.result as HeatmapResult} />
    case 'clv':
      return <ClvResultView {...props} result={props.result as ClvResult} />
    case 'experiment':
      return <ExperimentResultView {...props} result={props.result as ExperimentResult} />
    case 'influence':
      return <InfluenceResultView {...props} result={props.result as InfluenceResult} />
    case 'quadrant':
      return <QuadrantResultView {...props} result={props.result as QuadrantResult} />
    case 'layers':
      return <LayersResultView {...props} result={props.result as LayersResult} />
    case 'score':
      return <ScoreResultView {...props} result={props.result as ScoreResult} />
    case 'segment':
      return <SegmentResultView {...props} result={props.result as SegmentResult} />
    case 'portrait':
      return <PortraitResultView {...props} result={props.result as PortraitResult} />
    case 'high_value':
      return <HighValueResultView {...props} result={props.result as HighValueResult} />
    case 'attribution':
      return <AttributionResultView {...props} result={props.result as AttributionResult} />
    case 'economics':
      return <EconomicsResultView {...props} result={props.result as EconomicsResult} />
    case 'stages':
      return <StagesResultView {...props} result={props.result as StagesResult} />
    case 'north_star':
      return <CandidatesResultView {...props} result={props.result as NorthStarResult} />
    case 'waste':
      return <WasteResultView {...props} result={props.result as WasteResult} />
    case 'effect':
      return <EffectResultView {...props} result={props.result as EffectResult} />
    case 'review':
      return <ReviewResultView {...props} result={props.result as ReviewResult} />
    case 'balance':
      return <BalanceResultView {...props} result={props.result as BalanceResult} />
    default:
      return (
        <Section>
          <pre className="code">{JSON.stringify(props.result, null, 2)}</pre>
        </Section>
      )
  }
}
