import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { GroupCodes } from '#console/groups/codes.tsx'
import { useGroups, useGroupTags } from '#console/groups/queries.ts'
import { TagMany } from '#console/groups/tagging.tsx'
import { GroupTags } from '#console/groups/tags.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Views } from '#console/ui/tabs.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type GroupItem, groupStates } from '#operation/groups/schema.ts'

const route = getRouteApi('/app/groups')

const views = ['groups', 'codes', 'tags'] as const

const tones = { active: 'good', owner_left: 'waiting', dismissed: 'quiet' } as const

export const GroupState = ({ state, t }: { state: GroupItem['state']; t: Translate }) => (
  <Badge tone={tones[state]}>{t(`groups.states.${state}`)}</Badge>
)

/** The groups there are, the codes that lead into them, and the tags they can have. */
export function GroupsPage() {
  const { t } = useText()
  const { view, q } = route.useSearch()
  const navigate = useNavigate({ from: '/groups' })
  const [creating, setCreating] = useState(false)
  const open = views.find((one) => one === view) ?? 'groups'
  const create = () => setCreating(true)
  return (
    <Page
      title={t('groups.title')}
      note={t('groups.note')}
      actions={
        open === 'groups' ? <Export /> : <New text={t(open === 'codes' ? 'groups.createCode' : 'groups.createTag')} create={create} />
      }
    >
      <Views
        open={open}
        onOpen={(key) => void navigate({ search: key === 'groups' ? {} : { view: key } })}
        views={views.map((key) => ({ key, name: t(`groups.views.${key}`) }))}
      />
      {open === 'tags' && <GroupTags creating={creating} onCreate={setCreating} />}
      {open === 'groups' && <GroupList />}
      {open === 'codes' && (
        <>
          <FilterBar
            search={t('groups.codeSearch')}
            values={{ q }}
            onChange={(change) => void navigate({ search: { view, ...change }, replace: true, resetScroll: false })}
            filters={[]}
          />
          <GroupCodes q={q} creating={creating} onCreate={setCreating} />
        </>
      )}
    </Page>
  )
}

const New = ({ text, create }: { text: string; create: () => void }) => (
  <Gate permission="groups.write">
    <Button type="primary" icon={<PlusOutlined />} onClick={create}>
      {text}
    </Button>
  </Gate>
)

function Export() {
  const { q, sort: _sort, view: _view, ...filter } = route.useSearch()
  return (
    <Gate permission="exports.write">
      <ExportButton what="groups" filter={JSON.stringify(filter)} q={q} />
    </Gate>
  )
}

function GroupList() {
  const { t } = useText()
  const { view: _, ...search } = route.useSearch()
  const navigate = useNavigate({ from: '/groups' })
  const may = useMay()
  const phone = usePhone()
  const employees = useEmployeeNames()
  const tags = useGroupTags().data?.items ?? []
  const list = useGroups(search)
  const [selected, setSelected] = useState<string[]>([])
  const { q, sort, ...filter } = search
  const show = (change: Partial<typeof search>) => {
    setSelected([])
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  }
  return (
    <>
      <FilterBar
        search={t('groups.search')}
        values={search}
        onChange={show}
        filters={[
          ...(may('team.read') ? [{ kind: 'choice' as const, key: 'owner', label: t('groups.owner'), options: employees }] : []),
          {
            kind: 'choice',
            key: 'state',
            label: t('groups.state'),
            options: (['alive', ...groupStates] as const).map((value) => ({ value, label: t(`groups.states.${value}`) })),
          },
          ...(tags.length > 0 || filter.tags
            ? [
                {
                  kind: 'choice' as const,
                  key: 'tags',
                  label: t('groups.tags'),
                  many: true,
                  options: tags.map(({ id, name }) => ({ value: id, label: name })),
                },
              ]
            : []),
        ]}
      />
      <Section flush>
        <DataTable<GroupItem>
          name="groups"
          columns={columns(t, phone)}
          list={list}
          href={(row) => `/groups/${row.id}`}
          open={(row) => void navigate({ to: '/groups/$groupId', params: { groupId: row.id } })}
          sort={sort ?? '-createdAt'}
          onSort={(next) => show({ sort: next })}
          selection={
            may('groups.write')
              ? { ids: selected, onChange: setSelected, actions: <TagMany groups={selected} done={() => setSelected([])} /> }
              : undefined
          }
          empty={
            q || filter.owner || filter.state || filter.tags ? (
              <Empty
                title={t('groups.noneMatch')}
                action={<Button onClick={() => void navigate({ search: {} })}>{t('ui.clearFilters')}</Button>}
              />
            ) : (
              <Empty title={t('groups.none')} hint={t('groups.noneHint')} />
            )
          }
        />
      </Section>
    </>
  )
}

/** Nobody is no change: a zero has no sign. */
const changes = (joined: number, left: number): string => `${joined > 0 ? `+${joined}` : 0} / ${left > 0 ? `−${left}` : 0}`

const moved = (joined: number, left: number) => (
  <span className={joined + left === 0 ? 'mute figure' : 'figure'}>{changes(joined, left)}</span>
)

const columns = (t: Translate, phone: boolean): Column<GroupItem>[] => [
  { key: 'name', title: t('groups.name'), width: 200, render: (row) => row.name || <span className="mute">{t('groups.unnamed')}</span> },
  { key: 'state', title: t('groups.state'), width: 100, phone: 'aside', render: (row) => <GroupState state={row.state} t={t} /> },
  {
    key: 'tags',
    title: t('groups.tags'),
    width: 150,
    phone: 'wide',
    render: (row) => row.tags.length > 0 && <TagChips tags={row.tags} max={2} />,
  },
  {
    key: 'owner',
    title: t('groups.owner'),
    width: 130,
    phone: 'note',
    render: (row) => (row.owner ? phone ? row.owner.name : <PersonChip name={row.owner.name} /> : <span className="mute">—</span>),
  },
  {
    key: 'customers',
    title: t('groups.customersCount'),
    width: 90,
    right: true,
    phone: 'note',
    sort: 'customersCount',
    render: (row) => (phone ? t('groups.customersNote', { count: row.customersCount }) : <Count value={row.customersCount} />),
  },
  {
    key: 'members',
    title: t('groups.membersCount'),
    width: 85,
    right: true,
    phone: 'none',
    render: (row) => <Count value={row.membersCount} />,
  },
  {
    key: 'today',
    title: t('groups.today'),
    width: 115,
    right: true,
    phone: 'none',
    render: (row) => moved(row.joinedToday, row.leftToday),
  },
  {
    key: 'week',
    title: t('groups.week'),
    width: 130,
    right: true,
    phone: 'note',
    render: (row) =>
      phone ? t('groups.weekNote', { changes: changes(row.joinedWeek, row.leftWeek) }) : moved(row.joinedWeek, row.leftWeek),
  },
  {
    key: 'createdAt',
    title: t('groups.createdAt'),
    width: 120,
    phone: 'none',
    sort: 'createdAt',
    render: (row) => <When at={row.createdAt} />,
  },
  { key: 'corp', title: t('groups.corp'), width: 150, phone: 'none', hidden: true, render: (row) => row.corp.name },
]
