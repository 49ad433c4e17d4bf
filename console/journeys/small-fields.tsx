import { Input, InputNumber, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { weekdayName } from '#console/journeys/words.ts'
import { Field } from '#console/reports/fields.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'
import { type Duration, durationUnits } from '#operation/journeys/definition.ts'

/** One line, or several with `rows`. */
export function TextField(props: {
  name: string
  hint?: string
  value: string
  max: number
  rows?: number
  placeholder?: string
  onChange: (value: string) => void
}) {
  const shared = {
    'aria-label': props.name,
    maxLength: props.max,
    value: props.value,
    placeholder: props.placeholder ?? '',
    onChange: (event: { target: { value: string } }) => props.onChange(event.target.value),
  }
  return (
    <Field name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      {props.rows ? <Input.TextArea {...shared} autoSize={{ minRows: props.rows, maxRows: 10 }} /> : <Input {...shared} />}
    </Field>
  )
}

export function DurationField(props: { name: string; value: Duration; onChange: (value: Duration) => void }) {
  const { t } = useText()
  const { value } = props
  return (
    <Field name={props.name}>
      <div className="journey-pair">
        <InputNumber
          aria-label={props.name}
          min={1}
          max={10_000}
          precision={0}
          value={value.value}
          onChange={(number) => number !== null && props.onChange({ ...value, value: number })}
        />
        <Select
          aria-label={`${props.name} ${t(`journeys.units.${value.unit}`)}`}
          value={value.unit}
          onChange={(unit) => props.onChange({ ...value, unit })}
          options={durationUnits.map((unit) => ({ value: unit, label: t(`journeys.units.${unit}`) }))}
        />
      </div>
    </Field>
  )
}

export const TimeField = (props: { name: string; value: string; onChange: (value: string) => void }) => (
  <Field name={props.name}>
    <Input type="time" aria-label={props.name} value={props.value} onChange={(event) => props.onChange(event.target.value)} />
  </Field>
)

export function WeekdaysField(props: { name: string; hint?: string; value: number[]; onChange: (value: number[]) => void }) {
  const { t } = useText()
  return (
    <Field name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      <Select
        mode="multiple"
        className="wide"
        aria-label={props.name}
        value={props.value}
        onChange={(days) => props.onChange(days.toSorted((one, other) => one - other))}
        options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: weekdayName(day, t) }))}
      />
    </Field>
  )
}

export function SegmentPicker(props: { label: string; value: string; onChange: (segment: string) => void }) {
  const { t } = useText()
  return (
    <Select
      className="wide"
      aria-label={props.label}
      placeholder={t('journeys.words.unset')}
      showSearch={{ optionFilterProp: 'label' }}
      value={props.value || null}
      options={useSegmentNames()}
      onChange={(segment: string | null) => segment && props.onChange(segment)}
    />
  )
}
