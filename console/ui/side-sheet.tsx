import { Drawer } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { usePhone } from '#console/ui/preferences.ts'

/** One thing of a list, opened beside it. */
export function SideSheet(props: {
  title: ReactNode
  open: boolean
  onClose: () => void
  actions?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  const { t } = useText()
  const phone = usePhone()
  return (
    <Drawer
      title={props.title}
      open={props.open}
      onClose={props.onClose}
      size={phone ? '100%' : props.wide ? 760 : 560}
      extra={props.actions && <div className="row">{props.actions}</div>}
      destroyOnHidden
      closable={{ 'aria-label': t('ui.close') }}
    >
      {props.children}
    </Drawer>
  )
}
