import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useGroupMembers } from '#console/groups/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { type Filter, FilterBar } from '#console/ui/filter-bar.tsx'
import { Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Views } from '#console/ui/tabs.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { type GroupDetail, type GroupMemberItem, joinScenes } from '#operation/groups/schema.ts'

const route = getRouteApi('/app/groups/$groupId')

/** Who is in the group and who was. */
export function Members({ group }: { group: GroupDetail }) {
  const { t } = useText()
  const { view, q, kind, scene, inviter } = route.useSearch()
  const navigate = useNavigate({ from: '/groups/$groupId' })
  const phone = usePhone()
  const former = view ? view === 'former' : group.state === 'dismissed'
  const list = useGroupMembers(group.id, { state: former ? 'former' : 'current', q, kind, scene, inviter })
  const show = (change: Record<string, string | undefined>) =>
    void navigate({ search: (search) => ({ ...search, ...change }), replace: true, resetScroll: false })
  const filtered = q || kind || scene || inviter
  return (
    <>
      <Views
        open={former ? 'former' : 'current'}
        onOpen={(view) => show({ view })}
        views={[
          { key: 'current', name: t('groups.current'), count: group.membersCount },
          { key: 'former', name: t('groups.former') },
        ]}
      />
      <FilterBar
        search={t('groups.memberSearch')}
        values={{ q, kind, scene, inviter }}
        onChange={show}
        filters={filters(t, inviter, list.rows)}
      />
      <Section flush>
        <DataTable<GroupMemberItem>
          key={former ? 'former' : 'current'}
          name={former ? 'group-members-former' : 'group-members'}
          columns={columns(t, former, phone)}
          list={list}
          empty={
            filtered ? (
              <Empty
                title={t('groups.noMembers')}
                action={
                  <Button onClick={() => show({ q: undefined, kind: undefined, scene: undefined, inviter: undefined })}>
                    {t('ui.clearFilters')}
                  </Button>
                }
              />
            ) : (
              <Empty title={t(former ? 'groups.noFormer' : 'groups.noMembers')} />
            )
          }
        />
      </Section>
    </>
  )
}

/** The inviter is chosen from the figures above; here it only stands to be taken away. */
function filters(t: Translate, inviter: string | undefined, rows: GroupMemberItem[]): Filter[] {
  const known = rows.find((row) => row.inviter?.id === inviter)?.inviter
  return [
    {
      kind: 'choice',
      key: 'kind',
      label: t('groups.kind'),
      options: (['customer', 'employee'] as const).map((value) => ({ value, label: t(`groups.kinds.${value}`) })),
    },
    {
      kind: 'choice',
      key: 'scene',
      label: t('groups.scene'),
      options: [...joinScenes, 'unknown' as const].map((value) => ({ value, label: t(`groups.scenes.${value}`) })),
    },
    ...(inviter
      ? [
          {
            kind: 'choice' as const,
            key: 'inviter',
            label: t('groups.inviter'),
            options: [{ value: inviter, label: known?.name ?? t('groups.inviter') }],
          },
        ]
      : []),
  ]
}

const columns = (t: Translate, former: boolean, phone: boolean): Column<GroupMemberItem>[] => [
  { key: 'member', title: t('groups.member'), width: 220, render: (row) => <Member row={row} /> },
  {
    key: 'kind',
    title: t('groups.kind'),
    width: 110,
    phone: 'aside',
    render: (row) => (
      <Badge tone={row.kind === 'customer' ? 'good' : 'quiet'}>
        {row.role === 'member' ? t(`groups.kinds.${row.kind}`) : t(`groups.roles.${row.role}`)}
      </Badge>
    ),
  },
  {
    key: 'scene',
    title: t('groups.scene'),
    width: 120,
    phone: 'note',
    render: (row) => [t(`groups.scenes.${row.joinScene ?? 'unknown'}`), phone && row.inviter?.name].filter(Boolean).join(' · '),
  },
  {
    key: 'inviter',
    title: t('groups.inviter'),
    width: 120,
    phone: 'none',
    hidden: former,
    render: (row) => row.inviter?.name ?? <span className="mute">—</span>,
  },
  {
    key: 'source',
    title: t('groups.source'),
    width: 110,
    phone: 'none',
    hidden: former,
    render: (row) => row.state ?? <span className="mute">—</span>,
  },
  {
    key: 'joinedAt',
    title: t('groups.joinedAt'),
    width: 130,
    phone: former ? 'line' : 'note',
    render: (row) => <When at={row.joinedAt} />,
  },
  ...(former
    ? [
        {
          key: 'quit',
          title: t('groups.quit'),
          width: 110,
          phone: 'note' as const,
          render: (row: GroupMemberItem) => t(`groups.quits.${row.quitScene ?? 'unknown'}`),
        },
        {
          key: 'leftAt',
          title: t('groups.leftAt'),
          width: 130,
          phone: 'line' as const,
          render: (row: GroupMemberItem) => <When at={row.leftAt} />,
        },
      ]
    : []),
]

/** Customers lead to their page; colleagues and customers outside the data scope only have a name. */
function Member({ row }: { row: GroupMemberItem }) {
  const { t } = useText()
  const chip = (
    <PersonChip name={row.name} avatar={row.avatar} note={row.nickname && row.nickname !== row.name ? row.nickname : undefined} />
  )
  if (row.customerId)
    return (
      <Link to="/customers/$customerId" params={{ customerId: row.customerId }}>
        {chip}
      </Link>
    )
  return row.kind === 'customer' ? <span title={t('groups.outside')}>{chip}</span> : chip
}
