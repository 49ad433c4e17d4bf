import { AppstoreAddOutlined, DownloadOutlined, PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { BatchDrawer } from '#console/live-codes/batch-drawer.tsx'
import { liveCodeColumns } from '#console/live-codes/columns.tsx'
import { downloadPack, useLiveCodes } from '#console/live-codes/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { coverages, type LiveCodeRow } from '#growth/live-codes/schema.ts'

const route = getRouteApi('/app/live-codes')

export function LiveCodesPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/live-codes' })
  const channels = useChannelNames()
  const employees = useEmployeeNames()
  const may = useMay()
  const list = useLiveCodes(search)
  const [chosen, setChosen] = useState<string[]>([])
  const phone = usePhone()
  const [batching, setBatching] = useState(false)
  const create = () => void navigate({ to: '/live-codes/new' })
  return (
    <Page
      title={t('liveCodes.title')}
      note={t('liveCodes.note')}
      actions={
        <Gate permission="live_codes.write">
          {list.rows.length > 0 && (
            <Button icon={<AppstoreAddOutlined />} onClick={() => setBatching(true)}>
              {t('liveCodes.batch')}
            </Button>
          )}
          <Button type="primary" icon={<PlusOutlined />} onClick={create}>
            {t('liveCodes.create')}
          </Button>
        </Gate>
      }
    >
      <FilterBar
        search={t('liveCodes.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={[
          { kind: 'choice', key: 'channel', label: t('liveCodes.channel'), options: channels },
          ...(may('team.read') ? [{ kind: 'choice' as const, key: 'employee', label: t('liveCodes.employee'), options: employees }] : []),
          {
            kind: 'choice',
            key: 'coverage',
            label: t('liveCodes.coverage'),
            options: coverages.map((value) => ({ value, label: t(`liveCodes.coverages.${value}`) })),
          },
        ]}
      />
      <Section flush>
        <DataTable<LiveCodeRow>
          name="live-codes"
          columns={liveCodeColumns(t, phone)}
          list={list}
          href={(row) => `/live-codes/${row.id}`}
          open={(row) => void navigate({ to: '/live-codes/$codeId', params: { codeId: row.id } })}
          selection={{ ids: chosen, onChange: setChosen, actions: <Pack ids={chosen} /> }}
          tools={<span className="note">{t('liveCodes.last30')}</span>}
          empty={
            Object.values(search).some(Boolean) ? (
              <Empty
                title={t('liveCodes.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty
                title={t('liveCodes.none')}
                hint={t('liveCodes.noneHint')}
                action={
                  <Gate permission="live_codes.write">
                    <Button type="primary" onClick={create}>
                      {t('liveCodes.create')}
                    </Button>
                  </Gate>
                }
              />
            )
          }
        />
      </Section>
      <BatchDrawer open={batching} onClose={() => setBatching(false)} codes={list.rows} />
    </Page>
  )
}

/** Print files of the chosen codes. */
function Pack({ ids }: { ids: string[] }) {
  const { t } = useText()
  const run = useRun()
  const [busy, setBusy] = useState(false)
  const pack = async (format: string) => {
    setBusy(true)
    await run(() => downloadPack({ ids, format }))
    setBusy(false)
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'pdf', label: t('liveCodes.packPdf') },
          { key: 'png', label: t('liveCodes.packPng') },
          { key: 'svg', label: t('liveCodes.packSvg') },
        ],
        onClick: ({ key }) => void pack(key),
      }}
    >
      <Button size="small" icon={<DownloadOutlined />} loading={busy}>
        {busy ? t('liveCodes.packing', { count: ids.length }) : t('liveCodes.pack')}
      </Button>
    </Dropdown>
  )
}
