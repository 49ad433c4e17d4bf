import { Checkbox } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, matcherOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import {
  ChoiceField,
  CurrencyField,
  DatesField,
  Field,
  IntervalField,
  More,
  NumbersField,
  numbersOf,
  OneOfField,
  TextField,
  WholeField,
} from '#console/reports/fields.tsx'
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
      <More document={props.document} fields={['bands', 'currency', 'limit']}>
        <NumbersField
          {...props}
          field="bands"
          name={t('trade.bands')}
          hint={t('trade.bandsHint')}
          usual={[50, 100, 200, 500, 1000, 2000]}
        />
        <CurrencyField {...props} />
        <WholeField {...props} field="limit" name={t('reports.mostValues')} usual={20} most={200} />
      </More>
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
      <WholeField {...props} field="windowDays" name={t('products.windowDays')} usual={7} most={90} unit={t('reports.units.day')} />
      <More document={props.document} fields={['sort', 'limit', 'product', 'abc', 'currency']}>
        <OneOfField
          {...props}
          field="sort"
          name={t('products.options.sort')}
          values={['amount', 'quantity', 'orders', 'buyers', 'refunded', 'viewers']}
          label={(value) => t(`products.options.sorts.${value}`)}
        />
        <WholeField {...props} field="limit" name={t('products.options.limit')} usual={100} most={1000} />
        <TextField
          name={t('products.options.only')}
          hint={t('products.options.onlyHint')}
          value={textOf(props.document.product)}
          most={500}
          onChange={(product) => props.onChange({ product })}
        />
        <AbcField {...props} />
        <CurrencyField {...props} />
      </More>
    </>
  )
}

const compares = ['none', 'previous_period', 'previous_year'] as const

export function CompareField({ document, onChange }: EditorProps) {
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

/** Where class A and class B end, in per cent of all revenue. */
function AbcField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const percents = listOf<number>(document.abc).map((share) => Math.round(share * 100))
  const tell = (text: string | undefined) => {
    const [a, b] = numbersOf(text ?? '') ?? []
    onChange({ abc: a === undefined || b === undefined ? undefined : [a / 100, b / 100] })
  }
  return (
    <TextField
      name={t('products.options.abc')}
      hint={t('products.options.abcHint')}
      placeholder="80, 95"
      value={percents.join(', ')}
      onChange={tell}
    />
  )
}

export function RepurchaseEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <IntervalField {...props} />
      <More document={props.document} fields={['days', 'products', 'currency']}>
        <NumbersField {...props} field="days" name={t('trade.againWithin')} usual={[30, 60, 90]} />
        <WholeField {...props} field="products" name={t('trade.cycleProducts')} usual={0} least={0} most={500} />
        <CurrencyField {...props} />
      </More>
    </>
  )
}

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
      <More document={document} fields={['by', 'margin', 'currency']}>
        <ChoiceField
          name={t('trade.curves')}
          value={document.by === 'channel' ? 'channel' : 'all'}
          options={(['all', 'channel'] as const).map((value) => ({ value, label: t(`trade.curvesBy.${value}`) }))}
          onChange={(by) => onChange({ by: by === 'channel' ? by : undefined })}
        />
        <CurrencyField {...props} />
      </More>
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
      <NumbersField
        {...props}
        field="bins"
        name={t('reports.edges')}
        hint={t('reports.edgesHint')}
        usual={[1, 3, 7, 14, 30, 60, 90, 180]}
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
      <More document={document} fields={['minCount', 'minLength', 'maxLength', 'sort']}>
        <WholeField
          {...props}
          onChange={({ minCount }) =>
            onChange({ minCount, ...(minCount === undefined ? { minSupport: 0.01 } : { minSupport: undefined }) })
          }
          field="minCount"
          name={t('products.options.minCount')}
          hint={t('products.options.minCountHint')}
          usual={null}
          most={1_000_000_000}
        />
        <WholeField {...props} field="minLength" name={t('products.options.minLength')} usual={1} most={20} />
        <WholeField {...props} field="maxLength" name={t('products.options.maxLength')} usual={20} most={20} />
        <OneOfField
          {...props}
          field="sort"
          name={t('products.options.ruleSort')}
          values={['lift', 'confidence', 'support', 'conviction']}
          label={(value) => t(`products.options.ruleSorts.${value}`)}
        />
      </More>
    </>
  )
}
