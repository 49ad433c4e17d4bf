import { Form, Input, Select } from 'antd'
import { GroupPicker } from '#console/groups/group-picker.tsx'
import { GroupTagSelect } from '#console/groups/tag-select.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import type { GroupAudience } from '#operation/messages/schema.ts'

/** Groups chosen one by one, by a part of their name, by their tags, by their owners; what is said counts together. */
export function GroupFields({ value, onChange }: { value: GroupAudience; onChange: (audience: GroupAudience) => void }) {
  const { t } = useText()
  const employees = useEmployeeNames()
  const say = (part: GroupAudience) => onChange(filled({ ...value, ...part }))
  const sayTags = (part: NonNullable<GroupAudience['tags']>) => {
    const tags = filled({ ...value.tags, ...part })
    say({ tags: Object.keys(tags).length > 0 ? tags : undefined })
  }
  return (
    <>
      <Form.Item label={t('outbound.groups')} extra={t('outbound.everyGroup')} htmlFor="message-groups">
        <GroupPicker id="message-groups" living value={value.groups ?? []} onChange={(groups) => say({ groups })} />
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
      {tagFields.map(([which, label]) => (
        <Form.Item key={which} label={t(`outbound.${label}`)} htmlFor={`message-group-tags-${which}`}>
          <GroupTagSelect
            id={`message-group-tags-${which}`}
            value={value.tags?.[which] ?? []}
            onChange={(ids) => sayTags({ [which]: ids })}
          />
        </Form.Item>
      ))}
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

const tagFields = [
  ['in', 'groupTags'],
  ['all', 'allGroupTags'],
  ['none', 'withoutGroupTags'],
] as const

/** What nothing is said in is left out. */
const filled = <Said extends object>(said: Said): Said =>
  Object.fromEntries(Object.entries(said).filter(([, one]) => one !== undefined && one.length !== 0)) as Said
