import { Checkbox } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, type Matcher, matcherOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, DatesField, Field, IntervalField, More, TagsField, WholeField } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'
import { PropertyPicker } from '#console/reports/property-picker.tsx'
import { attributionModels } from '#insight/reports/attribution/schema.ts'
import { reviewSubjects } from '#insight/reports/review/subjects.ts'

/** Which event is a conversion, what touched people before it, and how far back. */
export function AttributionEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const conversion = matcherOf(document.conversion)
  const touch = matcherOf(document.touchpoint) as Matcher & { property?: string }
  return (
    <>
      <DatesField {...props} />
      <Field name={t('attribution.conversion')}>
        <div className="matcher">
          <MatcherEditor
            label={t('attribution.conversion')}
            value={conversion}
            onChange={(next) => onChange({ conversion: next.event === conversion.event ? next : worthOf(next.event) })}
          />
        </div>
      </Field>
      <Field name={t('attribution.touchpoint')}>
        <div className="matcher">
          <MatcherEditor label={t('attribution.touchpoint')} any value={touch} onChange={(next) => onChange({ touchpoint: next })} />
        </div>
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
      <More document={document} fields={['models', 'halfLifeDays', 'direct', 'limit']}>
        <Field name={t('attribution.modelsAsked')}>
          <Checkbox.Group
            aria-label={t('attribution.modelsAsked')}
            value={document.models === undefined ? [...attributionModels] : listOf<string>(document.models)}
            onChange={(models) =>
              onChange({ models: models.length === 0 || models.length === attributionModels.length ? undefined : models })
            }
            options={attributionModels.map((value) => ({ value, label: t(`attribution.models.${value}`) }))}
          />
        </Field>
        <DaysField {...props} field="halfLifeDays" name={t('attribution.halfLife')} usual={7} />
        <TagsField {...props} field="direct" name={t('attribution.direct')} hint={t('attribution.directHint')} />
        <WholeField {...props} field="limit" name={t('attribution.limit')} usual={200} most={500} />
      </More>
    </>
  )
}

/** Orders are worth their amount; other conversions are counted. */
const worthOf = (event: string) => (event.startsWith('order.') ? { event, value: 'amount' } : { event })

export function EconomicsEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField {...props} />
      <DaysField {...props} field="windowDays" name={t('economics.window')} hint={t('economics.windowHint')} usual={null} />
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

export function ReviewEditor(props: EditorProps) {
  const { t } = useText()
  return (
    <>
      <ChoiceField
        name={t('reviews.of')}
        value={reviewSubjects.find((one) => one === props.document.of) ?? 'live'}
        options={reviewSubjects.map((value) => ({ value, label: t(`reviews.subjects.${value}`) }))}
        onChange={(of) => props.onChange({ of })}
      />
      <DatesField {...props} />
      <WholeField {...props} field="windowDays" name={t('reviews.window')} usual={7} most={90} unit={t('reports.units.day')} />
      <WholeField {...props} field="limit" name={t('reports.mostValues')} usual={50} most={500} />
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

function DaysField(props: EditorProps & { field: string; name: string; hint?: string; usual: number | null }) {
  const { t } = useText()
  return <WholeField {...props} most={366} unit={t('reports.units.day')} />
}
