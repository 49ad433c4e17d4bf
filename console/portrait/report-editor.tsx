import { useText } from '#console/i18n/i18n.ts'
import { numberOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, Field, Whole } from '#console/reports/fields.tsx'
import { RuleField } from '#console/segments/report-editor.tsx'
import { matrixKinds } from '#insight/reports/portrait/schema.ts'

export function PortraitEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const matrix = matrixKinds.find((kind) => kind === document.matrix)
  return (
    <>
      <RuleField {...props} field="of" name={t('portrait.of')} />
      <RuleField {...props} field="base" name={t('portrait.base')} />
      <Field name={t('portrait.window')}>
        <Whole
          label={t('portrait.window')}
          value={numberOf(document.windowDays, 90)}
          min={1}
          max={3650}
          onChange={(windowDays) => onChange({ windowDays })}
        />
      </Field>
      <ChoiceField
        name={t('portrait.matrix')}
        value={matrix ?? 'none'}
        options={(['none', ...matrixKinds] as const).map((value) => ({ value, label: t(`portrait.matrixKinds.${value}`) }))}
        onChange={(value) => onChange({ matrix: value === 'none' ? undefined : value })}
      />
    </>
  )
}
