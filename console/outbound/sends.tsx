import { Link } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { reasonText, SendState } from '#console/outbound/labels.tsx'
import { useSends } from '#console/outbound/queries.ts'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { When } from '#console/ui/when.tsx'
import type { SendItem } from '#operation/outbound/schema.ts'

/** Messages one by one, each with its decision and reason. */
export function Sends(props: {
  query: Record<string, string | undefined>
  name: string
  whom?: 'customers' | 'groups'
  /** Which of several wordings each heard. */
  worded?: boolean
}) {
  const { query, name, whom, worded = false } = props
  const { t } = useText()
  const list = useSends(query)
  return (
    <DataTable<SendItem>
      name={name}
      columns={columns(t, { withSource: query.message === undefined && query.journey === undefined, worded, whom })}
      list={list}
      empty={<Empty title={t('outbound.nobodyYet')} />}
    />
  )
}

/** The message or the step of a journey that it comes from. */
export function SendSource({ send: { source, text } }: { send: SendItem }) {
  const { t } = useText()
  const mayFollow = useMay()('journeys.read')
  if (source.kind === 'journey' && !mayFollow) return source.name ?? t('outbound.journey')
  if (source.kind === 'journey')
    return (
      <Link to="/journeys/$journeyId" params={{ journeyId: source.id }} search={{ step: source.step ?? undefined }}>
        {source.name ?? t('outbound.journey')}
      </Link>
    )
  return (
    <Link to="/messages/$messageId" params={{ messageId: source.id }}>
      {source.name ?? text.slice(0, 20)}
      {source.step ? ` · ${t('outbound.test_step')}` : ''}
    </Link>
  )
}

/** Whoever was told nothing, or not dealt a wording yet, heard none. */
const heard = ({ state, text }: SendItem): string => (state === 'suppressed' || state === 'intended' ? '—' : text.slice(0, 40))

type Shown = { withSource: boolean; worded: boolean; whom: 'customers' | 'groups' | undefined }

const columns = (t: Translate, { withSource, worded, whom }: Shown): Column<SendItem>[] => [
  {
    key: 'who',
    title: t(whom === 'groups' ? 'outbound.group' : 'outbound.customer'),
    width: 180,
    render: ({ customer, group }) => (customer ? <PersonLink id={customer.id} name={customer.name} /> : (group?.name ?? '—')),
  },
  { key: 'state', title: t('outbound.state'), width: 130, phone: 'aside', render: (row) => <SendState state={row.state} /> },
  { key: 'reason', title: t('outbound.reason'), width: 180, phone: 'note', render: (row) => reasonText(t, row.reason) },
  ...(worded ? [{ key: 'text', title: t('outbound.content'), width: 200, phone: 'note' as const, render: heard }] : []),
  { key: 'sender', title: t('outbound.sender'), width: 130, phone: 'note', render: (row) => row.employee?.name ?? '—' },
  ...(withSource
    ? [
        {
          key: 'source',
          title: t('outbound.source'),
          width: 180,
          phone: 'wide' as const,
          render: (row: SendItem) => <SendSource send={row} />,
        },
      ]
    : []),
  {
    key: 'at',
    title: t('outbound.at'),
    width: 140,
    phone: 'note',
    render: (row) => <When at={row.sentAt ?? row.until ?? row.finishedAt ?? row.createdAt} />,
  },
]
