import { Select, Tabs } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { usePhone } from '#console/ui/preferences.ts'

/** What fits side by side on a phone: five views, and names of some forty letters with the room between them. */
const mostOnPhone = { views: 5, letters: 40, between: 4 }

/** A Chinese sign is as wide as two letters. */
const lettersOf = (name: string): number => Array.from(name).reduce((sum, sign) => sum + (sign.charCodeAt(0) > 255 ? 2 : 1), 0)

/** Several views of one page; which one is open stands in the address. Many of them are a list to choose from on a phone. */
export function Views(props: {
  views: { key: string; name: string; count?: number | undefined }[]
  open: string
  onOpen: (key: string) => void
}) {
  const phone = usePhone()
  const { t } = useText()
  const named = (name: string, count: number | undefined) => (count ? `${name} ${count}` : name)
  const letters = props.views.reduce((sum, { name, count }) => sum + lettersOf(named(name, count)) + mostOnPhone.between, 0)
  if (phone && (props.views.length > mostOnPhone.views || letters > mostOnPhone.letters + mostOnPhone.between))
    return (
      <Select
        className="views-choice"
        aria-label={t('ui.views')}
        value={props.open}
        onChange={props.onOpen}
        options={props.views.map(({ key, name, count }) => ({ value: key, label: named(name, count) }))}
      />
    )
  return (
    <Tabs
      className="views-bar"
      activeKey={props.open}
      onChange={props.onOpen}
      items={props.views.map(({ key, name, count }) => ({ key, label: named(name, count) }))}
    />
  )
}
