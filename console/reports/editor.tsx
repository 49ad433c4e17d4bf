import type { ReactNode } from 'react'
import { MetricEditor } from '#console/metrics/metric-editor.tsx'
import { PortraitEditor } from '#console/portrait/report-editor.tsx'
import { ActivityEditor } from '#console/reports/activity-editor.tsx'
import {
  AttributionEditor,
  BalanceEditor,
  EconomicsEditor,
  NorthStarEditor,
  ReviewEditor,
  StagesEditor,
  WasteEditor,
} from '#console/reports/channel-editors.tsx'
import { DistributionEditor } from '#console/reports/distribution-editor.tsx'
import { type Document, isEditable } from '#console/reports/document.ts'
import { EffectEditor } from '#console/reports/effect-editor.tsx'
import { ExperimentEditor } from '#console/reports/experiment-editor.tsx'
import { FunnelEditor } from '#console/reports/funnel-editor.tsx'
import { HeatmapEditor, PagesEditor } from '#console/reports/pages-editor.tsx'
import { PathsEditor } from '#console/reports/paths-editor.tsx'
import { RetentionEditor } from '#console/reports/retention-editor.tsx'
import { RfmEditor } from '#console/reports/rfm-editor.tsx'
import {
  BasketEditor,
  CohortRevenueEditor,
  IntervalEditor,
  ProductsEditor,
  RepurchaseEditor,
  TradeEditor,
} from '#console/reports/trade-editors.tsx'
import { TrendEditor } from '#console/reports/trend-editor.tsx'
import { ScoreEditor } from '#console/scores/score-editor.tsx'
import { SegmentEditor } from '#console/segments/report-editor.tsx'
import { ClvEditor, HighValueEditor, InfluenceEditor, LayersEditor, QuadrantEditor } from '#console/value/editors.tsx'

export interface EditorProps {
  document: Document
  /** Undefined takes a field away. */
  onChange: (fields: Record<string, unknown>) => void
}

export function Editor(props: EditorProps): ReactNode {
  const { type } = props.document
  if (!isEditable(type)) return null
  switch (type) {
    case 'score':
      return <ScoreEditor {...props} />
    case 'segment':
      return <SegmentEditor {...props} />
    case 'portrait':
      return <PortraitEditor {...props} />
    case 'metric':
      return <MetricEditor {...props} />
    case 'funnel':
      return <FunnelEditor {...props} />
    case 'trend':
      return <TrendEditor {...props} />
    case 'retention':
      return <RetentionEditor {...props} />
    case 'trade':
      return <TradeEditor {...props} />
    case 'products':
      return <ProductsEditor {...props} />
    case 'basket':
      return <BasketEditor {...props} />
    case 'repurchase':
      return <RepurchaseEditor {...props} />
    case 'cohort_revenue':
      return <CohortRevenueEditor {...props} />
    case 'interval':
      return <IntervalEditor {...props} />
    case 'rfm':
      return <RfmEditor {...props} />
    case 'pages':
      return <PagesEditor {...props} />
    case 'heatmap':
      return <HeatmapEditor {...props} />
    case 'distribution':
      return <DistributionEditor {...props} />
    case 'paths':
      return <PathsEditor {...props} />
    case 'clv':
      return <ClvEditor {...props} />
    case 'quadrant':
      return <QuadrantEditor {...props} />
    case 'layers':
      return <LayersEditor {...props} />
    case 'high_value':
      return <HighValueEditor {...props} />
    case 'influence':
      return <InfluenceEditor {...props} />
    case 'experiment':
      return <ExperimentEditor {...props} />
    case 'attribution':
      return <AttributionEditor {...props} />
    case 'economics':
      return <EconomicsEditor {...props} />
    case 'stages':
      return <StagesEditor {...props} />
    case 'north_star':
      return <NorthStarEditor {...props} />
    case 'waste':
      return <WasteEditor {...props} />
    case 'effect':
      return <EffectEditor {...props} />
    case 'review':
      return <ReviewEditor {...props} />
    case 'balance':
      return <BalanceEditor {...props} />
    case 'lifecycle':
    case 'stickiness':
      return <ActivityEditor {...props} />
  }
}
