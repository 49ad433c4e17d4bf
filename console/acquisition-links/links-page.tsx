import { PlusOutlined, ReloadOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { LinkForm } from '#console/acquisition-links/link-form.tsx'
import { useLinks, useQuotas, useReading } from '#console/acquisition-links/queries.ts'
import { NoPermission, QuotaLine, QuotaWarnings } from '#console/acquisition-links/quota.tsx'
import { useMay } from '#console/api/session.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type AcquisitionLinkRow, linkStates } from '#growth/acquisition-links/schema.ts'

const route = getRouteApi('/app/acquisition-links')

export function LinksPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/acquisition-links' })
  const may = useMay()
  const phone = usePhone()
  const channels = useChannelNames()
  const employees = useEmployeeNames()
  const list = useLinks(search)
  const quotas = useQuotas().data?.items ?? []
  const [isOpen, setOpen] = useState(false)
  const refused = quotas.filter(({ problem }) => problem)
  const isFiltered = Object.values(search).some(Boolean)
  return (
    <Page title={t('acquisitionLinks.title')} note={t('acquisitionLinks.note')} actions={<Actions create={() => setOpen(true)} />}>
      <QuotaWarnings quotas={quotas} />
      {refused.map((quota) => (
        <NoPermission key={quota.corp.id} quota={quota} />
      ))}
      <QuotaLine quotas={quotas} />
      <FilterBar
        search={t('acquisitionLinks.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'state',
            label: t('acquisitionLinks.state'),
            options: linkStates.map((value) => ({ value, label: t(`acquisitionLinks.states.${value}`) })),
          },
          { kind: 'choice', key: 'channel', label: t('acquisitionLinks.channel'), options: channels },
          ...(may('team.read')
            ? [{ kind: 'choice' as const, key: 'employee', label: t('acquisitionLinks.employee'), options: employees }]
            : []),
        ]}
      />
      <Section flush>
        <DataTable<AcquisitionLinkRow>
          name="acquisition-links"
          columns={columns(t, phone)}
          list={list}
          href={(row) => `/acquisition-links/${row.id}`}
          open={(row) => void navigate({ to: '/acquisition-links/$linkId', params: { linkId: row.id } })}
          empty={
            isFiltered ? (
              <Empty
                title={t('acquisitionLinks.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty
                title={t('acquisitionLinks.none')}
                hint={t('acquisitionLinks.noneHint')}
                action={
                  <Gate permission="acquisition_links.write">
                    <Button type="primary" onClick={() => setOpen(true)}>
                      {t('acquisitionLinks.create')}
                    </Button>
                  </Gate>
                }
              />
            )
          }
        />
      </Section>
      <LinkForm
        open={isOpen}
        link={undefined}
        onClose={() => setOpen(false)}
        onSaved={(saved) => void navigate({ to: '/acquisition-links/$linkId', params: { linkId: saved.id } })}
      />
    </Page>
  )
}

function Actions({ create }: { create: () => void }) {
  const { t } = useText()
  const run = useRun()
  const reading = useReading()
  const list = useLinks({})
  const quotas = useQuotas()
  const refresh = () =>
    run(async () => {
      await reading.mutateAsync(undefined)
      // It is read in the background; by then it usually is.
      setTimeout(() => {
        list.reload()
        void quotas.refetch()
      }, 4_000)
    }, t('acquisitionLinks.refreshing'))
  return (
    <>
      <Button icon={<ReloadOutlined />} loading={reading.isPending} onClick={() => void refresh()}>
        {t('acquisitionLinks.refresh')}
      </Button>
      <Gate permission="acquisition_links.write">
        <Button type="primary" icon={<PlusOutlined />} onClick={create}>
          {t('acquisitionLinks.create')}
        </Button>
      </Gate>
    </>
  )
}

const tones = { active: 'good', making: 'waiting', unavailable: 'bad', gone: 'quiet' } as const

export const LinkState = ({ link, t }: { link: Pick<AcquisitionLinkRow, 'state' | 'sync'>; t: Translate }) =>
  link.sync.state === 'failed' && link.state !== 'gone' ? (
    <Badge tone="bad">{t('acquisitionLinks.syncStates.failed')}</Badge>
  ) : (
    <Badge tone={tones[link.state]}>{t(`acquisitionLinks.states.${link.state}`)}</Badge>
  )

const nothing = <span className="mute">—</span>
const number = (value: number) => (value === 0 ? <span className="mute">0</span> : <Count value={value} />)

const columns = (t: Translate, phone: boolean): Column<AcquisitionLinkRow>[] => [
  { key: 'name', title: t('acquisitionLinks.name'), width: 200, render: (row) => <span>{row.name}</span> },
  { key: 'state', title: t('acquisitionLinks.state'), width: 130, phone: 'aside', render: (row) => <LinkState link={row} t={t} /> },
  {
    key: 'employees',
    title: t('acquisitionLinks.employee'),
    width: 180,
    phone: 'note',
    render: (row) => [...row.employees, ...row.departments].map(({ name }) => name).join(t('ui.comma')) || nothing,
  },
  { key: 'channel', title: t('acquisitionLinks.channel'), width: 120, phone: 'none', render: (row) => row.channel?.name ?? nothing },
  {
    key: 'tags',
    title: t('acquisitionLinks.tags'),
    width: 120,
    phone: 'none',
    render: (row) => (row.tags.length > 0 ? <TagChips tags={row.tags} max={2} /> : nothing),
  },
  {
    key: 'clicks',
    title: t('acquisitionLinks.clicksLately'),
    width: 110,
    right: true,
    phone: 'none',
    render: (row) => number(row.counts.clicksLately),
  },
  {
    key: 'addedLately',
    title: t('acquisitionLinks.addedLately'),
    width: 130,
    right: true,
    phone: 'none',
    render: (row) => number(row.counts.addedLately),
  },
  {
    key: 'added',
    title: t('acquisitionLinks.added'),
    width: 80,
    right: true,
    phone: 'note',
    render: (row) =>
      phone
        ? t('acquisitionLinks.cardNote', { added: row.counts.added, wrote: percent(row.counts.wrote, row.counts.added) })
        : number(row.counts.added),
  },
  {
    key: 'wrote',
    title: t('acquisitionLinks.wroteShare'),
    width: 130,
    right: true,
    phone: 'none',
    render: (row) => (row.counts.added > 0 ? <span className="figure">{percent(row.counts.wrote, row.counts.added)}</span> : nothing),
  },
  {
    key: 'variants',
    title: t('acquisitionLinks.variants'),
    width: 90,
    right: true,
    phone: 'none',
    hidden: true,
    render: (row) => row.variants,
  },
  { key: 'corp', title: t('wecom.ofCorp'), width: 140, phone: 'none', hidden: true, render: (row) => row.corp.name },
  {
    key: 'createdAt',
    title: t('acquisitionLinks.createdAt'),
    width: 120,
    phone: 'none',
    hidden: true,
    render: (row) => <When at={row.createdAt} />,
  },
]
