import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Segmented } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { LeafFields } from '#console/segments/leaf-fields.tsx'
import {
  freshLeaf,
  kindOf,
  type LeafKind,
  negate,
  offeredKinds,
  partsOf,
  placeOf,
  positive,
  type RuleTree,
} from '#console/segments/tree.ts'

/** Groups of groups are hard to read; the rest is for the document. */
const deepest = 3

/** Conditions joined by "all of" or "any of"; a group may stand where a condition stands. */
export function RuleGroup(props: { rule: RuleTree; onChange: (rule: RuleTree) => void; depth?: number; place?: string }) {
  const { t } = useText()
  const { rule, depth = 0, place = '' } = props
  const parts = partsOf(rule) ?? []
  const joint = Array.isArray(rule.or) ? 'or' : 'and'
  const keep = (next: RuleTree[]) => props.onChange({ [joint]: next })
  return (
    <div className={depth === 0 ? 'rule-group' : 'rule-group inner'}>
      {parts.length > 1 && (
        <Segmented
          size="small"
          value={joint}
          onChange={(value) => props.onChange({ [value]: parts })}
          options={(['and', 'or'] as const).map((value) => ({ value, label: t(`segments.joints.${value}`) }))}
        />
      )}
      {parts.map((part, index) => (
        <Part
          // biome-ignore lint/suspicious/noArrayIndexKey: conditions have nothing but their place
          key={index}
          part={part}
          depth={depth}
          place={placeOf(place, index)}
          onChange={(next) => keep(parts.map((one, at) => (at === index ? next : one)))}
          onRemove={() => keep(parts.filter((_one, at) => at !== index))}
        />
      ))}
      {depth > 0 && parts.length === 0 && <p className="note">{t('segments.groupEmpty')}</p>}
      <AddCondition depth={depth} onAdd={(fresh) => keep([...parts, fresh])} />
    </div>
  )
}

function Part(props: { part: RuleTree; depth: number; place: string; onChange: (part: RuleTree) => void; onRemove: () => void }) {
  const { t } = useText()
  const { inner, negated } = positive(props.part)
  const kind = kindOf(inner)
  const change = (next: RuleTree) => props.onChange(negate(next, negated))
  return (
    <div className={negated ? 'rule-part negated' : 'rule-part'} data-place={props.place}>
      <div className="rule-part-head">
        <span className="row">
          <Segmented
            size="small"
            aria-label={t('segments.polarity')}
            value={negated ? 'not' : 'is'}
            onChange={(value) => props.onChange(negate(inner, value === 'not'))}
            options={[
              { value: 'is', label: t('segments.is') },
              { value: 'not', label: t('segments.isNot') },
            ]}
          />
          <strong>{kind ? t(`segments.kinds.${kind}`) : t('segments.kinds.groupOf')}</strong>
        </span>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t('segments.removeCondition')} onClick={props.onRemove} />
      </div>
      {partsOf(inner) ? (
        <RuleGroup rule={inner} depth={props.depth + 1} place={props.place} onChange={change} />
      ) : (
        kind && <LeafFields kind={kind} value={inner[kind]} onChange={(value) => change({ [kind]: value })} />
      )}
    </div>
  )
}

function AddCondition({ depth, onAdd }: { depth: number; onAdd: (fresh: RuleTree) => void }) {
  const { t } = useText()
  const kinds = offeredKinds.map((kind) => ({ key: kind as string, label: t(`segments.kinds.${kind}`) }))
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: depth < deepest ? [...kinds, { type: 'divider' as const }, { key: 'nested', label: t('segments.kinds.groupOf') }] : kinds,
        onClick: ({ key }) => onAdd(key === 'nested' ? { or: [] } : freshLeaf(key as LeafKind)),
      }}
    >
      <Button icon={<PlusOutlined />}>{t('segments.addCondition')}</Button>
    </Dropdown>
  )
}

/** Brings a condition into view and the keyboard to what is not chosen there. */
export function showPlace(within: HTMLElement | null, place: string): void {
  const part = within?.querySelector<HTMLElement>(`[data-place="${place}"]`)
  part?.scrollIntoView({ block: 'center' })
  const field = ['.ant-select:has(.ant-select-placeholder) input', 'input.ant-input[value=""]', ':scope .rule-group button', 'input']
    .map((one) => part?.querySelector<HTMLElement>(one))
    .find((one) => one)
  field?.focus({ preventScroll: true })
}
