import { RollbackOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { customerColumns } from '#console/customers/columns.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Moves } from '#console/segments/moves.tsx'
import {
  askDependents,
  useArchiveSegment,
  useSaveSegment,
  useSegment,
  useSegmentCount,
  useSegmentMembers,
} from '#console/segments/queries.ts'
import { RuleWorkbench } from '#console/segments/rule-workbench.tsx'
import { originText } from '#console/segments/segments-page.tsx'
import { TagDrawer } from '#console/segments/tag-drawer.tsx'
import type { RuleTree } from '#console/segments/tree.ts'
import { isUsed, Uses, UseWords } from '#console/segments/uses.tsx'
import { WaysOn } from '#console/segments/ways-on.tsx'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { When } from '#console/ui/when.tsx'
import type { Segment } from '#insight/segments/schema.ts'

const route = getRouteApi('/app/segments/$segmentId')

/** A new rule, or a segment: its rule, who is in it, what needs it. */
export function SegmentPage() {
  const { t } = useText()
  const { segmentId } = route.useParams()
  const search = route.useSearch()
  const segment = useSegment(segmentId === 'new' ? undefined : segmentId)
  const back = <Back to="/segments">{t('segments.title')}</Back>
  if (segmentId === 'new')
    return (
      <Page title={t('segments.create')} note={t('segments.createNote')} back={back}>
        <RuleWorkbench key={search.rule ?? ''} saved={undefined} start={ruleIn(search.rule)} />
      </Page>
    )
  if (segment.data?.id !== segmentId)
    return (
      <Page title={t('segments.title')} back={back}>
        <Section>{segment.error ? <Problem error={segment.error} retry={() => void segment.refetch()} /> : <Skeleton active />}</Section>
      </Page>
    )
  return <Opened segment={segment.data} back={back} />
}

function ruleIn(text: string | undefined): RuleTree {
  try {
    const value: unknown = text && JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as RuleTree) : { and: [] }
  } catch {
    return { and: [] }
  }
}

function Opened({ segment, back }: { segment: Segment; back: React.ReactNode }) {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/segments/$segmentId' })
  const counted = useSegmentCount(segment.id, segment.archivedAt === null)
  const view = search.view ?? 'members'
  return (
    <Page
      title={segment.name}
      note={segment.note || originText(segment, t) || t(`segments.kindNotes.${segment.kind}`)}
      back={back}
      actions={<Actions segment={segment} count={counted.data?.count} />}
    >
      <Stats>
        <Stat name={t('segments.people')} value={counted.data ? <Count value={counted.data.count} /> : '—'} />
        <Stat name={t('segments.shareOfAll')} value={counted.data ? percent(counted.data.count, counted.data.total) : '—'} />
        <Stat name={t('segments.updatedAt')} value={<When at={segment.updatedAt} />} />
        {segment.tag && (
          <Stat
            name={t(segment.tag.takeAway ? 'segments.tag.keeps' : 'segments.tag.gives')}
            hint={t('segments.tag.note')}
            value={segment.tag.name}
          />
        )}
      </Stats>
      <Views
        open={view}
        onOpen={(key) => void navigate({ search: { view: key }, replace: true })}
        views={[
          { key: 'members', name: t('segments.members') },
          ...(segment.kind === 'rule'
            ? [
                { key: 'moves', name: t('segments.movesTitle') },
                { key: 'rule', name: t('segments.rule') },
              ]
            : []),
          { key: 'uses', name: t('segments.uses') },
        ]}
      />
      {view === 'rule' && segment.kind === 'rule' ? (
        <RuleWorkbench key={segment.updatedAt} saved={segment} start={segment.rule as RuleTree} />
      ) : view === 'moves' && segment.kind === 'rule' ? (
        <Moves segment={segment} />
      ) : view === 'uses' ? (
        <Uses segment={segment} />
      ) : (
        <Members segment={segment} />
      )}
    </Page>
  )
}

function Actions({ segment, count }: { segment: Segment; count: number | undefined }) {
  const { t } = useText()
  const may = useMay()
  const run = useRun()
  const confirm = useConfirm()
  const navigate = useNavigate()
  const save = useSaveSegment()
  const archive = useArchiveSegment()
  const [naming, setNaming] = useState<'rename' | 'snapshot'>()
  const [tagging, setTagging] = useState(false)
  /** What is in use is not put away: who asks is led to where it is used. */
  const putAway = async () => {
    const dependents = await askDependents(segment.id)
    if (isUsed(dependents))
      confirm({
        title: t('segments.usedTitle', { name: segment.name }),
        effect: (
          <Stack tight>
            <p>{t('segments.usesNote')}</p>
            <UseWords of={dependents} />
          </Stack>
        ),
        act: t('segments.toUses'),
        run: () => navigate({ to: '/segments/$segmentId', params: { segmentId: segment.id }, search: { view: 'uses' } }),
      })
    else
      confirm({
        title: t('segments.archiveTitle', { name: segment.name }),
        effect: t('segments.archiveEffect', { count: exactNumber(count ?? 0) }),
        act: t('segments.archive'),
        run: () => archive.mutateAsync({ id: segment.id, on: true }).then(() => navigate({ to: '/segments' })),
      })
  }
  if (segment.archivedAt)
    return (
      <Gate permission="segments.write">
        <Button
          icon={<RollbackOutlined />}
          onClick={() => void run(() => archive.mutateAsync({ id: segment.id, on: false }), t('segments.restored'))}
        >
          {t('segments.restore')}
        </Button>
      </Gate>
    )
  const others = [
    { key: 'rename', label: t('segments.rename'), onClick: () => setNaming('rename') },
    ...(segment.kind === 'rule' && may('tags.write')
      ? [{ key: 'tag', label: t('segments.tag.act'), onClick: () => setTagging(true) }]
      : []),
    ...(segment.kind === 'rule' ? [{ key: 'snapshot', label: t('segments.snapshot'), onClick: () => setNaming('snapshot') }] : []),
    { key: 'archive', label: t('segments.archive'), danger: true, onClick: () => void run(putAway) },
  ]
  return (
    <>
      <Button onClick={() => void navigate({ to: '/portrait', search: { of: `segment:${segment.id}` } })}>{t('segments.portrait')}</Button>
      <Gate permission="exports.write">
        <ExportButton what="segment-members" filter={JSON.stringify({ segment: segment.id })} />
      </Gate>
      <MoreMenu items={may('segments.write') ? others : []} />
      <WaysOn segment={segment} />
      <TagDrawer segment={segment} open={tagging} onClose={() => setTagging(false)} />
      <NameDrawer
        title={t(naming === 'snapshot' ? 'segments.snapshot' : 'segments.rename')}
        label={t('segments.name')}
        max={100}
        open={naming !== undefined}
        initial={naming === 'rename' ? segment.name : ''}
        onClose={() => setNaming(undefined)}
        onSave={(name) =>
          naming === 'rename'
            ? save.mutateAsync({ id: segment.id, name })
            : save
                .mutateAsync({ name, snapshotOf: segment.id, origin: { kind: 'segment', title: segment.name } })
                .then(({ id }) => navigate({ to: '/segments/$segmentId', params: { segmentId: id } }))
        }
      />
    </>
  )
}

function Members({ segment }: { segment: Segment }) {
  const { t } = useText()
  const navigate = useNavigate()
  const members = useSegmentMembers(segment.id)
  return (
    <Section flush>
      <DataTable
        name="segment-members"
        columns={customerColumns(t).map(({ sort: _, ...column }) => column)}
        list={members}
        empty={<Empty title={t('segments.nobody')} hint={t('segments.nobodyHint')} />}
        href={(row) => `/customers/${row.id}`}
        open={(row) => void navigate({ to: '/customers/$customerId', params: { customerId: row.id } })}
      />
    </Section>
  )
}
