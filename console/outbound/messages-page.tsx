import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { MessageState, sentOf } from '#console/outbound/labels.tsx'
import { useMessages } from '#console/outbound/queries.ts'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { StopButton } from '#console/outbound/stop-drawer.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import { type MessageItem, messageStates } from '#operation/messages/schema.ts'

const route = getRouteApi('/app/messages')

export function MessagesPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/messages' })
  const list = useMessages(search)
  const isFiltered = search.q !== undefined || search.state !== undefined
  return (
    <Page
      title={t('outbound.title')}
      note={t('outbound.note')}
      actions={
        <>
          <StopButton />
          <Gate permission="messages.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/messages/new' })}>
              {t('outbound.create')}
            </Button>
          </Gate>
        </>
      }
    >
      <StopBar />
      <FilterBar
        search={t('outbound.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'state',
            label: t('outbound.state'),
            options: messageStates.map((value) => ({ value, label: t(`outbound.states.${value}`) })),
          },
        ]}
      />
      <Section flush>
        <DataTable<MessageItem>
          name="messages"
          columns={columns(t)}
          list={list}
          href={(row) => `/messages/${row.id}`}
          open={(row) => void navigate({ to: '/messages/$messageId', params: { messageId: row.id } })}
          empty={
            isFiltered ? (
              <Empty
                title={t('outbound.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('outbound.none')} hint={t('outbound.noneHint')} />
            )
          }
        />
      </Section>
    </Page>
  )
}

const columns = (t: Translate): Column<MessageItem>[] => [
  { key: 'name', title: t('outbound.name'), width: 200, render: (row) => row.name },
  { key: 'state', title: t('outbound.state'), width: 110, phone: 'aside', render: (row) => <MessageState state={row.state} /> },
  {
    key: 'content',
    title: t('outbound.content'),
    width: 280,
    phone: 'wide',
    render: (row) => <span className="mute">{row.text.slice(0, 60)}</span>,
  },
  { key: 'whom', title: t('outbound.whom'), width: 100, phone: 'note', render: (row) => t(`outbound.whoms.${row.whom}`) },
  {
    key: 'receivers',
    title: t('outbound.receivers'),
    width: 100,
    right: true,
    phone: 'none',
    render: (row) => <Count value={row.receivers} />,
  },
  { key: 'sent', title: t('outbound.sent'), width: 100, right: true, phone: 'none', render: (row) => <Count value={sentOf(row)} /> },
  {
    key: 'at',
    title: t('outbound.at'),
    width: 140,
    phone: 'note',
    render: (row) => <When at={row.startedAt ?? row.scheduledAt ?? row.createdAt} />,
  },
  { key: 'madeBy', title: t('outbound.madeBy'), width: 120, phone: 'none', render: (row) => row.madeBy },
]
