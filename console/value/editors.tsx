import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, Field, FlagField, More, OneOfField, TextField, Whole, WholeField, wordsOf } from '#console/reports/fields.tsx'

/** Numbers are as of the end of a day; today unless one is chosen. */
function DayField({ document, onChange, field, name, without }: EditorProps & { field: string; name: string; without?: string }) {
  const { t } = useText()
  return (
    <Field name={name}>
      <DatePicker
        aria-label={name}
        placeholder={without ?? t('ui.today')}
        value={document[field] ? dayjs(textOf(document[field])) : null}
        onChange={(day) => onChange({ [field]: day?.format('YYYY-MM-DD') })}
      />
    </Field>
  )
}

export function ClvEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  return (
    <>
      <DayField {...props} field="calibrationEnd" name={t('value.clvCut')} />
      <WholeField {...props} field="horizon" name={t('value.horizon')} usual={52} most={520} />
      <ChoiceField
        name={t('reports.amount')}
        value={document.amount === 'gross' ? 'gross' : 'net'}
        options={(['net', 'gross'] as const).map((value) => ({ value, label: t(`reports.amounts.${value}`) }))}
        onChange={(amount) => onChange({ amount })}
      />
      <TextField
        name={t('value.products')}
        value={listOf<string>(document.products).join(', ')}
        onChange={(text) => onChange({ products: wordsOf(text ?? '') })}
      />
      <More document={document} fields={['unit', 'discountRate', 'minRepeatShare']}>
        <OneOfField
          {...props}
          field="unit"
          name={t('value.options.unit')}
          values={['week', 'day']}
          label={(value) => t(`reports.units.${value}`)}
        />
        <ShareField {...props} field="discountRate" name={t('value.options.discount')} hint={t('value.options.discountHint')} usual={10} />
        <ShareField
          {...props}
          field="minRepeatShare"
          name={t('value.options.minRepeat')}
          hint={t('value.options.minRepeatHint')}
          usual={10}
        />
      </More>
    </>
  )
}

/** A share, typed in per cent. */
function ShareField(props: EditorProps & { field: string; name: string; hint: string; usual: number }) {
  const share = props.document[props.field]
  const percent = typeof share === 'number' ? Math.round(share * 100) : undefined
  return (
    <WholeField
      {...props}
      document={{ type: props.document.type, ...(percent === undefined ? {} : { [props.field]: percent }) }}
      onChange={({ [props.field]: next }) => props.onChange({ [props.field]: typeof next === 'number' ? next / 100 : undefined })}
      least={0}
      most={100}
      unit="%"
    />
  )
}

export function QuadrantEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DayField {...props} field="asOf" name={t('reports.asOf')} />
      <WholeField {...props} field="windowDays" name={t('reports.lookBack')} usual={null} most={36_600} />
      <Thresholds {...props} />
      <OneOfField
        {...props}
        field="amount"
        name={t('reports.amount')}
        values={['net', 'gross']}
        label={(value) => t(`reports.amounts.${value}`)}
      />
    </>
  )
}

type Bounds = { frequency: number; orderValue: number }

/** Where "often" and "much" begin: in the middle of all buyers, or at bounds of one's own. */
function Thresholds({ document, onChange }: EditorProps) {
  const { t } = useText()
  const { thresholds } = document
  const bounds = typeof thresholds === 'object' && thresholds !== null ? (thresholds as Bounds) : undefined
  const set = (fields: Partial<Bounds>) => onChange({ thresholds: { frequency: 2, orderValue: 100, ...bounds, ...fields } })
  return (
    <>
      <ChoiceField
        name={t('value.thresholds')}
        value={bounds ? 'fixed' : thresholds === 'mean' ? 'mean' : 'median'}
        options={(['median', 'mean', 'fixed'] as const).map((value) => ({ value, label: t(`value.middles.${value}`) }))}
        onChange={(next) => (next === 'fixed' ? set({}) : onChange({ thresholds: next === 'median' ? undefined : next }))}
      />
      {bounds && (
        <Field name={t('value.options.bounds')}>
          <div className="field-pair">
            <Whole
              label={t('value.options.often')}
              value={bounds.frequency}
              min={1}
              max={10_000}
              onChange={(frequency) => frequency !== undefined && set({ frequency })}
            />
            <span className="note">{t('value.options.often')}</span>
            <Whole
              label={t('value.options.much')}
              value={bounds.orderValue}
              min={0}
              max={100_000_000}
              onChange={(orderValue) => orderValue !== undefined && set({ orderValue })}
            />
            <span className="note">{t('value.options.much')}</span>
          </div>
        </Field>
      )}
    </>
  )
}

export function LayersEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DayField {...props} field="asOf" name={t('reports.asOf')} />
      <DayField {...props} field="comparedTo" name={t('value.since')} />
    </>
  )
}

export function HighValueEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DayField {...props} field="asOf" name={t('reports.asOf')} />
      <WholeField {...props} field="windowDays" name={t('reports.lookBack')} usual={365} most={3660} />
    </>
  )
}

const graphs = ['reply', 'mention', 'invite'] as const

export function InfluenceEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const [graph] = listOf<unknown>(document.graphs)
  return (
    <>
      <ChoiceField
        name={t('value.graph')}
        value={graphs.find((one) => one === graph) ?? 'reply'}
        options={graphs.map((value) => ({ value, label: t(`value.graphs.${value}`) }))}
        onChange={(one) => onChange({ graphs: [one] })}
      />
      <DayField {...props} field="dateFrom" name={t('value.fromDay')} without={t('value.fromEver')} />
      <DayField {...props} field="dateTo" name={t('value.toDay')} />
      <More document={document} fields={['directed', 'weighted', 'betweenness', 'trees']}>
        <FlagField {...props} field="directed" name={t('value.options.directed')} hint={t('value.options.directedHint')} usual />
        <FlagField {...props} field="weighted" name={t('value.options.weighted')} hint={t('value.options.weightedHint')} usual />
        <FlagField {...props} field="betweenness" name={t('value.options.betweenness')} hint={t('value.options.betweennessHint')} />
        <FlagField {...props} field="trees" name={t('value.options.trees')} hint={t('value.options.treesHint')} />
      </More>
    </>
  )
}
