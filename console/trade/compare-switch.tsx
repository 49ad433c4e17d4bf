import { Segmented } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import type { Asked } from '#console/trade/queries.ts'

type Compare = Asked['compare']
const compares: readonly Compare[] = ['previous_period', 'previous_year']

/** What changes are counted from: the days just before, or the same days a year ago. */
export function CompareSwitch({ value, onChange }: { value: Compare; onChange: (compare: Compare) => void }) {
  const { t } = useText()
  return (
    <Segmented
      aria-label={t('trade.compare')}
      value={value}
      onChange={onChange}
      options={compares.map((one) => ({ value: one, label: t(`trade.compares.${one}`) }))}
    />
  )
}
