import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { ListDrawer } from '#console/segments/list-drawer.tsx'
import { OverlapSheet } from '#console/segments/overlap-sheet.tsx'
import { useSegmentCount, useSegments } from '#console/segments/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Segment } from '#insight/segments/schema.ts'

const route = getRouteApi('/app/segments')

export function SegmentsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/segments' })
  const list = useSegments(search)
  const [listing, setListing] = useState(false)
  const [chosen, setChosen] = useState<string[]>([])
  const canCompare = chosen.length >= 2 && chosen.length <= 8
  const [compared, setCompared] = useState<string[]>()
  const isFiltered = search.q !== undefined || search.kind !== undefined || search.archived !== undefined
  return (
    <Page
      title={t('segments.title')}
      note={t('segments.note')}
      actions={
        <>
          <Button onClick={() => setCompared([])}>{t('segments.overlap')}</Button>
          <Gate permission="segments.write">
            <Button onClick={() => setListing(true)}>{t('segments.fromList')}</Button>
            <Button
              type="primary"
              icon={<PlusOutlined />}
              onClick={() => void navigate({ to: '/segments/$segmentId', params: { segmentId: 'new' } })}
            >
              {t('segments.create')}
            </Button>
          </Gate>
        </>
      }
    >
      <FilterBar
        search={t('segments.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })}
        filters={[
          {
            kind: 'choice',
            key: 'kind',
            label: t('segments.kind'),
            options: (['rule', 'list'] as const).map((value) => ({ value, label: t(`segments.kindNames.${value}`) })),
          },
          {
            kind: 'choice',
            key: 'archived',
            label: t('segments.archivedOrNot'),
            options: [{ value: 'true', label: t('segments.archived') }],
          },
        ]}
      />
      <Section flush>
        <DataTable<Segment>
          name="segments"
          columns={columns(t)}
          list={list}
          href={(row) => `/segments/${row.id}`}
          open={(row) => void navigate({ to: '/segments/$segmentId', params: { segmentId: row.id } })}
          selection={{
            ids: chosen,
            onChange: setChosen,
            actions: (
              <>
                <Button size="small" disabled={!canCompare} onClick={() => setCompared(chosen)}>
                  {t('segments.compare')}
                </Button>
                {!canCompare && <span className="note">{t('segments.overlapMost')}</span>}
              </>
            ),
          }}
          empty={
            isFiltered ? (
              <Empty
                title={t('segments.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty
                title={t('segments.none')}
                hint={t('segments.noneHint')}
                action={
                  <Gate permission="segments.write">
                    <Button type="primary" onClick={() => void navigate({ to: '/segments/$segmentId', params: { segmentId: 'new' } })}>
                      {t('segments.create')}
                    </Button>
                  </Gate>
                }
              />
            )
          }
        />
      </Section>
      <ListDrawer open={listing} onClose={() => setListing(false)} />
      {compared && <OverlapSheet chosen={compared} onClose={() => setCompared(undefined)} />}
    </Page>
  )
}

const columns = (t: Translate): Column<Segment>[] => [
  { key: 'name', title: t('segments.name'), width: 240, render: (row) => <strong>{row.name}</strong> },
  {
    key: 'kind',
    title: t('segments.kind'),
    width: 100,
    phone: 'note',
    render: (row) => <Badge tone={row.kind === 'rule' ? 'good' : 'quiet'}>{t(`segments.kindNames.${row.kind}`)}</Badge>,
  },
  { key: 'count', title: t('segments.people'), width: 140, right: true, phone: 'aside', render: (row) => <LiveCount segment={row} /> },
  {
    key: 'note',
    title: t('segments.remark'),
    width: 240,
    phone: 'none',
    render: (row) => <span className="note">{row.note || originText(row, t)}</span>,
  },
  {
    key: 'by',
    title: t('segments.by'),
    width: 110,
    phone: 'none',
    render: (row) => row.createdBy?.name ?? <span className="mute">—</span>,
  },
  { key: 'updatedAt', title: t('segments.updatedAt'), width: 120, phone: 'note', render: (row) => <When at={row.updatedAt} /> },
]

export function originText(segment: Segment, t: Translate): string {
  const origin = segment.origin as { kind?: string; title?: string } | null
  const kind = (['report', 'file', 'hand', 'segment'] as const).find((one) => one === origin?.kind)
  return kind ? [t(`segments.origins.${kind}`), origin?.title].filter(Boolean).join(' · ') : ''
}

/** Counted when it is looked at, because a rule has no number of its own. */
function LiveCount({ segment }: { segment: Segment }) {
  const counted = useSegmentCount(segment.id, segment.archivedAt === null)
  if (!counted.data) return <span className="mute">{counted.error || segment.archivedAt ? '—' : '…'}</span>
  return (
    <span className="figure">
      <Count value={counted.data.count} /> <span className="note">{percent(counted.data.count, counted.data.total)}</span>
    </span>
  )
}
