import { Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import { type LeafProps, Optional, withoutEmpty } from '#console/segments/pieces.tsx'
import { type Within, WithinField } from '#console/segments/within-field.tsx'

const figures = ['count', 'amount', 'average', 'lastDaysAgo', 'firstDaysAgo'] as const
const fresh = { count: { gte: 2 }, amount: { gte: 100 }, average: { gte: 100 }, lastDaysAgo: { lte: 30 }, firstDaysAgo: { gte: 365 } }

/** Paid orders: how many, for how much, how lately, of what. */
export function OrdersFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const { currency } = useTenant()
  const set = (fields: Record<string, unknown>) => onChange(withoutEmpty({ ...value, ...fields }))
  const unitOf = (figure: (typeof figures)[number]) =>
    figure === 'count'
      ? t('segments.ordersUnit')
      : figure === 'amount' || figure === 'average'
        ? String(value.currency ?? currency)
        : t('segments.units.day')
  return (
    <div className="rule-stack">
      <div className="rule-fields">
        <WithinField value={value.within as Within | undefined} onChange={(within) => set({ within })} />
        <Select
          className="rule-wide"
          mode="tags"
          aria-label={t('segments.products')}
          placeholder={t('segments.products')}
          value={Array.isArray(value.products) ? value.products.map(String) : []}
          onChange={(products: string[]) => set({ products })}
        />
      </div>
      <div className="rule-fields">
        {figures.map((figure) => (
          <Optional
            key={figure}
            label={t(`segments.figures.${figure}`)}
            value={value[figure]}
            fresh={fresh[figure]}
            onChange={(next) => set({ [figure]: next })}
          >
            <CompareField
              label={t(`segments.figures.${figure}`)}
              unit={unitOf(figure)}
              value={value[figure] as Compare}
              onChange={(next) => set({ [figure]: next })}
            />
          </Optional>
        ))}
      </div>
    </div>
  )
}
