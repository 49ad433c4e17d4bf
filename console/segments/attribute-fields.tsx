import { Input, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useAttributes } from '#console/reports/queries.ts'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import type { LeafProps } from '#console/segments/pieces.tsx'

const builtIns = ['name', 'gender', 'kind', 'company', 'position', 'hasPhone', 'addedAt', 'activeAt'] as const
const textOps = ['eq', 'ne', 'in', 'not_in', 'contains', 'exists'] as const
const numberOps = ['eq', 'ne', 'gte', 'gt', 'lte', 'lt', 'exists'] as const
const dateOps = ['days_ago', 'anniversary_in', 'gte', 'lte', 'eq', 'exists'] as const

type Type = 'text' | 'number' | 'date' | 'boolean' | 'choice'
interface Known {
  key: string
  name: string
  type: Type
  choices: string[]
}

/** One thing known of a customer: what it is, how it is compared, with what. */
export function AttributeFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const known = useKnown()
  const { property, op } = { property: String(value.property ?? ''), op: String(value.op ?? 'eq') }
  const found = known.find(({ key }) => key === property)
  const type = found?.type ?? 'text'
  const ops = type === 'date' ? dateOps : type === 'number' ? numberOps : textOps
  return (
    <div className="rule-fields">
      <Select
        className="rule-wide"
        aria-label={t('segments.kinds.attribute')}
        placeholder={t('segments.pickAttribute')}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={property || null}
        onChange={(key: string | null) => key && onChange(fresh(key, known.find((one) => one.key === key)?.type ?? 'text'))}
        options={known.map(({ key, name }) => ({ value: key, label: name }))}
      />
      <Select
        aria-label={t('reports.comparison')}
        popupMatchSelectWidth={false}
        value={op}
        onChange={(next) => onChange({ property, op: next, ...valueFor(next, op, value.value) })}
        options={ops.map((one) => ({ value: one, label: t(`segments.ops.${one}`) }))}
      />
      <Right value={{ property, op, value: value.value }} known={found} onChange={onChange} />
    </div>
  )
}

function Right({ value, known, onChange }: LeafProps<{ property: string; op: string; value: unknown }> & { known: Known | undefined }) {
  const { t } = useText()
  const tell = (next: unknown) => onChange({ ...value, value: next } as never)
  if (value.op === 'exists') return null
  if (value.op === 'days_ago' || value.op === 'anniversary_in')
    return (
      <CompareField
        label={t(`segments.ops.${value.op}`)}
        unit={t('segments.units.day')}
        min={value.op === 'days_ago' ? -100_000 : 0}
        value={(value.value ?? {}) as Compare}
        onChange={tell}
      />
    )
  const choices = choicesOf(value.property, known, t)
  const isList = value.op === 'in' || value.op === 'not_in'
  if (choices.length > 0 || isList)
    return (
      <Select
        className="rule-wide"
        mode={isList ? (choices.length > 0 ? 'multiple' : 'tags') : undefined}
        aria-label={t('reports.value')}
        placeholder={t(isList ? 'segments.values' : 'reports.value')}
        value={isList ? (Array.isArray(value.value) ? value.value : []) : (value.value as string) || null}
        options={choices}
        onChange={tell}
      />
    )
  const asNumber = known?.type === 'number'
  const shown = String(value.value ?? '')
  const submit = (text: string) => text !== shown && tell(asNumber && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text)
  return (
    <Input
      key={shown}
      aria-label={t('reports.value')}
      placeholder={known?.type === 'date' ? 'yyyy-MM-dd' : t('reports.value')}
      defaultValue={shown}
      maxLength={500}
      onBlur={(event) => submit(event.target.value.trim())}
      onPressEnter={(event) => submit(event.currentTarget.value.trim())}
    />
  )
}

function choicesOf(property: string, known: Known | undefined, t: ReturnType<typeof useText>['t']): { value: string; label: string }[] {
  if (property === 'gender') return (['male', 'female'] as const).map((value) => ({ value, label: t(`segments.genders.${value}`) }))
  if (property === 'kind') return (['person', 'company'] as const).map((value) => ({ value, label: t(`customers.kinds.${value}`) }))
  if (known?.type === 'boolean')
    return ['true', 'false'].map((value) => ({ value, label: t(value === 'true' ? 'segments.yes' : 'segments.no') }))
  return (known?.choices ?? []).map((value) => ({ value, label: value }))
}

function useKnown(): Known[] {
  const { t } = useText()
  const attributes = useAttributes()
  const typeOf = (key: (typeof builtIns)[number]): Type =>
    key === 'hasPhone' ? 'boolean' : key === 'addedAt' || key === 'activeAt' ? 'date' : 'text'
  return [
    ...builtIns.map((key) => ({ key, name: t(`segments.builtIns.${key}`), type: typeOf(key), choices: [] })),
    ...((attributes.data?.items ?? []) as Known[]),
  ]
}

const fresh = (property: string, type: Type): Record<string, unknown> =>
  type === 'date' ? { property, op: 'days_ago', value: { gte: 30 } } : { property, op: type === 'number' ? 'gte' : 'eq', value: '' }

/** Another comparison keeps what still makes sense: days that are past are none that are to come. */
function valueFor(op: string, opBefore: string, before: unknown): { value?: unknown } {
  const isCompare = typeof before === 'object' && before !== null && !Array.isArray(before)
  if (op === 'exists') return {}
  if (op === 'days_ago' || op === 'anniversary_in')
    return { value: op === opBefore ? before : op === 'days_ago' ? { gte: 30 } : { lte: 7 } }
  if (op === 'in' || op === 'not_in')
    return { value: Array.isArray(before) ? before : isCompare || before === '' || before === undefined ? [] : [before] }
  return { value: Array.isArray(before) ? (before[0] ?? '') : isCompare ? '' : (before ?? '') }
}
