import type { Translate } from '#console/i18n/i18n.ts'
import { Count } from '#console/ui/count.tsx'
import type { Column } from '#console/ui/data-table.tsx'
import { percent } from '#console/ui/format.ts'
import { Face } from '#console/ui/person-chip.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import type { Coverage, LiveCodeMember, LiveCodeRow } from '#growth/live-codes/schema.ts'

const tones = { on_duty: 'good', spare: 'waiting', nobody: 'bad' } as const

export const CoverageBadge = ({ coverage, t }: { coverage: Coverage; t: Translate }) => (
  <Badge tone={tones[coverage]}>{t(`liveCodes.coverages.${coverage}`)}</Badge>
)

/** Faces of those whom WeCom offers at this moment. */
export function Offered({ members, t }: { members: LiveCodeMember[]; t: Translate }) {
  const listed = members.filter((member) => member.listed)
  if (listed.length === 0) return <span className="mute">{t('liveCodes.nobodyListed')}</span>
  return (
    <span className="faces" title={listed.map(({ employee }) => employee.name).join('、')}>
      {listed.slice(0, 5).map(({ employee }) => (
        <Face key={employee.id} name={employee.name} avatar={employee.avatar} />
      ))}
      {listed.length > 5 && <span className="note">+{listed.length - 5}</span>}
      <span className="unseen">{listed.map(({ employee }) => employee.name).join('、')}</span>
    </span>
  )
}

const number = (row: LiveCodeRow, key: 'views' | 'adds' | 'left' | 'ordered') =>
  row.counts === null ? (
    <span className="mute">—</span>
  ) : row.counts[key] === 0 ? (
    <span className="mute">0</span>
  ) : (
    <Count value={row.counts[key]} />
  )

export const liveCodeColumns = (t: Translate, phone: boolean): Column<LiveCodeRow>[] => [
  { key: 'name', title: t('liveCodes.name'), width: 180, render: (row) => <span>{row.name}</span> },
  {
    key: 'coverage',
    title: t('liveCodes.coverage'),
    width: 120,
    phone: 'aside',
    render: (row) => <CoverageBadge coverage={row.coverage} t={t} />,
  },
  {
    key: 'offered',
    title: t('liveCodes.onDutyNow'),
    width: 150,
    phone: 'wide',
    render: (row) => <Offered members={row.employees} t={t} />,
  },
  {
    key: 'channel',
    title: t('liveCodes.channel'),
    width: 110,
    phone: 'note',
    render: (row) => row.channel?.name ?? <span className="mute">—</span>,
  },
  { key: 'tags', title: t('liveCodes.tags'), width: 130, phone: 'none', render: (row) => <TagChips tags={row.tags} max={2} /> },
  {
    key: 'today',
    title: t('liveCodes.today'),
    width: 84,
    right: true,
    phone: 'note',
    render: (row) => <span>{phone ? t('liveCodes.addedToday', { count: row.addedToday }) : row.addedToday}</span>,
  },
  { key: 'views', title: t('liveCodes.views'), width: 84, right: true, phone: 'none', render: (row) => number(row, 'views') },
  { key: 'adds', title: t('liveCodes.adds'), width: 64, right: true, phone: 'none', render: (row) => number(row, 'adds') },
  { key: 'left', title: t('liveCodes.left'), width: 64, right: true, phone: 'none', render: (row) => number(row, 'left') },
  { key: 'ordered', title: t('liveCodes.ordered'), width: 64, right: true, phone: 'none', render: (row) => number(row, 'ordered') },
  {
    key: 'conversion',
    title: t('liveCodes.conversion'),
    width: 92,
    right: true,
    phone: 'none',
    render: (row) => (row.counts && row.counts.adds > 0 ? percent(row.counts.ordered, row.counts.adds) : <span className="mute">—</span>),
  },
  {
    key: 'sync',
    title: t('liveCodes.sync'),
    width: 110,
    hidden: true,
    phone: 'none',
    render: (row) => (
      <Badge tone={row.sync.state === 'failed' ? 'bad' : row.sync.state === 'waiting' ? 'waiting' : 'good'}>
        {t(`liveCodes.syncStates.${row.sync.state}`)}
      </Badge>
    ),
  },
]
