import { useText } from '#console/i18n/i18n.ts'
import { matcherOf, numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { EventPicker } from '#console/reports/event-picker.tsx'
import { ChoiceField, DatesField, Field, IntervalField, Whole } from '#console/reports/fields.tsx'
import { PropertyPicker } from '#console/reports/property-picker.tsx'

/** Which event is a conversion, what touched people before it, and how far back. */
export function AttributionEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const conversion = matcherOf(document.conversion)
  const touch = matcherOf(document.touchpoint) as { event: string; property?: string }
  return (
    <>
      <DatesField {...props} />
      <Field name={t('attribution.conversion')}>
        <EventPicker
          label={t('attribution.conversion')}
          value={conversion.event}
          onChange={(event) => onChange({ conversion: event.startsWith('order.') ? { event, value: 'amount' } : { event } })}
        />
      </Field>
      <Field name={t('attribution.touchpoint')}>
        <EventPicker
          label={t('attribution.touchpoint')}
          any
          value={touch.event}
          onChange={(event) => onChange({ touchpoint: { ...touch, event } })}
        />
      </Field>
      <Field name={t('attribution.property')}>
        <PropertyPicker
          label={t('attribution.property')}
          events={[touch.event]}
          value={{ name: textOf(touch.property), scope: 'event' }}
          onChange={({ name }) => onChange({ touchpoint: { ...touch, property: name } })}
        />
      </Field>
      <DaysField {...props} field="windowDays" name={t('attribution.window')} usual={30} />
    </>
  )
}

export function EconomicsEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <DaysField {...props} field="windowDays" name={t('economics.window')} usual={null} />
    </>
  )
}

export const StagesEditor = (props: EditorProps) => <DatesField {...props} />

export function NorthStarEditor(props: EditorProps) {
  const { t } = useText()
  const { kind } = { kind: 'retention', ...(props.document.outcome as { kind?: string } | undefined) }
  return (
    <>
      <DatesField {...props} />
      <ChoiceField
        name={t('stages.candidates.outcome')}
        value={kind === 'repurchase' ? 'repurchase' : 'retention'}
        options={(['retention', 'repurchase'] as const).map((value) => ({ value, label: t(`stages.candidates.${value}`) }))}
        onChange={(value) => props.onChange({ outcome: { kind: value, days: value === 'retention' ? 30 : 60 } })}
      />
      <DaysField {...props} field="earlyDays" name={t('stages.candidates.early')} usual={7} />
    </>
  )
}

export function WasteEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <DaysField {...props} field="windowDays" name={t('waste.window')} usual={30} />
    </>
  )
}

export function BalanceEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <IntervalField {...props} />
      <DaysField {...props} field="repeatDays" name={t('balance.repeat')} usual={60} />
    </>
  )
}

function DaysField({ document, onChange, field, name, usual }: EditorProps & { field: string; name: string; usual: number | null }) {
  const value = usual === null ? (typeof document[field] === 'number' ? document[field] : null) : numberOf(document[field], usual)
  return (
    <Field name={name}>
      <Whole label={name} value={value} min={1} max={366} onChange={(days) => onChange({ [field]: days })} />
    </Field>
  )
}
