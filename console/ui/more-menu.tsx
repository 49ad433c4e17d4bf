import { EllipsisOutlined, MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useText } from '#console/i18n/i18n.ts'

interface Act {
  key: string
  label: string
  danger?: boolean
  disabled?: boolean
  onClick: () => unknown
}

/**
 * What can be done besides and is seldom done, behind one button; nothing where there is nothing. `of`: the name of the row or thing
 * that it stands beside; without it, it is the page's.
 */
export function MoreMenu({ items, of: name, small = false }: { items: readonly Act[]; of?: string; small?: boolean }) {
  const { t } = useText()
  if (items.length === 0) return null
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: items.map(({ onClick, ...item }) => ({
          ...item,
          onClick: ({ domEvent }) => {
            // The row beneath would be opened too.
            domEvent.stopPropagation()
            void onClick()
          },
        })),
      }}
    >
      {name === undefined ? (
        <Button icon={<EllipsisOutlined />} aria-label={t('ui.moreActions')} />
      ) : (
        <Button type="text" size={small ? 'small' : 'middle'} icon={<MoreOutlined />} aria-label={t('ui.actionsFor', { name })} />
      )}
    </Dropdown>
  )
}
