import { Select } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { EventPicker, useProperties } from '#console/reports/event-picker.tsx'
import { ChoiceField, DatesField, Field, intervals, numbersOf, TextField } from '#console/reports/fields.tsx'

const counted = ['times', 'days'] as const
const measured = ['sum', 'avg', 'min', 'max'] as const

export function DistributionEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const event = textOf(document.event)
  const properties = useProperties([event])
  const propertyName = usePropertyName([event])
  const edges = (document.bins as { edges?: number[] } | undefined)?.edges ?? []
  return (
    <>
      <Field name={t('reports.distributionEvent')}>
        <EventPicker
          label={t('reports.distributionEvent')}
          value={event}
          any
          onChange={(next) => onChange({ event: next, measure: undefined })}
        />
      </Field>
      <Field name={t('reports.perPersonMeasure')}>
        <Select
          className="wide"
          aria-label={t('reports.perPersonMeasure')}
          popupMatchSelectWidth={false}
          showSearch={{ optionFilterProp: 'label' }}
          value={textOf(document.measure, 'times')}
          onChange={(measure) => onChange({ measure, bins: undefined })}
          options={[
            ...counted.map((value) => ({ value: value as string, label: t(`reports.perPerson.${value}`) })),
            ...properties.flatMap((property) =>
              measured.map((of) => ({
                value: `${of}(${property})`,
                label: t(`reports.measures.${of}`, { property: propertyName(property) }),
              })),
            ),
          ]}
        />
      </Field>
      <DatesField document={document} onChange={onChange} />
      <ChoiceField
        name={t('reports.interval')}
        value={textOf(document.interval, 'period')}
        options={['period', ...intervals].map((value) => ({ value, label: t(`reports.intervals.${value as 'period'}`) }))}
        onChange={(interval) => onChange({ interval: interval === 'period' ? undefined : interval })}
      />
      <TextField
        name={t('reports.edges')}
        hint={t('reports.edgesHint')}
        value={edges.join(', ')}
        onChange={(text) => {
          const asked = numbersOf(text ?? '')
          onChange({ bins: asked && { method: 'fixed', edges: asked } })
        }}
      />
    </>
  )
}
