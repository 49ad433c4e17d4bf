import { Input, Select, Slider } from 'antd'
import type { ReactNode } from 'react'
import { useChannelNames } from '#console/channels/queries.ts'
import { GroupPicker } from '#console/groups/group-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { AttributeFields } from '#console/segments/attribute-fields.tsx'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import { EventFields, SequenceFields } from '#console/segments/event-fields.tsx'
import { MemberLevelFields, PointsFields } from '#console/segments/member-fields.tsx'
import { OrdersFields } from '#console/segments/orders-fields.tsx'
import { type LeafProps, Many, Optional, withoutEmpty } from '#console/segments/pieces.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'
import { HighValueFields, LayerFields, QuadrantFields, RfmFields, ScoreFields } from '#console/segments/standing-fields.tsx'
import type { LeafKind } from '#console/segments/tree.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useDepartments, useEmployeeNames } from '#console/team/queries.ts'
import { percent } from '#console/ui/format.ts'

/** The fields of one condition. */
export function LeafFields({ kind, value, onChange }: { kind: LeafKind; value: unknown; onChange: (value: unknown) => void }): ReactNode {
  const props = { value: value as Record<string, unknown>, onChange }
  switch (kind) {
    case 'attribute':
      return <AttributeFields {...props} />
    case 'tag':
      return <TagFields {...props} />
    case 'follow':
      return <FollowFields {...props} />
    case 'group':
      return <GroupFields {...props} />
    case 'event':
      return <EventFields {...props} />
    case 'sequence':
      return <SequenceFields {...props} />
    case 'orders':
      return <OrdersFields {...props} />
    case 'points':
      return <PointsFields {...props} />
    case 'member_level':
      return <MemberLevelFields {...props} />
    case 'rfm':
      return <RfmFields {...props} />
    case 'layer':
      return <LayerFields {...props} />
    case 'quadrant':
      return <QuadrantFields {...props} />
    case 'high_value':
      return <HighValueFields {...props} />
    case 'score':
      return <ScoreFields {...props} />
    case 'segment':
      return <SegmentField value={String(value)} onChange={onChange} />
    case 'random':
      return <RandomFields {...props} />
    case 'customers':
      return <NamedPeople count={Array.isArray(value) ? value.length : 0} />
  }
}

function NamedPeople({ count }: { count: number }) {
  const { t } = useText()
  return <p className="note">{t('segments.namedPeople', { count })}</p>
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

function TagFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const groups = useTagGroups()
  const way = (['any', 'all', 'none'] as const).find((one) => one in value) ?? 'any'
  return (
    <div className="rule-fields">
      <Select
        aria-label={t('segments.tagWay')}
        popupMatchSelectWidth={false}
        value={way}
        onChange={(next) => onChange({ [next]: value[way] })}
        options={(['any', 'all', 'none'] as const).map((one) => ({ value: one, label: t(`segments.tagWays.${one}`) }))}
      />
      <Many
        label={t('segments.kinds.tag')}
        value={textsOf(value[way])}
        onChange={(tags) => onChange({ [way]: tags })}
        options={(groups.data?.items ?? []).map((group) => ({
          label: group.name,
          title: group.name,
          options: group.tags.map((tag) => ({ value: tag.id, label: tag.name })),
        }))}
      />
    </div>
  )
}

function StateField({ value, states, onChange }: LeafProps & { states: readonly ('live' | 'ended' | 'ever' | 'member' | 'left')[] }) {
  const { t } = useText()
  return (
    <Select
      aria-label={t('segments.state')}
      popupMatchSelectWidth={false}
      value={String(value.state ?? states[0])}
      onChange={(state) => {
        const { endedBy: _gone, ...rest } = value
        onChange({ ...(state === 'live' ? rest : value), state })
      }}
      options={states.map((state) => ({ value: state, label: t(`segments.states.${state}`) }))}
    />
  )
}

function FollowFields(props: LeafProps) {
  const { t } = useText()
  const { value, onChange } = props
  const employees = useEmployeeNames()
  const departments = useDepartments()
  const channels = useChannelNames()
  const many = (key: string, label: string, options: { value: string; label: string }[]) => (
    <Many
      label={label}
      value={textsOf(value[key])}
      options={options}
      onChange={(ids) => onChange(withoutEmpty({ ...value, [key]: ids }))}
    />
  )
  return (
    <div className="rule-fields">
      <StateField {...props} states={['live', 'ended', 'ever']} />
      {many('employees', t('segments.anyEmployee'), employees)}
      {many(
        'departments',
        t('segments.anyDepartment'),
        (departments.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
      )}
      {many('channels', t('segments.anyChannel'), channels)}
      {value.state === 'ended' &&
        many(
          'endedBy',
          t('segments.endedBy'),
          (['customer', 'employee', 'transfer'] as const).map((one) => ({ value: one, label: t(`segments.enders.${one}`) })),
        )}
      <DaysField {...props} label={t('segments.daysSinceAdded')} />
    </div>
  )
}

function DaysField({ value, onChange, label }: LeafProps & { label: string }) {
  const { t } = useText()
  return (
    <Optional label={label} value={value.days} fresh={{ gte: 30 }} onChange={(days) => onChange(withoutEmpty({ ...value, days }))}>
      <CompareField
        label={label}
        unit={t('segments.units.day')}
        value={value.days as Compare}
        onChange={(days) => onChange({ ...value, days })}
      />
    </Optional>
  )
}

function GroupFields(props: LeafProps) {
  const { t } = useText()
  const { value, onChange } = props
  return (
    <div className="rule-fields">
      <StateField {...props} states={['member', 'left', 'ever']} />
      <GroupPicker
        label={t('segments.anyGroup')}
        className="rule-wide"
        value={textsOf(value.groups)}
        onChange={(ids) => onChange(withoutEmpty({ ...value, groups: ids }))}
      />
      <DaysField {...props} label={t('segments.daysSinceJoined')} />
    </div>
  )
}

function SegmentField({ value, onChange }: LeafProps<string>) {
  const { t } = useText()
  const names = useSegmentNames()
  return (
    <Select
      className="rule-wide"
      aria-label={t('segments.kinds.segment')}
      placeholder={t('segments.pick')}
      showSearch={{ optionFilterProp: 'label' }}
      value={value || null}
      options={names}
      onChange={(id: string | null) => id && onChange(id)}
    />
  )
}

function RandomFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const [from, to] = [Number(value.from ?? 0), Number(value.to ?? 1)]
  return (
    <div className="rule-fields">
      <div className="rule-slider">
        <Slider
          range
          min={0}
          max={100}
          value={[Math.round(from * 100), Math.round(to * 100)]}
          onChange={([low = 0, high = 100]) => high > low && onChange({ ...value, from: low / 100, to: high / 100 })}
          ariaLabelForHandle={[t('segments.shareFrom'), t('segments.shareTo')]}
        />
      </div>
      <span className="figure">{percent(to - from, 1)}</span>
      <Input
        aria-label={t('segments.salt')}
        prefix={<span className="note">{t('segments.salt')}</span>}
        defaultValue={String(value.salt ?? '')}
        maxLength={100}
        onBlur={(event) => event.target.value.trim() && onChange({ ...value, salt: event.target.value.trim() })}
      />
      <span className="note">{t('segments.saltNote')}</span>
    </div>
  )
}
