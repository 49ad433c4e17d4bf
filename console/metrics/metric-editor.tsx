import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { dimensionName } from '#console/metrics/metric-result.tsx'
import { useDictionary } from '#console/metrics/queries.ts'
import { textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, DatesField, Field } from '#console/reports/fields.tsx'
import { CompareField } from '#console/reports/trade-editors.tsx'

const intervals = ['day', 'week', 'month', 'period'] as const

/** One metric of the dictionary: which, when, against what, and by what it is divided. */
export function MetricEditor(props: EditorProps) {
  const { t, language } = useText()
  const { document, onChange } = props
  const entries = (useDictionary().data?.items ?? []).filter(({ state }) => state !== 'waiting')
  const metric = textOf(document.metric)
  const known = entries.find(({ key }) => key === metric)
  const breakdown = (document.breakdown ?? undefined) as { dimension?: string } | undefined
  const dimension = textOf(breakdown?.dimension)
  const dimensions = [...new Set([...(known?.dimensions ?? []), ...(dimension ? [dimension] : [])])]
  return (
    <>
      <Field name={t('metrics.metric')}>
        <Select
          className="wide"
          aria-label={t('metrics.metric')}
          showSearch={{ optionFilterProp: 'label' }}
          value={metric}
          popupMatchSelectWidth={false}
          onChange={(key: string) => onChange({ metric: key, breakdown: undefined })}
          options={entries.map((one) => ({ value: one.key, label: one[language] }))}
        />
      </Field>
      <DatesField {...props} />
      <ChoiceField
        name={t('reports.interval')}
        value={intervals.find((one) => one === document.interval) ?? 'day'}
        options={intervals.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
        onChange={(interval) => onChange({ interval })}
      />
      <CompareField {...props} />
      <ChoiceField
        name={t('metrics.split')}
        value={dimension}
        options={[{ value: '', label: t('metrics.noSplit') }, ...dimensions.map((value) => ({ value, label: dimensionName(value, t) }))]}
        onChange={(value) => onChange({ breakdown: value === '' ? undefined : { ...breakdown, dimension: value } })}
      />
    </>
  )
}
