import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import type { LeafProps } from '#console/segments/pieces.tsx'

/** The balance that was told last. */
export function PointsFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  return (
    <div className="rule-fields">
      <CompareField label={t('segments.kinds.points')} unit={t('segments.pointsUnit')} value={value as Compare} onChange={onChange} />
      <span className="note">{t('segments.pointsNote')}</span>
    </div>
  )
}

const ways = ['is', 'isNot', 'level'] as const

/** The level that was told last, by its name or by how high it is. */
export function MemberLevelFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const way = ways.find((one) => one in value) ?? 'is'
  const names = [value.is, value.isNot].find(Array.isArray)?.map(String) ?? []
  return (
    <div className="rule-fields">
      <Select
        aria-label={t('segments.levelWay')}
        popupMatchSelectWidth={false}
        value={way}
        onChange={(next) => onChange({ [next]: next === 'level' ? { gte: 1 } : names })}
        options={ways.map((one) => ({ value: one, label: t(`segments.levelWays.${one}`) }))}
      />
      {way === 'level' ? (
        <CompareField label={t('segments.levelWays.level')} value={value.level as Compare} onChange={(level) => onChange({ level })} />
      ) : (
        <Select
          className="rule-wide"
          mode="tags"
          aria-label={t('segments.levelNames')}
          placeholder={t('segments.levelNames')}
          value={names}
          onChange={(next: string[]) => onChange({ [way]: next })}
        />
      )}
      <span className="note">{t('segments.levelNote')}</span>
    </div>
  )
}
