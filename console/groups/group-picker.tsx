import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useGroups } from '#console/groups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'

type Props = {
  id?: string
  label?: string
  className?: string
  /** Without dismissed ones. */
  living?: boolean
  value: string[]
  onChange: (groups: string[]) => void
}

/** Groups by their names, found by typing, however many there are. */
export function GroupPicker({ id, label, className, living = false, value, onChange }: Props) {
  const { t } = useText()
  const [text, setText] = useState('')
  const q = useDeferredValue(text.trim())
  const those = { limit: '200', ...(living && { state: 'alive' }) }
  const found = useGroups({ ...those, q: q || undefined })
  // Those that were chosen before keep their names while something else is searched for.
  const known = useGroups(those)
  const all = new Map([...known.rows, ...found.rows].map((group) => [group.id, group]))
  const shown = new Set([...found.rows.map(({ id }) => id), ...value])
  return (
    <Select
      {...(id && { id })}
      {...(label && { 'aria-label': label })}
      {...(className && { className })}
      mode="multiple"
      maxTagCount="responsive"
      placeholder={label ?? t('groups.searchByName')}
      loading={found.loading}
      showSearch={{ filterOption: false, onSearch: setText }}
      value={value}
      onChange={onChange}
      options={[...shown].flatMap((id) => {
        const group = all.get(id)
        return group ? [{ value: id, label: group.name || t('groups.unnamed') }] : []
      })}
    />
  )
}
