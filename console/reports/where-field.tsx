import { useText } from '#console/i18n/i18n.ts'
import { ConditionsEditor } from '#console/reports/conditions-editor.tsx'
import { type Document, listOf, type Matcher, matcherOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { Field } from '#console/reports/fields.tsx'

/** Which facts a report looks at, where its type can say so for the whole of it. */
export function WhereField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const events = filteredEvents(document)
  if (!events) return null
  return (
    <Field
      name={t('reports.where')}
      hint={t(events.every((event) => event === 'order.paid') ? 'reports.whereOrders' : 'reports.whereEvents')}
    >
      <ConditionsEditor events={events} label={t('reports.where')} where={document.where} onChange={(where) => onChange({ where })} />
    </Field>
  )
}

/** The events whose properties a report's own filter asks for; undefined where it has none, or where each event has its own. */
export function filteredEvents(document: Document): string[] | undefined {
  switch (document.type) {
    case 'rfm':
    case 'clv':
    case 'quadrant':
    case 'high_value':
    case 'trade':
    case 'products':
    case 'basket':
    case 'repurchase':
    case 'cohort_revenue':
    case 'balance':
      return ['order.paid']
    case 'lifecycle':
    case 'stickiness':
    case 'distribution':
      return [textOf(document.event, '*')]
    case 'paths': {
      const included = listOf<string>(document.includeEvents)
      return document.node === 'page' ? ['page.viewed'] : included.length > 0 ? included : ['*']
    }
    case 'pages':
      return ['page.viewed', 'page.clicked']
    case 'heatmap':
      return ['page.clicked']
    case 'economics':
      return ['customer.followed']
    case 'experiment':
      return document.controlGroup === true ? undefined : [matcherOf(document.exposure).event]
    case 'funnel':
      return listOf<Matcher>(document.steps).map(({ event }) => event)
    case 'trend':
      return listOf<Matcher>(document.series).map(({ event }) => event)
    case 'retention':
      return [document.start, document.return].flatMap((one) => (one === undefined ? [] : [matcherOf(one).event]))
  }
  return undefined
}
