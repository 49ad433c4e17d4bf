import { Checkbox } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, matcherOf, numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, DatesField, Field, IntervalField, Whole } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'
import { tradeDimensions } from '#insight/reports/trade/schema.ts'

export function TradeEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <IntervalField {...props} />
      <CompareField {...props} />
      <Field name={t('trade.divided')}>
        <Checkbox.Group
          aria-label={t('trade.divided')}
          value={listOf<string>(props.document.breakdowns)}
          onChange={(breakdowns) => props.onChange({ breakdowns: breakdowns.length === 0 ? undefined : breakdowns })}
          options={tradeDimensions.map((value) => ({ value, label: t(`trade.by.${value}`) }))}
        />
      </Field>
    </>
  )
}

export function ProductsEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <IntervalField {...props} />
      <CompareField {...props} />
      <Days
        name={t('products.windowDays')}
        value={numberOf(props.document.windowDays, 7)}
        most={90}
        onChange={(windowDays) => props.onChange({ windowDays })}
      />
    </>
  )
}

const compares = ['none', 'previous_period', 'previous_year'] as const

function CompareField({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <ChoiceField
      name={t('trade.compare')}
      value={compares.find((one) => one === document.compare) ?? 'none'}
      options={compares.map((value) => ({ value, label: value === 'none' ? t('trade.noCompare') : t(`trade.compares.${value}`) }))}
      onChange={(compare) => onChange({ compare: compare === 'none' ? undefined : compare })}
    />
  )
}

function Days(props: { name: string; value: number; most: number; onChange: (days: number | undefined) => void }) {
  const { t } = useText()
  return (
    <Field name={props.name}>
      <div className="field-pair">
        <Whole label={props.name} value={props.value} min={1} max={props.most} onChange={props.onChange} />
        <span className="note">{t('reports.units.day')}</span>
      </div>
    </Field>
  )
}

export const RepurchaseEditor = (props: EditorProps) => (
  <>
    <DatesField {...props} />
    <IntervalField {...props} />
  </>
)

export function CohortRevenueEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  return (
    <>
      <DatesField {...props} />
      <ChoiceField
        name={t('reports.interval')}
        value={document.interval === 'day' || document.interval === 'week' ? document.interval : 'month'}
        options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
        onChange={(interval) => onChange({ interval })}
      />
      <ChoiceField
        name={t('trade.start')}
        value={document.start === 'first_follow' ? 'first_follow' : 'first_order'}
        options={(['first_order', 'first_follow'] as const).map((value) => ({ value, label: t(`trade.starts.${value}`) }))}
        onChange={(start) => onChange({ start })}
      />
      <ChoiceField
        name={t('reports.amount')}
        value={document.amount === 'gross' ? 'gross' : 'net'}
        options={(['net', 'gross'] as const).map((value) => ({ value, label: t(`reports.amounts.${value}`) }))}
        onChange={(amount) => onChange({ amount })}
      />
    </>
  )
}

export function IntervalEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const paid = { event: 'order.paid' }
  return (
    <>
      <DatesField {...props} />
      <Field name={t('trade.from')}>
        <MatcherEditor
          label={t('trade.from')}
          value={document.start ? matcherOf(document.start) : paid}
          any
          onChange={(start) => onChange({ start })}
        />
      </Field>
      <Field name={t('trade.to')}>
        <MatcherEditor
          label={t('trade.to')}
          value={document.end ? matcherOf(document.end) : paid}
          any
          onChange={(end) => onChange({ end })}
        />
      </Field>
      <ChoiceField
        name={t('trade.unit')}
        value={document.unit === 'minute' || document.unit === 'hour' ? document.unit : 'day'}
        options={(['minute', 'hour', 'day'] as const).map((value) => ({ value, label: t(`trade.units.${value}`) }))}
        onChange={(unit) => onChange({ unit })}
      />
      <ChoiceField
        name={t('trade.match')}
        value={textOf(document.match) === 'first' ? 'first' : 'each'}
        options={(['each', 'first'] as const).map((value) => ({ value, label: t(`trade.matches.${value}`) }))}
        onChange={(match) => onChange({ match })}
      />
    </>
  )
}

const supports = ['0.001', '0.005', '0.01', '0.02', '0.05'] as const
const confidences = ['0.1', '0.2', '0.3', '0.5', '0.8'] as const

export function BasketEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const share = (value: string) => `${Number(value) * 100}%`
  return (
    <>
      <DatesField {...props} />
      <ChoiceField
        name={t('products.minSupport')}
        value={supports.find((one) => Number(one) === document.minSupport) ?? '0.01'}
        options={supports.map((value) => ({ value, label: share(value) }))}
        onChange={(minSupport) => onChange({ minSupport: Number(minSupport), minCount: undefined })}
      />
      <ChoiceField
        name={t('products.minConfidence')}
        value={confidences.find((one) => Number(one) === document.minConfidence) ?? '0.5'}
        options={confidences.map((value) => ({ value, label: share(value) }))}
        onChange={(minConfidence) => onChange({ minConfidence: Number(minConfidence) })}
      />
    </>
  )
}
