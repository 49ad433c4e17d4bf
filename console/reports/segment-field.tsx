import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { Field } from '#console/reports/fields.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'

/** Whom any report looks at: everybody, or the people who are in a segment now. */
export function SegmentField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const names = useSegmentNames()
  const chosen = textOf(document.segment)
  if (names.length === 0 && chosen === '') return null
  return (
    <Field name={t('segments.only')}>
      <Select
        className="wide"
        aria-label={t('segments.only')}
        placeholder={t('portrait.everybody')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={chosen || null}
        options={names}
        onChange={(segment: string | null | undefined) =>
          onChange({ segment: segment ?? undefined, ...(segment ? { segments: undefined } : {}) })
        }
      />
    </Field>
  )
}

/** Segments beside everybody, each with a result of its own. */
export function CompareField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const names = useSegmentNames()
  const chosen = listOf<string>(document.segments)
  if (names.length === 0 && chosen.length === 0) return null
  return (
    <Field name={t('segments.beside')}>
      <Select
        mode="multiple"
        className="wide"
        aria-label={t('segments.beside')}
        placeholder={t('segments.besideNone')}
        maxCount={5}
        showSearch={{ optionFilterProp: 'label' }}
        value={chosen}
        options={names}
        onChange={(segments: string[]) => onChange(segments.length > 0 ? { segments, segment: undefined } : { segments: undefined })}
      />
    </Field>
  )
}
