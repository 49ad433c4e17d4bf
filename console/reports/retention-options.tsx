import { useText } from '#console/i18n/i18n.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { More, OneOfField, WholeField } from '#console/reports/fields.tsx'

/** How often somebody has to come back, and who "somebody" is. */
export function RetentionOptions(props: EditorProps) {
  const { t } = useText()
  return (
    <More document={props.document} fields={['minOccurrences', 'unit']}>
      <WholeField
        {...props}
        field="minOccurrences"
        name={t('reports.minOccurrences')}
        hint={t('reports.minOccurrencesHint')}
        usual={1}
        most={1000}
      />
      <OneOfField
        {...props}
        field="unit"
        name={t('reports.who')}
        values={['person', 'device']}
        label={(value) => t(`reports.whos.${value}`)}
      />
    </More>
  )
}
