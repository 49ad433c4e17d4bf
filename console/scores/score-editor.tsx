import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, Field } from '#console/reports/fields.tsx'
import { scoreKinds } from '#insight/reports/score/rules.ts'

export function ScoreEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const kind = scoreKinds.find((one) => one === document.score) ?? 'relationship'
  return (
    <>
      <ChoiceField
        name={t('scores.kind')}
        value={kind}
        options={scoreKinds.map((value) => ({ value, label: t(`scores.kinds.${value}`) }))}
        onChange={(score) => onChange({ score, rules: undefined, ...(score === 'loyalty' ? { byEmployee: undefined } : {}) })}
      />
      <Field name={t('reports.asOf')}>
        <DatePicker
          aria-label={t('reports.asOf')}
          placeholder={t('ui.today')}
          value={document.asOf ? dayjs(textOf(document.asOf)) : null}
          onChange={(day) => onChange({ asOf: day?.format('YYYY-MM-DD') })}
        />
      </Field>
      {kind === 'relationship' && (
        <ChoiceField
          name={t('scores.byEmployee')}
          value={document.byEmployee ? 'yes' : 'no'}
          options={(['no', 'yes'] as const).map((value) => ({ value, label: t(`scores.byEmployees.${value}`) }))}
          onChange={(value) => onChange({ byEmployee: value === 'yes' ? true : undefined })}
        />
      )}
      <ChoiceField
        name={t('scores.order')}
        value={document.order === 'low' ? 'low' : 'high'}
        options={[
          { value: 'high', label: t('scores.best') },
          { value: 'low', label: t('scores.worst') },
        ]}
        onChange={(order) => onChange({ order: order === 'low' ? 'low' : undefined })}
      />
    </>
  )
}
