import { InputNumber, Select } from 'antd'
import { type ReactNode, useId } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { spanOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { PropertyPicker } from '#console/reports/property-picker.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'

/** A name above its control. Its children name themselves, because some are more than one control. */
export function Field(props: { name: string; hint?: string; children: ReactNode }) {
  const id = useId()
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a look of its own that no style sheet takes away everywhere
    <div className="field" role="group" aria-labelledby={id}>
      <span className="field-name" id={id}>
        {props.name}
      </span>
      {props.children}
      {props.hint && <span className="note">{props.hint}</span>}
    </div>
  )
}

export function ChoiceField<Value extends string>(props: {
  name: string
  hint?: string
  value: Value
  options: { value: Value; label: string }[]
  onChange: (value: Value) => void
}) {
  return (
    <Field name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      <Select
        className="wide"
        aria-label={props.name}
        value={props.value}
        onChange={props.onChange}
        options={props.options}
        popupMatchSelectWidth={false}
      />
    </Field>
  )
}

/** A whole number that is told when it is finished, not at every key. */
export function Whole(props: {
  label: string
  value: number | null
  min: number
  max: number
  placeholder?: string
  onChange: (value: number | undefined) => void
}) {
  const tell = (text: string) => {
    const value = text.trim() === '' ? undefined : Number(text)
    if (value === undefined || (Number.isInteger(value) && value >= props.min && value <= props.max)) {
      if ((value ?? null) !== props.value) props.onChange(value)
    }
  }
  return (
    <InputNumber
      key={String(props.value)}
      aria-label={props.label}
      {...(props.value === null ? {} : { defaultValue: props.value })}
      min={props.min}
      max={props.max}
      precision={0}
      placeholder={props.placeholder ?? ''}
      onBlur={(event) => tell(event.target.value)}
      onPressEnter={(event) => tell(event.currentTarget.value)}
      onStep={(value) => tell(String(value))}
    />
  )
}

export function DatesField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const { from, to } = spanOf(document)
  return (
    <Field name={t('reports.dates')}>
      <Dates label={t('reports.dates')} required from={from} to={to} onChange={(dateFrom, dateTo) => onChange({ dateFrom, dateTo })} />
    </Field>
  )
}

export const intervals = ['hour', 'day', 'week', 'month'] as const

export function IntervalField({ document, onChange, name }: EditorProps & { name?: string }) {
  const { t } = useText()
  return (
    <ChoiceField
      name={name ?? t('reports.interval')}
      value={intervals.find((one) => one === document.interval) ?? 'day'}
      options={intervals.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
      onChange={(interval) => onChange({ interval })}
    />
  )
}

interface Breakdown {
  property?: string
  scope?: string
}

/** One property to split by; what else the document says of the breakdown stays. */
export function BreakdownField({ document, onChange, events }: EditorProps & { events: string[] }) {
  const { t } = useText()
  const breakdown = (document.breakdown ?? undefined) as Breakdown | undefined
  return (
    <Field name={t('reports.breakdown')}>
      <div className="field-pair">
        <PropertyPicker
          label={t('reports.breakdown')}
          events={events}
          value={{ name: textOf(breakdown?.property), scope: breakdown?.scope === 'person' ? 'person' : 'event' }}
          onChange={({ name, scope }) => {
            const { scope: _old, ...rest } = breakdown ?? {}
            onChange({ breakdown: { ...rest, property: name, ...(scope === 'person' ? { scope } : {}) } })
          }}
        />
        {breakdown && (
          <button type="button" className="link-button" onClick={() => onChange({ breakdown: undefined })}>
            {t('reports.noBreakdown')}
          </button>
        )}
      </div>
    </Field>
  )
}
