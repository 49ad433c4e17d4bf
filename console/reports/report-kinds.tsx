import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { type EditableType, editableTypes } from '#console/reports/document.ts'
import { Section } from '#console/ui/page.tsx'

const subjects = ['behaviour', 'customers', 'trade', 'growth'] as const
type Subject = (typeof subjects)[number]

const subjectOf: Record<EditableType, Subject> = {
  metric: 'behaviour',
  funnel: 'behaviour',
  trend: 'behaviour',
  retention: 'behaviour',
  lifecycle: 'behaviour',
  stickiness: 'behaviour',
  distribution: 'behaviour',
  interval: 'behaviour',
  paths: 'behaviour',
  pages: 'behaviour',
  heatmap: 'behaviour',
  rfm: 'customers',
  quadrant: 'customers',
  layers: 'customers',
  high_value: 'customers',
  score: 'customers',
  segment: 'customers',
  portrait: 'customers',
  clv: 'customers',
  influence: 'customers',
  trade: 'trade',
  products: 'trade',
  basket: 'trade',
  repurchase: 'trade',
  cohort_revenue: 'trade',
  attribution: 'growth',
  economics: 'growth',
  stages: 'growth',
  north_star: 'growth',
  waste: 'growth',
  balance: 'growth',
  effect: 'growth',
  review: 'growth',
  experiment: 'growth',
}

/** Every question that can be asked, by what it is about. */
export function ReportKinds() {
  const { t } = useText()
  return (
    <Section title={t('reports.ask')}>
      {subjects.map((subject) => (
        <div key={subject} className="report-subject">
          <h3 className="note">{t(`reports.subjects.${subject}`)}</h3>
          <ul className="report-kinds">
            {editableTypes
              .filter((type) => subjectOf[type] === subject)
              .map((type) => (
                <Kind key={type} type={type} />
              ))}
          </ul>
        </div>
      ))}
    </Section>
  )
}

function Kind({ type }: { type: EditableType }) {
  const { t } = useText()
  return (
    <li>
      <Link to="/reports/$reportId" params={{ reportId: 'new' }} search={{ type }}>
        <Glyph type={type} />
        <span>
          <strong>{t(`reports.types.${type}`)}</strong>
          <span className="note">{t(`reports.questions.${type}`)}</span>
        </span>
      </Link>
    </li>
  )
}

/** What a type of report looks like, in a few strokes. */
function Glyph({ type }: { type: EditableType }) {
  const shapes: Record<EditableType, string> = {
    metric: 'M6 34h28M10 28v-9M20 28V8M30 28V15',
    funnel: 'M4 8h32M4 16h22M4 24h14M4 32h8',
    trend: 'M4 30 14 20l8 6 14-18',
    retention: 'M5 8h30M5 16h22M5 24h14M5 32h7M5 8v24M15 8v16M26 8v8',
    rfm: 'M5 7h13v11H5zM22 7h13v11H22zM5 22h13v11H5zM22 22h13v11H22z',
    lifecycle: 'M6 20V8M15 20V12M24 20V6M33 20V14M6 24v8M15 24v5M24 24v9M33 24v4',
    distribution: 'M5 33V24M12 33V14M19 33V7M26 33V18M33 33V27',
    clv: 'M5 33c8 0 10-22 30-24M5 33h30M35 9v6M35 9h-6',
    quadrant: 'M20 5v30M5 20h30M12 12h.1M28 11h.1M29 29h.1M11 28h.1',
    layers: 'M20 5 8 17h24zM6 21h28l3 4H3zM2 29h36l2 5H0z',
    high_value: 'm20 5 4.6 9.4 10.4 1.5-7.5 7.3 1.8 10.3L20 28.6l-9.3 4.9 1.8-10.3L5 15.9l10.4-1.5z',
    score: 'M20 34C8 26 5 20 5 14a8 8 0 0 1 15-4 8 8 0 0 1 15 4c0 6-3 12-15 20z',
    segment: 'M15 20a11 11 0 1 0 .1 0M25 20a11 11 0 1 0 .1 0',
    portrait: 'M20 6a6 6 0 1 0 .1 0M8 34c0-9 5-14 12-14s12 5 12 14',
    influence: 'M20 20 8 9M20 20l13-9M20 20l11 13M20 20 7 30M20 16a4 4 0 1 0 .1 0',
    experiment: 'M15 5h10M17 5v11L8 33h24l-9-17V5M12 26h16',
    stickiness: 'M6 33V7M15 33V17M24 33V23M33 33V28',
    paths: 'M4 9c16 0 16 14 32 14M4 9c16 0 16-2 32-2M4 28c16 0 16 4 32 4',
    pages: 'M7 5h26v30H7zM12 12h16M12 19h16M12 26h9',
    heatmap: 'M7 5h26v30H7zM14 14h.1M20 14h.1M20 20h.1M26 20h.1M20 26h.1',
    trade: 'M5 33V22M13 33V15M21 33V19M29 33V8M4 12l9-6 8 5 12-8',
    products: 'M6 12h28v22H6zM6 12l4-7h20l4 7M15 18h10',
    basket: 'M6 14h28l-4 20H10zM13 14l5-9M27 14l-5-9',
    repurchase: 'M33 20a13 13 0 1 1-4-9M33 5v8h-8',
    cohort_revenue: 'M5 8h30M5 16h30M5 24h20M5 32h10',
    attribution: 'M6 32a3 3 0 1 0 .1 0M20 22a3 3 0 1 0 .1 0M34 8a3 3 0 1 0 .1 0M9 30l8-6M23 20l8-9',
    economics: 'M4 32c10 0 12-22 32-22M4 20h32',
    stages: 'M4 34h8v-8h8v-8h8v-8h8',
    north_star: 'M20 4v32M4 20h32M11 11l18 18M29 11 11 29',
    waste: 'M8 11h24M15 11V6h10v5M11 11l2 23h14l2-23',
    effect: 'M5 20h9M26 20h9M14 13v14l12-7zM31 15l5 5-5 5',
    review: 'M6 9h28v18H6zM17 13l8 5-8 5zM10 34h20',
    balance: 'M20 6v28M8 12h24M8 12 3 24h10zM32 12l-5 12h10zM13 34h14',
    interval: 'M6 20h28M6 13v14M34 13v14M13 20l4-4M13 20l4 4M27 20l-4-4M27 20l-4 4',
  }
  return (
    <svg className="glyph" viewBox="0 0 40 40" aria-hidden="true">
      <title>·</title>
      <path d={shapes[type]} />
    </svg>
  )
}
