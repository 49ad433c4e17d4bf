import { DownloadOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { apiBase } from '#console/api/client.ts'
import { type ExportRow, useExportKinds, useExports } from '#console/exports/queries.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { FilesViews } from '#console/imports/files-views.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, fileSize } from '#console/ui/format.ts'
import { Page, Section } from '#console/ui/page.tsx'
import { explained } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

export function ExportsPage() {
  const { t, language } = useText()
  const navigate = useNavigate()
  const list = useExports()
  const kinds = useExportKinds()
  const nameOf = (what: string) => kinds.data?.items.find((kind) => kind.name === what)?.title[language] ?? what
  return (
    <Page title={t('exports.title')} note={t('exports.note')}>
      <FilesViews open="exports" />
      <Section flush>
        <DataTable<ExportRow>
          name="exports"
          columns={columns(t, nameOf)}
          list={list}
          empty={
            <Empty
              title={t('exports.none')}
              hint={t('exports.noneHint')}
              action={<Button onClick={() => void navigate({ to: '/customers' })}>{t('exports.toCustomers')}</Button>}
            />
          }
        />
      </Section>
    </Page>
  )
}

const tones = { waiting: 'waiting', running: 'waiting', done: 'good', failed: 'bad', cancelled: 'quiet' } as const

const isGone = (row: ExportRow): boolean => row.expiresAt !== null && new Date(row.expiresAt) < new Date()

const columns = (t: Translate, nameOf: (what: string) => string): Column<ExportRow>[] => [
  { key: 'what', title: t('exports.what'), width: 180, render: (row) => nameOf(row.what) },
  { key: 'format', title: t('exports.format'), width: 100, phone: 'note', render: (row) => (row.format === 'xlsx' ? 'Excel' : 'CSV') },
  {
    key: 'state',
    title: t('exports.state'),
    width: 220,
    phone: 'aside',
    render: (row) => (
      <span title={row.error ? explained(row.error) : undefined}>
        <Badge tone={tones[row.state]}>{textOr(`shell.state.${row.state}`, row.state)}</Badge>
        {row.error && <span className="note"> {explained(row.error)}</span>}
      </span>
    ),
  },
  {
    key: 'rows',
    title: t('exports.rows'),
    width: 110,
    right: true,
    phone: 'line',
    render: (row) => (
      <span className="figure" title={row.truncated ? t('exports.truncated', { count: exactNumber(row.rows) }) : undefined}>
        {exactNumber(row.rows)}
        {row.truncated && ' ⚠'}
      </span>
    ),
  },
  {
    key: 'size',
    title: t('exports.size'),
    width: 100,
    right: true,
    phone: 'none',
    render: (row) => (row.bytes === null ? '—' : fileSize(row.bytes)),
  },
  { key: 'at', title: t('exports.startedAt'), width: 130, phone: 'note', render: (row) => <When at={row.createdAt} /> },
  { key: 'expires', title: t('exports.expiresAt'), width: 130, phone: 'none', render: (row) => <When at={row.expiresAt} /> },
  {
    key: 'file',
    title: t('exports.file'),
    width: 120,
    phone: 'wide',
    render: (row) =>
      row.state === 'done' &&
      (isGone(row) ? (
        <span className="mute">{t('exports.expired')}</span>
      ) : (
        <a href={`${apiBase}exports/${row.id}/file`} download>
          <DownloadOutlined /> {t('ui.download')}
        </a>
      )),
  },
]
