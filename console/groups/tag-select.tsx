import { Select } from 'antd'
import { useGroupTags } from '#console/groups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'

/** Tags of groups, found by typing. Those that are gone are said to be so instead of showing their id. */
export function GroupTagSelect(props: {
  id?: string
  label?: string
  value: string[]
  onChange: (ids: string[]) => void
  except?: string[]
  autoFocus?: boolean
}) {
  const { t } = useText()
  const tags = useGroupTags()
  const known = tags.data?.items ?? []
  const gone = tags.data ? props.value.filter((id) => !known.some((tag) => tag.id === id)) : []
  return (
    <Select
      {...(props.id && { id: props.id })}
      mode="multiple"
      style={{ width: '100%' }}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('groups.pickTags')}
      {...(props.label && { 'aria-label': props.label })}
      notFoundContent={t('groups.noTagsYet')}
      loading={tags.isPending}
      autoFocus={props.autoFocus ?? false}
      value={props.value}
      onChange={props.onChange}
      options={[
        ...known.filter(({ id }) => !props.except?.includes(id)).map(({ id, name }) => ({ value: id, label: name })),
        ...gone.map((id) => ({ value: id, label: t('groups.tagGone') })),
      ]}
    />
  )
}
