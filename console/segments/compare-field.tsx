import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { Whole } from '#console/reports/fields.tsx'

export type Compare = Partial<Record<'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte', number>>

const signs = ['gte', 'lte', 'eq', 'gt', 'lt', 'ne'] as const
type Choice = (typeof signs)[number] | 'between'

/** "At least 3", or "3 to 10": one comparison, or a stretch. */
export function CompareField(props: { label: string; value: Compare; onChange: (value: Compare) => void; min?: number; unit?: string }) {
  const { t } = useText()
  const { value, min = 0 } = props
  const isStretch = value.gte !== undefined && value.lte !== undefined
  const choice: Choice = isStretch ? 'between' : (signs.find((sign) => value[sign] !== undefined) ?? 'gte')
  const bound = choice === 'between' ? value.gte : value[choice]
  const choose = (next: Choice) =>
    props.onChange(next === 'between' ? { gte: bound ?? min, lte: Math.max(value.lte ?? 0, (bound ?? min) + 1) } : { [next]: bound ?? min })
  const whole = (label: string, at: number | undefined, tell: (value: number) => void) => (
    <Whole label={label} value={at ?? null} min={min} max={100_000_000} onChange={(next) => next !== undefined && tell(next)} />
  )
  return (
    <span className="rule-compare">
      <Select
        aria-label={`${props.label} ${t('reports.comparison')}`}
        popupMatchSelectWidth={false}
        value={choice}
        onChange={choose}
        options={[...signs, 'between' as const].map((sign) => ({ value: sign, label: t(`segments.signs.${sign}`) }))}
      />
      {whole(props.label, bound, (next) => props.onChange(choice === 'between' ? { ...value, gte: next } : { [choice]: next }))}
      {choice === 'between' && (
        <>
          <span className="note">–</span>
          {whole(`${props.label} ${t('ui.until')}`, value.lte, (next) => props.onChange({ ...value, lte: next }))}
        </>
      )}
      {props.unit && <span className="note">{props.unit}</span>}
    </span>
  )
}
