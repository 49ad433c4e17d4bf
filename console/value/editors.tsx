import { DatePicker, Input } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, matcherOf, numberOf, type Series, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { EventPicker } from '#console/reports/event-picker.tsx'
import { ChoiceField, Field, Whole } from '#console/reports/fields.tsx'
import { MatcherList } from '#console/reports/matcher-list.tsx'

/** Numbers are as of the end of a day; today unless one is chosen. */
function DayField({ document, onChange, field, name }: EditorProps & { field: string; name: string }) {
  const { t } = useText()
  return (
    <Field name={name}>
      <DatePicker
        aria-label={name}
        placeholder={t('ui.today')}
        value={document[field] ? dayjs(textOf(document[field])) : null}
        onChange={(day) => onChange({ [field]: day?.format('YYYY-MM-DD') })}
      />
    </Field>
  )
}

function WholeField({
  document,
  onChange,
  field,
  name,
  otherwise,
  most,
}: EditorProps & { field: string; name: string; otherwise: number; most: number }) {
  return (
    <Field name={name}>
      <Whole
        label={name}
        value={numberOf(document[field], otherwise) || null}
        min={1}
        max={most}
        onChange={(value) => onChange({ [field]: value })}
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
      <WholeField {...props} field="horizon" name={t('value.horizon')} otherwise={52} most={520} />
      <ChoiceField
        name={t('reports.amount')}
        value={document.amount === 'gross' ? 'gross' : 'net'}
        options={(['net', 'gross'] as const).map((value) => ({ value, label: t(`reports.amounts.${value}`) }))}
        onChange={(amount) => onChange({ amount })}
      />
      <TextField
        name={t('value.products')}
        value={listOf<string>(document.products).join(', ')}
        onChange={(text) => onChange({ products: wordsOf(text) })}
      />
    </>
  )
}

const wordsOf = (text: string): string[] | undefined => {
  const words = text.split(/[,，\s]+/).filter(Boolean)
  return words.length > 0 ? words : undefined
}

/** Told when it is finished, not at every key. */
function TextField({ name, value, onChange }: { name: string; value: string; onChange: (text: string) => void }) {
  const tell = (text: string) => text.trim() !== value && onChange(text.trim())
  return (
    <Field name={name}>
      <Input
        key={value}
        aria-label={name}
        defaultValue={value}
        maxLength={200}
        onBlur={(event) => tell(event.target.value)}
        onPressEnter={(event) => tell(event.currentTarget.value)}
      />
    </Field>
  )
}

export function QuadrantEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  return (
    <>
      <DayField {...props} field="asOf" name={t('reports.asOf')} />
      <WholeField {...props} field="windowDays" name={t('reports.lookBack')} otherwise={0} most={36_600} />
      <ChoiceField
        name={t('value.thresholds')}
        value={document.thresholds === 'mean' ? 'mean' : 'median'}
        options={(['median', 'mean'] as const).map((value) => ({ value, label: t(`value.middles.${value}`) }))}
        onChange={(thresholds) => onChange({ thresholds })}
      />
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
      <WholeField {...props} field="windowDays" name={t('reports.lookBack')} otherwise={365} most={3660} />
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
      <DayField {...props} field="dateFrom" name={t('value.fromDay')} />
      <DayField {...props} field="dateTo" name={t('value.toDay')} />
    </>
  )
}

export function ExperimentEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const exposure = document.exposure as { event?: string; variant?: string } | undefined
  return (
    <>
      <Field name={t('value.exposure')}>
        <EventPicker
          label={t('value.exposure')}
          value={matcherOf(exposure).event}
          onChange={(event) => onChange({ exposure: { ...exposure, event } })}
        />
      </Field>
      <TextField
        name={t('value.variantProperty')}
        value={textOf(exposure?.variant)}
        onChange={(variant) => onChange({ exposure: { ...exposure, variant: variant || 'variant' } })}
      />
      <TextField
        name={t('value.unseenControl')}
        value={textOf(document.control)}
        onChange={(control) => onChange({ control: control || 'A' })}
      />
      <Field name={t('value.metric')}>
        <MatcherList
          values={listOf<Series>(document.metrics)}
          onChange={(next) => onChange({ metrics: next.map((one, i) => ({ name: `${one.event || i + 1}`, ...one })) })}
          name={(index) => String(index + 1)}
          add={t('value.addMetric')}
          fresh={{ event: '' }}
          most={20}
        />
      </Field>
      <WholeField {...props} field="windowDays" name={t('value.windowDays')} otherwise={0} most={366} />
    </>
  )
}
