import { Form, Input, Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useGroups } from '#console/groups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import type { GroupAudience } from '#operation/messages/schema.ts'

/** Groups chosen one by one, by a part of their name, by their owners; what is said counts together. */
export function GroupFields({ value, onChange }: { value: GroupAudience; onChange: (audience: GroupAudience) => void }) {
  const { t } = useText()
  const employees = useEmployeeNames()
  const say = (part: GroupAudience) =>
    onChange(Object.fromEntries(Object.entries({ ...value, ...part }).filter(([, one]) => one !== undefined && one.length > 0)))
  return (
    <>
      <Form.Item label={t('outbound.groups')} extra={t('outbound.everyGroup')} htmlFor="message-groups">
        <GroupPicker value={value.groups ?? []} onChange={(groups) => say({ groups })} />
      </Form.Item>
      <Form.Item label={t('outbound.groupName')} extra={t('outbound.groupNameHint')} htmlFor="message-group-name">
        <Input
          id="message-group-name"
          allowClear
          maxLength={100}
          value={value.name ?? ''}
          onChange={(event) => say({ name: event.target.value })}
        />
      </Form.Item>
      <Form.Item label={t('outbound.owners')} htmlFor="message-owners">
        <Select
          id="message-owners"
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          value={value.owners ?? []}
          options={employees}
          onChange={(owners: string[]) => say({ owners })}
        />
      </Form.Item>
    </>
  )
}

function GroupPicker({ value, onChange }: { value: string[]; onChange: (groups: string[]) => void }) {
  const { t } = useText()
  const [text, setText] = useState('')
  const q = useDeferredValue(text.trim())
  const found = useGroups({ state: 'alive', limit: '200', q: q || undefined })
  // Those that were chosen before keep their names while something else is searched for.
  const known = useGroups({ state: 'alive', limit: '200' })
  const all = new Map([...known.rows, ...found.rows].map((group) => [group.id, group]))
  const shown = new Set([...found.rows.map(({ id }) => id), ...value])
  return (
    <Select
      id="message-groups"
      mode="multiple"
      placeholder={t('outbound.groupsPlaceholder')}
      loading={found.loading}
      showSearch={{ filterOption: false, onSearch: setText }}
      value={value}
      onChange={onChange}
      options={[...shown].flatMap((id) => {
        const group = all.get(id)
        return group ? [{ value: id, label: group.name || t('outbound.unnamedGroup') }] : []
      })}
    />
  )
}
