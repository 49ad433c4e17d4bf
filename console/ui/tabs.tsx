import { Select, Tabs } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { usePhone } from '#console/ui/preferences.ts'

/** More do not fit side by side on a phone. */
const mostOnPhone = 5

/** Several views of one page; which one is open stands in the address. Many of them are a list to choose from on a phone. */
export function Views(props: {
  views: { key: string; name: string; count?: number | undefined }[]
  open: string
  onOpen: (key: string) => void
}) {
  const phone = usePhone()
  const { t } = useText()
  const named = (name: string, count: number | undefined) => (count ? `${name} ${count}` : name)
  if (phone && props.views.length > mostOnPhone)
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
