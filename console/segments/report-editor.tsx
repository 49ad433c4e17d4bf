import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { Field } from '#console/reports/fields.tsx'
import { RuleGroup } from '#console/segments/rule-editor.tsx'
import { asGroup, partsOf, type RuleTree } from '#console/segments/tree.ts'

/** A rule within a document: everybody where none is said. */
export function RuleField({ document, onChange, field, name }: EditorProps & { field: string; name: string }) {
  return (
    <Field name={name}>
      <RuleGroup
        rule={asGroup((document[field] as RuleTree | undefined) ?? { and: [] })}
        onChange={(rule) => onChange({ [field]: rule })}
      />
    </Field>
  )
}

/** The people whom a report of something else looks at only, where a rule says so; without a condition it is everybody again. */
export function PeopleField({ document, onChange }: EditorProps) {
  const { t } = useText()
  if (document.people === undefined) return null
  return (
    <RuleField
      document={document}
      field="people"
      name={t('segments.onlyPeople')}
      onChange={({ people }) => onChange({ people: partsOf(people as RuleTree)?.length ? people : undefined })}
    />
  )
}

export function SegmentEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const explain = textOf(document.explain)
  return (
    <>
      <RuleField {...props} field="rule" name={t('segments.rule')} />
      <Field name={t('reports.asOf')}>
        <DatePicker
          aria-label={t('reports.asOf')}
          placeholder={t('ui.today')}
          value={document.asOf ? dayjs(textOf(document.asOf).slice(0, 10)) : null}
          onChange={(day) => onChange({ asOf: day?.format('YYYY-MM-DD') })}
        />
      </Field>
      <Field name={t('segments.why')}>
        <CustomerPicker {...(explain ? { value: explain } : {})} onChange={(customer) => onChange({ explain: customer })} />
      </Field>
    </>
  )
}
