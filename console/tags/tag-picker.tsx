import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useTagGroups } from '#console/tags/queries.ts'

/** One tag out of all groups, found by typing. */
export function TagPicker(props: {
  value?: string | undefined
  onChange?: (tagId: string) => void
  except?: string[]
  /** Nothing chosen, an empty text, is an answer, too. */
  clearable?: boolean
  autoFocus?: boolean
}) {
  const { t } = useText()
  const groups = useTagGroups()
  return (
    <Select
      showSearch={{ optionFilterProp: 'label' }}
      style={{ width: '100%' }}
      placeholder={t('tags.pick')}
      aria-label={t('tags.pick')}
      loading={groups.isPending}
      value={props.value || null}
      autoFocus={props.autoFocus ?? false}
      allowClear={props.clearable ?? false}
      onChange={(value) => (value || props.clearable) && props.onChange?.(value ?? '')}
      options={(groups.data?.items ?? []).map((group) => ({
        label: group.name,
        title: group.name,
        options: group.tags.filter((tag) => !props.except?.includes(tag.id)).map((tag) => ({ value: tag.id, label: tag.name })),
      }))}
    />
  )
}
