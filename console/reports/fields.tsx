import { Checkbox, Input, InputNumber, Select } from 'antd'
import { type ReactNode, useId, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, numberOf, spanOf, textOf } from '#console/reports/document.ts'
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

/** A text that is told when it is finished, not at every key; undefined where nothing is left of it. */
export function TextField(props: {
  name: string
  hint?: string
  value: string
  placeholder?: string
  most?: number
  onChange: (text: string | undefined) => void
}) {
  const tell = (text: string) => text.trim() !== props.value && props.onChange(text.trim() || undefined)
  return (
    <Field name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      <Input
        key={props.value}
        aria-label={props.name}
        defaultValue={props.value}
        maxLength={props.most ?? 200}
        placeholder={props.placeholder ?? ''}
        onBlur={(event) => tell(event.target.value)}
        onPressEnter={(event) => tell(event.currentTarget.value)}
      />
    </Field>
  )
}

interface OfDocument extends EditorProps {
  field: string
  name: string
  hint?: string
}

/** A whole number of the document; `usual` is what the report takes where nothing is said. */
export function WholeField(props: OfDocument & { usual: number | null; least?: number; most: number; unit?: string }) {
  const { document, field, name, usual } = props
  const value = usual === null ? (typeof document[field] === 'number' ? document[field] : null) : numberOf(document[field], usual)
  return (
    <Field name={name} {...(props.hint ? { hint: props.hint } : {})}>
      <div className="field-pair">
        <Whole
          label={name}
          value={value}
          min={props.least ?? 1}
          max={props.most}
          onChange={(whole) => props.onChange({ [field]: whole })}
        />
        {props.unit && <span className="note">{props.unit}</span>}
      </div>
    </Field>
  )
}

/** Numbers that rise from one to the next, separated by commas. */
export function NumbersField({ document, onChange, field, name, hint, usual = [] }: OfDocument & { usual?: readonly number[] }) {
  const said = listOf<number>(document[field])
  return (
    <TextField
      name={name}
      {...(hint ? { hint } : {})}
      value={said.join(', ')}
      placeholder={usual.join(', ')}
      onChange={(text) => onChange({ [field]: numbersOf(text ?? '') })}
    />
  )
}

/** Undefined where no number is in it. */
export function numbersOf(text: string): number[] | undefined {
  const numbers = wordsOf(text)?.map(Number).filter(Number.isFinite)
  return numbers && numbers.length > 0 ? [...new Set(numbers)].sort((one, other) => one - other) : undefined
}

/** What commas and spaces part; undefined where nothing is said. */
export function wordsOf(text: string): string[] | undefined {
  const words = text.split(/[,，\s]+/).filter((word) => word !== '')
  return words.length > 0 ? words : undefined
}

/** Which of several currencies is looked at. */
export function CurrencyField({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <TextField
      name={t('orders.currency')}
      hint={t('reports.currencyHint')}
      value={textOf(document.currency)}
      most={3}
      onChange={(currency) => onChange({ currency: currency?.toUpperCase() })}
    />
  )
}

/** Any of a document's texts, each typed or chosen. */
export function TagsField({
  document,
  onChange,
  field,
  name,
  hint,
  options = [],
}: OfDocument & { options?: { value: string; label: string }[] }) {
  return (
    <Field name={name} {...(hint ? { hint } : {})}>
      <Select
        className="wide"
        mode="tags"
        aria-label={name}
        tokenSeparators={[',', '，']}
        popupMatchSelectWidth={false}
        {...(options.length === 0 ? { open: false, suffixIcon: null } : {})}
        value={listOf<string>(document[field])}
        onChange={(texts: string[]) => onChange({ [field]: texts.length > 0 ? texts : undefined })}
        options={options}
      />
    </Field>
  )
}

/** Yes or no; `usual` is what the report takes where nothing is said. */
export function FlagField({ document, onChange, field, name, hint, usual = false }: OfDocument & { usual?: boolean }) {
  const checked = typeof document[field] === 'boolean' ? document[field] : usual
  return (
    <Checkbox checked={checked} onChange={({ target }) => onChange({ [field]: target.checked === usual ? undefined : target.checked })}>
      {name} {hint && <span className="note">{hint}</span>}
    </Checkbox>
  )
}

/** One of a few words of the document; the first is what the report takes where nothing is said. */
export function OneOfField<Value extends string>(
  props: OfDocument & { values: readonly [Value, ...Value[]]; label: (value: Value) => string },
) {
  const { document, field, values, label } = props
  const usual = values[0]
  return (
    <ChoiceField
      name={props.name}
      {...(props.hint ? { hint: props.hint } : {})}
      value={values.find((one) => one === document[field]) ?? usual}
      options={values.map((value) => ({ value, label: label(value) }))}
      onChange={(value) => props.onChange({ [field]: value === usual ? undefined : value })}
    />
  )
}

/** What is seldom asked for, folded away; open at first where the document already says something of it. */
export function More({
  document,
  fields,
  children,
}: {
  document: EditorProps['document']
  fields: readonly string[]
  children: ReactNode
}) {
  const { t } = useText()
  const [isOpen] = useState(() => fields.some((field) => document[field] !== undefined))
  return (
    <details className="more-options" open={isOpen}>
      <summary>{t('reports.more')}</summary>
      <div className="fields">{children}</div>
    </details>
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
