import { EllipsisOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useText } from '#console/i18n/i18n.ts'

type Act = {
  key: string
  label: React.ReactNode
  danger?: boolean
  onClick: () => void
}

/** What can be done besides and is seldom done, behind one button; nothing where there is nothing. */
export function MoreMenu({ items, small = false }: { items: readonly Act[]; small?: boolean }) {
  const { t } = useText()
  if (items.length === 0) return null
  return (
    <Dropdown trigger={['click']} menu={{ items: [...items] }}>
      <Button icon={<EllipsisOutlined />} aria-label={t('ui.moreActions')} {...(small && { size: 'small' })} />
    </Dropdown>
  )
}
