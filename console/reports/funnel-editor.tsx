import { InputNumber, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, type Matcher, numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { BreakdownField, ChoiceField, DatesField, Field, intervals } from '#console/reports/fields.tsx'
import { FunnelOptions } from '#console/reports/funnel-options.tsx'
import { MatcherList } from '#console/reports/matcher-list.tsx'
import { CompareField } from '#console/reports/segment-field.tsx'

const units = ['minute', 'hour', 'day', 'week', 'month'] as const
const orders = ['ordered', 'strict', 'unordered'] as const

export function FunnelEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const steps = listOf<Matcher>(document.steps)
  const window = (document.window ?? { value: 14, unit: 'day' }) as { value: number; unit: string }
  return (
    <>
      <Field name={t('reports.steps')}>
        <MatcherList
          values={steps}
          onChange={(next) => onChange({ steps: next })}
          name={(index) => t('reports.step', { number: index + 1 })}
          add={t('reports.addStep')}
          fresh={{ event: '' }}
          most={20}
          ordered
          any
        />
      </Field>
      <DatesField document={document} onChange={onChange} />
      <Field name={t('reports.window')} hint={t('reports.windowHint')}>
        <div className="field-pair">
          <InputNumber
            aria-label={t('reports.windowValue')}
            min={1}
            max={3650}
            precision={0}
            value={numberOf(window.value, 14)}
            onChange={(value) => value && onChange({ window: { ...window, value } })}
          />
          <Select
            aria-label={t('reports.windowUnit')}
            value={window.unit}
            onChange={(unit: string) => onChange({ window: { ...window, unit } })}
            options={units.map((value) => ({ value, label: t(`reports.units.${value}`) }))}
          />
        </div>
      </Field>
      <ChoiceField
        name={t('reports.order')}
        value={orders.find((one) => one === document.order) ?? 'ordered'}
        options={orders.map((value) => ({ value, label: t(`reports.orders.${value}`) }))}
        onChange={(order) => onChange({ order })}
      />
      <ChoiceField
        name={t('reports.funnelTrendBy')}
        value={textOf(document.trend, 'none')}
        options={['none', ...intervals].map((value) => ({
          value,
          label: value === 'none' ? t('reports.noTrend') : t(`reports.intervals.${value as 'day'}`),
        }))}
        onChange={(trend) => onChange({ trend: trend === 'none' ? undefined : trend })}
      />
      <CompareField document={document} onChange={onChange} />
      <BreakdownField document={document} onChange={onChange} events={steps.map(({ event }) => event)} />
      <FunnelOptions document={document} onChange={onChange} />
    </>
  )
}
