import { Skeleton } from 'antd'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useQuotas } from '#console/integrations/wecom/queries.ts'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { QuotaPage } from '#management/wecom/integration-schema.ts'

type Item = QuotaPage['items'][number]
type Row = Item & { id: string }

/** What is used up of what WeCom allows, by our own count. */
export function Quotas({ id }: { id: string }) {
  const { t } = useText()
  const phone = usePhone()
  const read = useQuotas(id)
  return (
    <>
      {read.data ? <Amounts amounts={read.data.amounts} /> : !read.error && <Skeleton active paragraph={{ rows: 2 }} title={false} />}
      <Section title={t('wecom.quotas.calls')} note={t('wecom.quotas.note')} flush>
        <DataTable<Row>
          name="quotas"
          columns={columns(t, phone)}
          list={wholeList<Item, Row>(read, (items) => items.map((item) => ({ ...item, id: item.api })))}
          empty={<Empty title={t('wecom.quotas.none')} hint={t('wecom.quotas.noneHint')} />}
        />
      </Section>
    </>
  )
}

function Amounts({ amounts: { acquisition, appMessages, pictures } }: { amounts: QuotaPage['amounts'] }) {
  const { t } = useText()
  const of = (used: number | null, bound: number) => (
    <>
      {used === null ? '—' : exactNumber(used)} <small className="note">/ {exactNumber(bound)}</small>
    </>
  )
  return (
    <Stats>
      <Stat
        name={t('wecom.quotas.acquisition')}
        hint={t('wecom.quotas.acquisitionHint')}
        value={
          acquisition ? (
            <>
              {of(acquisition.balance, acquisition.total)}
              {acquisition.expiresAt && (
                <span className="note">
                  {t('wecom.quotas.expires', { count: exactNumber(acquisition.expiring) })} <When at={acquisition.expiresAt} />
                </span>
              )}
            </>
          ) : (
            <span className="mute">—</span>
          )
        }
      />
      <Stat name={t('wecom.quotas.appMessages')} hint={t('wecom.quotas.appMessagesHint')} value={of(appMessages.used, appMessages.bound)} />
      <Stat name={t('wecom.quotas.pictures')} hint={t('wecom.quotas.picturesHint')} value={of(pictures.used, pictures.bound)} />
    </Stats>
  )
}

const columns = (t: Translate, phone: boolean): Column<Row>[] => [
  { key: 'api', title: t('wecom.endpoint'), width: 300, render: (row) => <code title={row.api}>{row.api}</code> },
  {
    key: 'share',
    title: t('wecom.quotas.share'),
    width: 240,
    phone: 'wide',
    render: (row) => <Share row={row} t={t} />,
  },
  {
    key: 'today',
    title: t('wecom.quotas.today'),
    width: 110,
    right: true,
    phone: 'note',
    render: (row) => (phone ? t('wecom.quotas.todayNote', { calls: exactNumber(row.callsToday) }) : exactNumber(row.callsToday)),
  },
  {
    key: 'failed',
    title: t('wecom.quotas.failed'),
    width: 110,
    right: true,
    phone: 'note',
    render: (row) =>
      row.failedToday > 0 ? (
        <strong className="bad-word">
          {phone ? t('wecom.quotas.failedNote', { count: exactNumber(row.failedToday) }) : exactNumber(row.failedToday)}
        </strong>
      ) : (
        !phone && <span className="mute">0</span>
      ),
  },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 190,
    phone: 'aside',
    render: (row) =>
      row.pausedUntil ? (
        <>
          <Badge tone="waiting">{t('wecom.quotas.paused')}</Badge> <When at={row.pausedUntil} />
        </>
      ) : (
        <Badge tone={row.share >= 0.8 ? 'waiting' : 'good'}>{t(row.share >= 0.8 ? 'wecom.quotas.tight' : 'wecom.quotas.free')}</Badge>
      ),
  },
]

/** The fullest window; the others stand under the pointer. */
function Share({ row, t }: { row: Item; t: Translate }) {
  const fullest = row.windows.reduce<Item['windows'][number] | undefined>(
    (most, window) => (most && most.used / most.bound >= window.used / window.bound ? most : window),
    undefined,
  )
  const words = ({ name, used, bound }: Item['windows'][number]) =>
    `${t(`wecom.quotas.windows.${name}`)} ${exactNumber(used)} / ${exactNumber(bound)}`
  return (
    <span className="meter-cell" title={row.windows.map(words).join('\n')}>
      <span className="meter" aria-hidden>
        <span
          className={row.share >= 0.8 ? 'tight' : ''}
          style={{ width: `${Math.min(100, Math.max(row.share > 0 ? 2 : 0, row.share * 100))}%` }}
        />
      </span>
      <span className="note figure">{fullest && words(fullest)}</span>
    </span>
  )
}
