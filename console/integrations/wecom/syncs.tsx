import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useTenant } from '#console/api/session.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { isSyncing, type Repair, type Sync, useRepairs, useSyncs } from '#console/integrations/wecom/queries.ts'
import { SyncLine } from '#console/integrations/wecom/sync-line.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { exactNumber, fullTime } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { explained } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { isRepairKind, repairKinds } from '#management/wecom/repair-kinds.ts'

const route = getRouteApi('/app/wecom/$corpId')

export function Syncs({ id }: { id: string }) {
  return (
    <>
      <History id={id} />
      <Repairs id={id} />
    </>
  )
}

type Run = Sync & { id: string }

/** The last comparisons: why, how long, what they read and put right. */
function History({ id }: { id: string }) {
  const { t, language } = useText()
  const navigate = useNavigate({ from: '/wecom/$corpId' })
  const read = useSyncs(id)
  const [latest] = read.data?.items ?? []
  return (
    <>
      {latest && isSyncing(latest) && (
        <Section title={t('wecom.compare')}>
          <SyncLine sync={latest} />
        </Section>
      )}
      <Section title={t('wecom.syncs.history')} flush>
        <DataTable<Run>
          name="syncs"
          columns={runColumns(
            t,
            language,
            (run) =>
              void navigate({
                search: (search) => ({ ...search, run, kind: undefined, from: undefined, to: undefined }),
                replace: true,
                resetScroll: false,
              }),
          )}
          list={wholeList<Sync, Run>(read, (items) => items.map((item) => ({ ...item, id: item.job })))}
          empty={<Empty title={t('wecom.neverSynced')} hint={t('wecom.syncHint')} />}
        />
      </Section>
    </>
  )
}

const runColumns = (t: Translate, language: 'zh' | 'en', show: (job: string) => void): Column<Run>[] => [
  { key: 'at', title: t('wecom.at'), width: 130, render: (row) => <When at={row.startedAt} /> },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 110,
    phone: 'aside',
    render: (row) => (
      <Badge tone={row.state === 'done' ? 'good' : isSyncing(row) ? 'waiting' : 'bad'}>
        {textOr(`wecom.syncs.states.${row.state}`, row.state)}
      </Badge>
    ),
  },
  { key: 'why', title: t('wecom.syncs.why'), width: 130, phone: 'note', render: (row) => textOr(`wecom.syncs.whys.${row.why}`, row.why) },
  { key: 'took', title: t('wecom.took'), width: 100, right: true, phone: 'note', render: (row) => tookOf(row) },
  {
    key: 'repairs',
    title: t('wecom.syncs.repaired'),
    width: 320,
    phone: 'wide',
    render: (row) =>
      row.isFirst ? (
        <span className="mute">{t('wecom.syncFirst')}</span>
      ) : row.repairs.length === 0 ? (
        <span className="mute">{t('wecom.syncs.nothing')}</span>
      ) : (
        <span>
          <button type="button" className="number-button" onClick={() => show(row.job)}>
            {row.repairs
              .map(({ kind, count }) => `${kindName(kind, language)} ${exactNumber(count)}`)
              .join(language === 'zh' ? '，' : ', ')}
          </button>
        </span>
      ),
  },
  {
    key: 'error',
    title: t('wecom.reason'),
    width: 260,
    phone: 'wide',
    render: (row) => row.error && <span title={row.error.message}>{explained(row.error)}</span>,
  },
]

function tookOf({ startedAt, finishedAt }: Sync): string {
  if (!startedAt || !finishedAt) return '—'
  const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
  return seconds < 90 ? `${Math.round(seconds * 10) / 10} s` : `${Math.round(seconds / 6) / 10} min`
}

const kindName = (kind: string, language: 'zh' | 'en'): string => (isRepairKind(kind) ? repairKinds[kind][language] : kind)

/** What was found different and put right, by kind, comparison and day. */
function Repairs({ id }: { id: string }) {
  const { t, language } = useText()
  const { kind, run, from, to } = route.useSearch()
  const navigate = useNavigate({ from: '/wecom/$corpId' })
  const filter = { kind, run, from, to }
  const list = useRepairs(id, filter)
  const syncs = useSyncs(id)
  const { timezone } = useTenant()
  const runs = (syncs.data?.items ?? []).map(({ job, startedAt }) => ({
    value: job,
    label: startedAt ? fullTime(startedAt, timezone).slice(0, 16) : job,
  }))
  const show = (change: object) => void navigate({ search: (search) => ({ ...search, ...change }), replace: true, resetScroll: false })
  const filtered = kind || run || from || to
  return (
    <Section
      title={t('wecom.syncs.repairs')}
      note={t('wecom.syncs.repairsHint')}
      flush
      actions={
        <Gate permission="exports.write">
          <ExportButton what="wecom-repairs" filter={JSON.stringify({ corp: id, ...filter })} />
        </Gate>
      }
    >
      <div className="sheet-filters">
        <FilterBar
          values={filter}
          onChange={show}
          filters={[
            {
              kind: 'choice',
              key: 'kind',
              label: t('wecom.kind'),
              options: Object.entries(repairKinds).map(([value, words]) => ({ value, label: words[language] })),
            },
            { kind: 'choice', key: 'run', label: t('wecom.syncs.one'), options: runs },
            { kind: 'dates', from: 'from', to: 'to', label: t('wecom.at') },
          ]}
        />
      </div>
      <DataTable<Repair>
        name="repairs"
        columns={repairColumns(t, language)}
        list={list}
        empty={
          filtered ? <Empty title={t('wecom.syncs.noneMatch')} /> : <Empty title={t('wecom.noRepairs')} hint={t('wecom.noRepairsHint')} />
        }
      />
    </Section>
  )
}

const repairColumns = (t: Translate, language: 'zh' | 'en'): Column<Repair>[] => [
  { key: 'kind', title: t('wecom.kind'), width: 190, render: (row) => kindName(row.kind, language) },
  { key: 'who', title: t('wecom.who'), width: 220, phone: 'note', render: (row) => <Whom repair={row} /> },
  {
    key: 'details',
    title: t('wecom.syncs.change'),
    width: 420,
    phone: 'wide',
    render: (row) => {
      const words = changesOf(row.details) || textOr(`wecom.syncs.turns.${row.kind}`, '')
      return words && <span title={words}>{words}</span>
    },
  },
  { key: 'at', title: t('wecom.at'), width: 130, phone: 'aside', render: (row) => <When at={row.at} /> },
]

/** The person, the group or the member it is about. */
function Whom({ repair: { kind, customer, userId, externalUserId, details } }: { repair: Repair }) {
  if (customer)
    return (
      <span>
        <PersonLink id={customer} /> {userId && <span className="note">{userId}</span>}
      </span>
    )
  if (kind.startsWith('group_') && typeof details.name === 'string') {
    const name = details.name || String(details.chatId ?? '')
    return (
      <Link to="/groups" search={{ q: name }}>
        {name}
      </Link>
    )
  }
  if (kind.startsWith('link_')) return <span>{String(details.name ?? details.link ?? details.linkId ?? '—')}</span>
  return <code>{userId ?? externalUserId ?? '—'}</code>
}

/** 备注：老王 → 王总. What a kind does not have stays away. */
function changesOf(details: Record<string, unknown>): string {
  const label = (name: string) => textOr(`wecom.syncs.fields.${name}`, name)
  return Object.entries(details)
    .filter(([name]) => !machineNames.has(name))
    .flatMap(([name, value]) => {
      if (Array.isArray(value) && value.length === 2 && nameOfPair.has(name))
        return value[0] === value[1] ? [] : [`${label(name)}：${shown(value[0])} → ${shown(value[1])}`]
      if (Array.isArray(value)) return value.length === 0 ? [] : [`${label(name)}：${value.map(shown).join('、')}`]
      return value === null || value === '' ? [] : [`${label(name)}：${shown(value)}`]
    })
    .join('；')
}

/** Ids and inner steps: the line says whom it is about already. */
const machineNames = new Set(['chatId', 'steps', 'id', 'kind', 'linkId', 'link'])

/** These hold what it was and what it is. */
const nameOfPair = new Set(['remark', 'description', 'name', 'notice', 'ownerUserid'])
const shown = (value: unknown): string =>
  value === '' || value === null ? '∅' : typeof value === 'object' ? JSON.stringify(value) : String(value)
