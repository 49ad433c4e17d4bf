import { PauseOutlined, PlayCircleOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useCustomer, useCustomers } from '#console/customers/queries.ts'
import { pairsOf } from '#console/events/pairs.ts'
import { usePropertyName } from '#console/events/property-names.ts'
import { type RecentEvent, useEventTitle, useRecentEvents, useTrackingPlan } from '#console/events/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { spanText } from '#console/operations/span.ts'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { usePersonName } from '#console/ui/person-name.ts'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** The newest events as they arrive: for whoever checks whether a page or a program sends what it should. */
export function LiveEvents(props: {
  name: string | undefined
  customer: string | undefined
  device: string | undefined
  onChange: (change: { name?: string | undefined; customer?: string | undefined; device?: string | undefined }) => void
}) {
  const { t } = useText()
  const navigate = useNavigate()
  const titleOf = useEventTitle()
  const [paused, setPaused] = useState(false)
  const [opened, setOpened] = useState<RecentEvent>()
  const events = useRecentEvents({ name: props.name, customer: props.customer, device: props.device }, paused)
  const filtered = props.name !== undefined || props.customer !== undefined || props.device !== undefined
  return (
    <>
      <search className="filters">
        <EventChoice value={props.name} onChange={(name) => props.onChange({ name })} />
        <CustomerChoice value={props.customer} onChange={(customer) => props.onChange({ customer })} />
        <DeviceChoice key={props.device ?? ''} value={props.device} onChange={(device) => props.onChange({ device })} />
        <Button icon={paused ? <PlayCircleOutlined /> : <PauseOutlined />} onClick={() => setPaused(!paused)}>
          {t(paused ? 'events.resume' : 'events.pause')}
        </Button>
        <Badge tone={paused ? 'quiet' : 'good'}>{t(paused ? 'events.paused' : 'events.watching')}</Badge>
      </search>
      <Section flush>
        <DataTable<RecentEvent>
          name="live-events"
          columns={columns(t, titleOf)}
          list={wholeList(events)}
          open={setOpened}
          empty={
            filtered ? (
              <Empty
                title={t('events.noMatch')}
                action={
                  <Button onClick={() => props.onChange({ name: undefined, customer: undefined, device: undefined })}>
                    {t('ui.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <Empty
                title={t('events.noEvents')}
                hint={t('events.noEventsHint')}
                action={<Button onClick={() => void navigate({ to: '/integrations' })}>{t('events.toKeys')}</Button>}
              />
            )
          }
        />
      </Section>
      <SideSheet title={opened && titleOf(opened.name)} open={opened !== undefined} onClose={() => setOpened(undefined)}>
        {opened && <EventFacts event={opened} />}
      </SideSheet>
    </>
  )
}

function EventChoice({ value, onChange }: { value: string | undefined; onChange: (name: string | undefined) => void }) {
  const { t, language } = useText()
  const plan = useTrackingPlan()
  return (
    <Select
      className="filter-choice wide"
      aria-label={t('events.event')}
      placeholder={t('events.anyEvent')}
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      value={value ?? null}
      onChange={(name: string | null | undefined) => onChange(name ?? undefined)}
      options={(plan.data?.items ?? []).map(({ name, title }) => ({ value: name, label: title ? `${title[language]} ${name}` : name }))}
    />
  )
}

function CustomerChoice({ value, onChange }: { value: string | undefined; onChange: (id: string | undefined) => void }) {
  const { t } = useText()
  const called = usePersonName()
  const [text, setText] = useState('')
  const q = useDeferredValue(text.trim())
  const found = useCustomers(q ? { q } : {})
  const chosen = useCustomer(value)
  const options = found.rows.map(({ id, ...known }) => ({ value: id, label: called(known) }))
  // The chosen one has a name also when it is not among the rows found now.
  const missing = value !== undefined && !options.some((option) => option.value === value)
  return (
    <Select
      className="filter-choice"
      aria-label={t('events.customer')}
      placeholder={t('events.anyCustomer')}
      allowClear
      showSearch={{ filterOption: false, onSearch: setText }}
      popupMatchSelectWidth={false}
      value={value ?? null}
      onChange={(id: string | null | undefined) => onChange(id ?? undefined)}
      options={missing ? [{ value, label: chosen.data ? called(chosen.data) : value }, ...options] : options}
    />
  )
}

/** Who tries out a page finds its device id in any of its events. */
function DeviceChoice({ value, onChange }: { value: string | undefined; onChange: (device: string | undefined) => void }) {
  const { t } = useText()
  const [text, setText] = useState(value ?? '')
  const submit = () => text.trim() !== (value ?? '') && onChange(text.trim() || undefined)
  return (
    <Input
      className="filter-choice"
      aria-label={t('events.device')}
      placeholder={t('events.anyDevice')}
      maxLength={200}
      allowClear
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        if (event.target.value === '' && value) onChange(undefined)
      }}
      onPressEnter={submit}
      onBlur={submit}
    />
  )
}

const columns = (t: Translate, titleOf: (name: string) => string): Column<RecentEvent>[] => [
  { key: 'event', title: t('events.event'), width: 170, render: (row) => <span title={row.name}>{titleOf(row.name)}</span> },
  {
    key: 'customer',
    title: t('events.customer'),
    width: 170,
    phone: 'note',
    render: (row) =>
      row.customerId ? (
        <PersonLink id={row.customerId} name={row.customerName} alias={row.customerAlias} />
      ) : (
        <span className="mute">{t('events.nobody')}</span>
      ),
  },
  { key: 'properties', title: t('events.properties'), width: 480, phone: 'wide', render: (row) => <Properties event={row} /> },
  { key: 'at', title: t('events.at'), width: 130, phone: 'aside', render: (row) => <When at={row.at} /> },
]

function Properties({ event }: { event: RecentEvent }) {
  const propertyName = usePropertyName([event.name])
  const pairs = pairsOf({ properties: event.properties, nameOf: propertyName })
  if (pairs.length === 0) return <span className="mute">—</span>
  return (
    <span className="pairs" title={pairs.map(({ name, value }) => `${name}: ${value}`).join('\n')}>
      {pairs.slice(0, 6).map(({ key, name, value }) => (
        <span key={key}>
          <span className="mute">{name}</span> {value}
        </span>
      ))}
    </span>
  )
}

/** As it was sent, and what it is called where that is something else. */
const withWords = (key: string, name: string): string => (name === key ? key : `${key} · ${name}`)

function EventFacts({ event }: { event: RecentEvent }) {
  const { t } = useText()
  const propertyName = usePropertyName([event.name])
  const lateSeconds = (new Date(event.receivedAt).getTime() - new Date(event.at).getTime()) / 1000
  return (
    <Stack>
      <Facts
        items={[
          { name: t('events.rawName'), value: <code>{event.name}</code> },
          {
            name: t('events.customer'),
            value: event.customerId ? (
              <PersonLink id={event.customerId} name={event.customerName} alias={event.customerAlias} />
            ) : (
              t('events.nobody')
            ),
          },
          { name: t('events.at'), value: <When at={event.at} /> },
          {
            name: t('events.receivedAt'),
            value: (
              <>
                <When at={event.receivedAt} />{' '}
                {lateSeconds > 60 && <span className="note">{t('events.late', { time: spanText(lateSeconds, t) })}</span>}
              </>
            ),
          },
          { name: t('events.id'), value: <CopyId value={event.id} /> },
        ]}
      />
      <div className="stack tight">
        <h3>{t('events.properties')}</h3>
        {Object.keys(event.properties).length === 0 ? (
          <p className="note">{t('events.nothingKnown')}</p>
        ) : (
          <Facts items={Object.entries(event.properties).map(([key, value]) => ({ name: withWords(key, propertyName(key)), value }))} />
        )}
      </div>
    </Stack>
  )
}
