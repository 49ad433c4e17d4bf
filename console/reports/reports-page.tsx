import { DeleteOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { AskField } from '#console/reports/ask-field.tsx'
import { editableTypes } from '#console/reports/document.ts'
import { type SavedReport, useDeleteReport, useReports } from '#console/reports/queries.ts'
import { ReportKinds } from '#console/reports/report-kinds.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'

const route = getRouteApi('/app/reports')

export function ReportsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/reports' })
  const list = useReports(search.type)
  const openReport = (row: SavedReport) => void navigate({ to: '/reports/$reportId', params: { reportId: row.id }, search: {} })
  return (
    <Page title={t('reports.title')} note={t('reports.note')}>
      <Section title={t('reports.askTitle')} note={t('reports.askNote')}>
        <AskField />
      </Section>
      <FilterBar
        filters={[
          {
            kind: 'choice',
            key: 'type',
            label: t('reports.type'),
            options: editableTypes.map((value) => ({ value, label: t(`reports.types.${value}`) })),
          },
        ]}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true })}
      />
      <Section flush>
        <DataTable<SavedReport>
          name="reports"
          columns={columns(t)}
          list={list}
          href={(row) => `/reports/${row.id}`}
          open={openReport}
          empty={<Empty title={t('reports.none')} hint={t('reports.noneHint')} />}
        />
      </Section>
      <ReportKinds />
    </Page>
  )
}

const columns = (t: Translate): Column<SavedReport>[] => [
  { key: 'name', title: t('reports.name'), width: 280, render: (row) => row.name },
  { key: 'type', title: t('reports.type'), width: 120, phone: 'note', render: (row) => textOr(`reports.types.${row.type}`, row.type) },
  { key: 'by', title: t('reports.createdBy'), width: 140, phone: 'note', render: (row) => row.createdBy?.name ?? '—' },
  { key: 'at', title: t('reports.updatedAt'), width: 140, phone: 'note', render: (row) => <When at={row.updatedAt} /> },
  { key: 'delete', title: t('ui.actions'), width: 70, right: true, phone: 'aside', render: (row) => <DeleteReport report={row} /> },
]

function DeleteReport({ report }: { report: SavedReport }) {
  const { t } = useText()
  const confirm = useConfirm()
  const remove = useDeleteReport()
  return (
    <Gate permission="reports.write">
      <Button
        type="text"
        size="small"
        icon={<DeleteOutlined />}
        aria-label={t('ui.deleteNamed', { name: report.name })}
        onClick={() =>
          confirm({
            title: t('reports.deleteTitle', { name: report.name }),
            effect: t('reports.deleteEffect'),
            act: t('ui.delete'),
            danger: true,
            run: () => remove.mutateAsync(report.id),
          })
        }
      />
    </Gate>
  )
}
