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
  UsergroupAddOutlined,
  UsergroupDeleteOutlined,
} from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { TimelineEvent } from '#console/customers/queries.ts'
import { listed, pairsOf } from '#console/events/pairs.ts'
import { type Language, textOr } from '#console/i18n/i18n.ts'
import { exactMoney } from '#console/ui/format.ts'
import type { TimelineItem } from '#console/ui/timeline.tsx'

/** A fact of the log as a sentence. Facts without a sentence of their own keep their name, so nothing is hidden. */
export function timelineItem(
  event: TimelineEvent,
  { currency, language, propertyName }: { currency: string; language: Language; propertyName: (event: string, property: string) => string },
): TimelineItem {
  const values = spoken(event.properties, currency)
  const look = looks.find(([pattern]) => pattern.test(event.name))
  const known = sentence(event, values)
  const title = known ?? event.title[language]
  const detail = [
    event.actor?.name ? textOr('customers.byActor', event.actor.name, { name: event.actor.name }) : '',
    ...(known === undefined ? pairsIn(event, currency, (property) => propertyName(event.name, property)) : detailOf(values)),
  ].filter(Boolean)
  return {
    id: event.id,
    at: event.at,
    title:
      typeof event.properties.order === 'string' ? (
        <Link to="/orders" search={{ order: event.properties.order }}>
          {title}
        </Link>
      ) : (
        title
      ),
    tone: look?.[1] ?? 'plain',
    icon: look?.[2] ?? <EyeOutlined />,
    ...(detail.length ? { detail: detail.join(' · ') } : {}),
  }
}

/** One event may need several sentences: who ended a friendship, whether it was the first order. */
function sentence({ name, properties }: TimelineEvent, values: Record<string, string>): string | undefined {
  const variants = [
    properties.by,
    properties.how,
    properties.result,
    properties.scene === 'invited' && properties.employeeName === undefined ? undefined : properties.scene,
    properties.again === true && 'again',
    properties.first === true && 'first',
  ].filter((one) => typeof one === 'string')
  const keys = [...variants.map((variant) => `customers.events.${name}_${variant}`), `customers.events.${name}`]
  return keys.map((key) => textOr(key, '', values)).find((text) => text !== '')
}

const looks: [RegExp, TimelineItem['tone'], ReactNode][] = [
  [/scan/, 'plain', <QrcodeOutlined key="i" />],
  [/^task.overdue/, 'bad', <EditOutlined key="i" />],
  [/^task|^follow_up/, 'plain', <EditOutlined key="i" />],
  [/unfollow|handover/, 'bad', <UserDeleteOutlined key="i" />],
  [/follow/, 'good', <UserAddOutlined key="i" />],
  [/^group.left/, 'bad', <UsergroupDeleteOutlined key="i" />],
  [/^group/, 'good', <UsergroupAddOutlined key="i" />],
  [/tag/, 'plain', <TagOutlined key="i" />],
  [/refund/, 'bad', <ShoppingOutlined key="i" />],
  [/order/, 'good', <ShoppingOutlined key="i" />],
  [/welcome.failed/, 'bad', <MessageOutlined key="i" />],
  [/welcome|message|archive/, 'plain', <MessageOutlined key="i" />],
  [/merge|separate/, 'waiting', <MergeCellsOutlined key="i" />],
  [/delete|erase/, 'bad', <DeleteOutlined key="i" />],
  [/updated|changed/, 'plain', <EditOutlined key="i" />],
]

const detailOf = (values: Record<string, string>): string[] =>
  [values.channelName, values.shopName, values.products, values.groupName, values.text, values.reason].filter(
    (value): value is string => value !== undefined && value !== '',
  )

/** What a fact without a sentence says, as the live events show it. */
function pairsIn({ properties, actor }: TimelineEvent, currency: string, nameOf: (property: string) => string): string[] {
  const own: Record<string, string> = 'amount' in properties ? { currency } : {}
  const said = Object.entries(properties).filter(([key, value]) => value != null && !(key === 'by' && actor))
  const texts = Object.fromEntries(said.map(([key, value]) => [key, textOf(value)]))
  return pairsOf({ properties: { ...own, ...texts }, nameOf }).map(({ name, value }) => textOr('customers.pair', '', { name, value }))
}

/** Objects show their name, minor units become money, the rest its text. */
function spoken(properties: Record<string, unknown>, currency: string): Record<string, string> {
  const own = typeof properties.currency === 'string' ? properties.currency : currency
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, value]): [string, string][] => {
      if (value === null || value === undefined) return []
      if (typeof value === 'number' && key === 'amount') return [[key, exactMoney(value, own)]]
      if (Array.isArray(value)) return [[key, listed(value.map(nameOf))]]
      if (key === 'reason') return [[key, textOr(`identity.reasons.${nameOf(value)}`, nameOf(value))]]
      return [[key, nameOf(value)]]
    }),
  )
}

/** Lists stay lists, to be told by their first ones. */
const textOf = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value.map(nameOf)) : nameOf(value))

function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
