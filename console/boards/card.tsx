import { Link, useNavigate } from '@tanstack/react-router'
import { Skeleton } from 'antd'
import type { Card } from '#console/boards/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { MetricCard } from '#console/metrics/metric-card.tsx'
import type { MetricValue, Span } from '#console/metrics/queries.ts'
import { LoopDrawing } from '#console/overview/loop-drawing.tsx'
import { type Counts, steps } from '#console/overview/loop-steps.ts'
import { type Overview, useOverview } from '#console/overview/queries.ts'
import type { Document } from '#console/reports/document.ts'
import { useReport } from '#console/reports/queries.ts'
import { type Drill, ResultView } from '#console/reports/result.tsx'
import { Section } from '#console/ui/page.tsx'
import { overDays } from '#insight/boards/over-days.ts'

export interface CardProps {
  card: Card
  days: number
  span: Span
  drill: (drill: Drill) => void
  value: MetricValue | undefined
  weak: boolean
  hint: string | undefined
}

export function BoardCard(props: CardProps) {
  const { card, value } = props
  switch (card.kind) {
    case 'metric':
      return value ? (
        <MetricCard value={value} days={props.days} big={card.size !== 'small'} weak={props.weak} hint={props.hint} />
      ) : (
        <div className="metric-card">
          <Skeleton active paragraph={{ rows: 2 }} />
        </div>
      )
    case 'report':
      return <ReportCard id={card.report} span={props.span} drill={props.drill} />
    case 'loop':
      return <LoopCard span={props.span} />
    case 'note':
      return (
        <Section>
          <p className="board-note">{card.text}</p>
        </Section>
      )
  }
}

/** A saved report over the board's days; its name opens the whole of it. */
function ReportCard({ id, span, drill }: { id: string; span: Span; drill: (drill: Drill) => void }) {
  const { t } = useText()
  const saved = useReport(id)
  if (saved.error) return <Section>{t('boards.gone')}</Section>
  if (saved.data?.id !== id)
    return (
      <Section>
        <Skeleton active />
      </Section>
    )
  const document = overDays(saved.data.report as Document, { dateFrom: span.from, dateTo: span.to })
  return (
    <div className="board-report">
      <p className="note">
        <Link to="/reports/$reportId" params={{ reportId: id }} search={{}}>
          {saved.data.name}
        </Link>
      </p>
      <ResultView document={document} drill={drill} onChange={() => undefined} />
    </div>
  )
}

function LoopCard({ span }: { span: Span }) {
  const { t } = useText()
  const navigate = useNavigate()
  const overview = useOverview(span)
  if (!overview.data)
    return (
      <Section>
        <Skeleton active />
      </Section>
    )
  return (
    <Section flush title={t('boards.loop')}>
      <LoopDrawing
        now={countsOf(overview.data, 'total')}
        before={countsOf(overview.data, 'before')}
        span={span}
        onPick={(step) => void navigate({ to: '/', search: { ...span, step } })}
      />
    </Section>
  )
}

const countsOf = ({ loop }: Overview, which: 'total' | 'before'): Counts =>
  Object.fromEntries(steps.map((step) => [step, loop[step][which] ?? 0])) as Counts
