import { Input } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, DatesField, Field, IntervalField } from '#console/reports/fields.tsx'

/** Which pages, sources or devices are looked at, and where visitors should go on to. */
export function PagesEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <>
      <DatesField document={document} onChange={onChange} />
      <ChoiceField
        name={t('pages.by')}
        value={document.by === 'source' || document.by === 'device' ? document.by : 'page'}
        options={(['page', 'source', 'device'] as const).map((value) => ({ value, label: t(`pages.bys.${value}`) }))}
        onChange={(by) => onChange({ by })}
      />
      <IntervalField document={document} onChange={onChange} />
      <PathField
        name={t('pages.target')}
        hint={t('pages.targetHint')}
        value={textOf(document.target)}
        onChange={(target) => onChange({ target })}
      />
    </>
  )
}

/** Told when it is finished, not at every key. */
export function PathField(props: { name: string; hint?: string; value: string; onChange: (path: string | undefined) => void }) {
  const tell = (text: string) => text.trim() !== props.value && props.onChange(text.trim() || undefined)
  return (
    <Field name={props.name} {...(props.hint ? { hint: props.hint } : {})}>
      <Input
        key={props.value}
        aria-label={props.name}
        defaultValue={props.value}
        maxLength={500}
        placeholder="/"
        onBlur={(event) => tell(event.target.value)}
        onPressEnter={(event) => tell(event.currentTarget.value)}
      />
    </Field>
  )
}

export function HeatmapEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <>
      <PathField name={t('pages.heads.page')} value={textOf(document.page, '/')} onChange={(page) => onChange({ page: page ?? '/' })} />
      <DatesField document={document} onChange={onChange} />
      <ChoiceField
        name={t('pages.heads.device')}
        value={textOf(document.device)}
        options={[
          { value: '', label: t('ui.all') },
          ...(['phone', 'tablet', 'desktop'] as const).map((value) => ({ value, label: t(`pages.devices.${value}`) })),
        ]}
        onChange={(device) => onChange({ device: device || undefined })}
      />
      <PathField name={t('pages.heads.source')} value={textOf(document.source)} onChange={(source) => onChange({ source })} />
    </>
  )
}
