import { Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Whole } from '#console/reports/fields.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'

export interface Within {
  last?: number
  unit?: string
  dateFrom?: string
  dateTo?: string
}

const units = ['minute', 'hour', 'day', 'week'] as const

/** Ever, the last so and so long, or between two days. */
export function WithinField({ value, onChange }: { value: Within | undefined; onChange: (value: Within | undefined) => void }) {
  const { t } = useText()
  const today = todayIn(useTenant().timezone)
  const kind = value === undefined ? 'ever' : value.last === undefined ? 'dates' : 'last'
  const choose = (next: string) =>
    onChange(next === 'ever' ? undefined : next === 'last' ? { last: 30, unit: 'day' } : { dateFrom: daysBefore(today, 29), dateTo: today })
  return (
    <span className="rule-compare">
      <Select
        aria-label={t('segments.when')}
        popupMatchSelectWidth={false}
        value={kind}
        onChange={choose}
        options={(['last', 'dates', 'ever'] as const).map((one) => ({ value: one, label: t(`segments.within.${one}`) }))}
      />
      {kind === 'last' && (
        <>
          <Whole
            label={t('segments.within.last')}
            value={value?.last ?? 30}
            min={1}
            max={10_000}
            onChange={(last) => last && onChange({ ...value, last })}
          />
          <Select
            aria-label={t('segments.unit')}
            value={value?.unit ?? 'day'}
            onChange={(unit) => onChange({ ...value, unit })}
            options={units.map((unit) => ({ value: unit, label: t(`segments.units.${unit}`) }))}
          />
        </>
      )}
      {kind === 'dates' && (
        <Dates
          label={t('segments.when')}
          required
          from={value?.dateFrom}
          to={value?.dateTo}
          onChange={(dateFrom, dateTo) => dateFrom && dateTo && onChange({ dateFrom, dateTo })}
        />
      )}
    </span>
  )
}
