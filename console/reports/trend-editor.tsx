import { Checkbox, Select } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, type Series, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { useProperties } from '#console/reports/event-picker.tsx'
import { BreakdownField, ChoiceField, DatesField, Field, IntervalField, TextField } from '#console/reports/fields.tsx'
import { MatcherList } from '#console/reports/matcher-list.tsx'

const ofTrend = ['count', 'persons', 'per_person'] as const
type PlainMeasure = (typeof ofTrend)[number] | 'converted' | 'repeated'
const ofProperty = ['sum', 'avg', 'min', 'max', 'median'] as const

export function TrendEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const series = listOf<Series>(document.series)
  return (
    <>
      <Field name={t('reports.series')}>
        <MatcherList
          values={series}
          onChange={(next) => onChange({ series: next })}
          name={(index) => String.fromCharCode(65 + index)}
          add={t('reports.addSeries')}
          fresh={{ event: '', measure: 'persons' }}
          most={20}
          any
          extra={(value, set) => <Measure value={value} onChange={(measure) => set({ ...value, measure })} />}
        />
      </Field>
      <DatesField document={document} onChange={onChange} />
      <IntervalField document={document} onChange={onChange} />
      <Checkbox checked={document.cumulative === true} onChange={({ target }) => onChange({ cumulative: target.checked || undefined })}>
        {t('reports.cumulative')} <span className="note">{t('reports.cumulativeHint')}</span>
      </Checkbox>
      <ChoiceField
        name={t('reports.compare')}
        value={textOf(document.compare, 'none')}
        options={['none', 'previous_period', 'previous_year'].map((value) => ({
          value,
          label: t(`reports.compares.${value as 'none'}`),
        }))}
        onChange={(compare) => onChange({ compare: compare === 'none' ? undefined : compare })}
      />
      <BreakdownField document={document} onChange={onChange} events={series.map(({ event }) => event)} />
      <TextField
        name={t('reports.formula')}
        hint={t('reports.formulaHint')}
        value={textOf(document.formula)}
        placeholder="A / B"
        onChange={(formula) => onChange({ formula })}
      />
    </>
  )
}

export function Measure(props: {
  value: Series
  /** What counts without a property, the usual one first, and what is made of one; all that a trend knows unless said. */
  plain?: readonly PlainMeasure[]
  sums?: readonly (typeof ofProperty)[number][]
  onChange: (measure: string) => void
}) {
  const { value, onChange, plain = ofTrend, sums = ofProperty } = props
  const { t } = useText()
  const properties = useProperties([value.event])
  const propertyName = usePropertyName([value.event])
  const measure = value.measure ?? plain[0] ?? 'count'
  return (
    <Select
      className="wide"
      aria-label={t('reports.measure')}
      popupMatchSelectWidth={false}
      showSearch={{ optionFilterProp: 'label' }}
      value={measure}
      onChange={onChange}
      options={[
        ...plain.map((one) => ({ value: one as string, label: t(`reports.measures.${one}`) })),
        ...[...new Set(['amount', ...properties])]
          .filter((property) => property === 'amount' || properties.includes(property))
          .filter((property) => properties.includes(property))
          .flatMap((property) =>
            sums.map((one) => ({
              value: `${one}(${property})`,
              label: t(`reports.measures.${one}`, { property: propertyName(property) }),
            })),
          ),
        ...(plain.some((one) => one === measure) || properties.some((property) => measure.endsWith(`(${property})`))
          ? []
          : [{ value: measure, label: measure }]),
      ]}
    />
  )
}

/** `sum(amount)` in words. */
export function useMeasureTitle(): (measure: string) => string {
  const { t } = useText()
  const propertyName = usePropertyName()
  return (measure) => {
    const found = /^(\w+)(?:\((.+)\))?$/.exec(measure)
    const known = [...ofTrend, ...ofProperty].find((one) => one === found?.[1])
    return known ? t(`reports.measures.${known}`, { property: propertyName(found?.[2] ?? '') }) : measure
  }
}
