import {
  DeleteOutlined,
  EditOutlined,
  EyeOutlined,
  MergeCellsOutlined,
  MessageOutlined,
  QrcodeOutlined,
  ShoppingOutlined,
  TagOutlined,
  UserAddOutlined,
  UserDeleteOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import type { TimelineEvent } from '#console/customers/queries.ts'
import { textOr } from '#console/i18n/i18n.ts'
import { exactMoney } from '#console/ui/format.ts'
import type { TimelineItem } from '#console/ui/timeline.tsx'

/** A fact of the log as a sentence. Facts without a sentence of their own keep their name, so nothing is hidden. */
export function timelineItem(event: TimelineEvent, currency: string): TimelineItem {
  const values = spoken(event.properties, currency)
  const look = looks.find(([pattern]) => pattern.test(event.name))
  const title = textOr(`customers.events.${event.name}`, event.name, values)
  const detail = [
    event.actor ? textOr('customers.byActor', event.actor.name, { name: event.actor.name }) : '',
    ...(title === event.name ? Object.entries(values).map(([key, value]) => `${key}: ${value}`) : detailOf(values)),
  ].filter(Boolean)
  return {
    id: event.id,
    at: event.at,
    title,
    tone: look?.[1] ?? 'plain',
    icon: look?.[2] ?? <EyeOutlined />,
    ...(detail.length ? { detail: detail.join(' · ') } : {}),
  }
}

const looks: [RegExp, TimelineItem['tone'], ReactNode][] = [
  [/scan/, 'plain', <QrcodeOutlined key="i" />],
  [/follow.*(ended|deleted|removed)|unfollow/, 'bad', <UserDeleteOutlined key="i" />],
  [/follow|friend/, 'good', <UserAddOutlined key="i" />],
  [/tag/, 'plain', <TagOutlined key="i" />],
  [/refund/, 'bad', <ShoppingOutlined key="i" />],
  [/order/, 'good', <ShoppingOutlined key="i" />],
  [/welcome|message/, 'plain', <MessageOutlined key="i" />],
  [/merge/, 'waiting', <MergeCellsOutlined key="i" />],
  [/delete|erase/, 'bad', <DeleteOutlined key="i" />],
  [/updated|changed/, 'plain', <EditOutlined key="i" />],
]

const detailOf = (values: Record<string, string>): string[] =>
  [values.channel, values.productTitles, values.remark, values.reason].filter((value) => value !== undefined)

/** Objects show their name, minor units become money, the rest its text. */
function spoken(properties: Record<string, unknown>, currency: string): Record<string, string> {
  const own = typeof properties.currency === 'string' ? properties.currency : currency
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]): [string, string][] => {
      if (value === null || value === undefined) return []
      if (typeof value === 'number' && key.endsWith('Minor')) return [[key.slice(0, -5), exactMoney(value, own)]]
      if (Array.isArray(value)) return [[key, value.map(nameOf).join('、')]]
      return [[key, nameOf(value)]]
    }),
  )
}

function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
