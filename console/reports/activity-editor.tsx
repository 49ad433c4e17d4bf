import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { EventPicker } from '#console/reports/event-picker.tsx'
import { DatesField, Field, IntervalField } from '#console/reports/fields.tsx'

/** What counts as being active, and in which steps of time: lifecycle and stickiness ask the same. */
export function ActivityEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <>
      <Field name={t('reports.activity')}>
        <EventPicker label={t('reports.activity')} value={textOf(document.event, '*')} any onChange={(event) => onChange({ event })} />
      </Field>
      <DatesField document={document} onChange={onChange} />
      <IntervalField document={document} onChange={onChange} />
    </>
  )
}
