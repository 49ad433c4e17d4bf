import { useText } from '#console/i18n/i18n.ts'
import { CleaningField } from '#console/reports/cleaning-field.tsx'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, DatesField, IntervalField, More, TagsField, TextField } from '#console/reports/fields.tsx'

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
      <TextField
        name={t('pages.target')}
        hint={t('pages.targetHint')}
        value={textOf(document.target)}
        placeholder="/"
        most={500}
        onChange={(target) => onChange({ target })}
      />
      <PageNames document={document} onChange={onChange} />
    </>
  )
}

/** How pages are called: which belong together under one name. */
function PageNames(props: EditorProps) {
  const { t } = useText()
  return (
    <More document={props.document} fields={['groups', 'cleaning']}>
      <TagsField {...props} field="groups" name={t('paths.groups')} hint={t('paths.groupsHint')} />
      <CleaningField {...props} />
    </More>
  )
}

export function HeatmapEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  return (
    <>
      <TextField
        name={t('pages.heads.page')}
        value={textOf(document.page, '/')}
        placeholder="/"
        most={500}
        onChange={(page) => onChange({ page: page ?? '/' })}
      />
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
      <TextField name={t('pages.heads.source')} value={textOf(document.source)} onChange={(source) => onChange({ source })} />
    </>
  )
}
