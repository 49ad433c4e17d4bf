import { Tabs } from 'antd'

/** Several views of one page; which one is open stands in the address. */
export function Views(props: {
  views: { key: string; name: string; count?: number | undefined }[]
  open: string
  onOpen: (key: string) => void
}) {
  return (
    <Tabs
      className="views-bar"
      activeKey={props.open}
      onChange={props.onOpen}
      items={props.views.map(({ key, name, count }) => ({ key, label: count ? `${name} ${count}` : name }))}
    />
  )
}
