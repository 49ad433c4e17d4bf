import { PlusOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { FilesViews } from '#console/imports/files-views.tsx'
import { ImportState } from '#console/imports/import-state.tsx'
import { useImportKinds, useImports } from '#console/imports/queries.ts'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import type { ImportView } from '#platform/imports/schema.ts'

export function ImportsPage() {
  const { t, language } = useText()
  const navigate = useNavigate()
  const list = useImports()
  const kinds = useImportKinds()
  const kindName = (name: string) => kinds.data?.items.find((kind) => kind.name === name)?.title[language] ?? name
  const create = (
    <Gate permission="imports.write">
      <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/imports/new' })}>
        {t('imports.create')}
      </Button>
    </Gate>
  )
  return (
    <Page title={t('imports.title')} note={t('imports.note')} actions={create}>
      <FilesViews open="imports" />
      <Section flush>
        <DataTable<ImportView>
          name="imports"
          columns={columns(t, kindName)}
          list={list}
          href={(row) => `/imports/${row.id}`}
          open={(row) => void navigate({ to: '/imports/$importId', params: { importId: row.id } })}
          empty={<Empty title={t('imports.none')} hint={t('imports.noneHint')} action={create} />}
        />
      </Section>
    </Page>
  )
}

const columns = (t: Translate, kindName: (name: string) => string): Column<ImportView>[] => [
  { key: 'file', title: t('imports.fileName'), width: 260, render: (row) => row.fileName },
  {
    key: 'kind',
    title: t('imports.kind'),
    width: 140,
    phone: 'note',
    render: (row) => (row.dryRun ? `${kindName(row.kind)} · ${t('imports.dryRun')}` : kindName(row.kind)),
  },
  { key: 'state', title: t('imports.state'), width: 130, phone: 'aside', render: (row) => <ImportState row={row} /> },
  { key: 'imported', title: t('imports.imported'), width: 90, right: true, phone: 'line', render: (row) => count(row.counts.imported) },
  { key: 'updated', title: t('imports.updated'), width: 90, right: true, phone: 'none', render: (row) => count(row.counts.updated) },
  { key: 'unchanged', title: t('imports.unchanged'), width: 90, right: true, phone: 'none', render: (row) => count(row.counts.unchanged) },
  { key: 'rejected', title: t('imports.rejected'), width: 90, right: true, phone: 'line', render: (row) => count(row.counts.rejected) },
  { key: 'at', title: t('imports.startedAt'), width: 130, phone: 'note', render: (row) => <When at={row.createdAt} /> },
]

const count = (value: number) => <span className={value === 0 ? 'figure mute' : 'figure'}>{exactNumber(value)}</span>
