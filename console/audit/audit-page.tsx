import { SafetyCertificateOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import { get } from '#console/api/client.ts'
import { useList } from '#console/api/query.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Facts, Page, Section, Stack } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { When } from '#console/ui/when.tsx'
import type { AuditEntry, Verification } from '#management/team/audit/schema.ts'

const route = getRouteApi('/app/audit')

export function AuditPage() {
  const { t } = useText()
  const { message, modal } = App.useApp()
  const run = useRun()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/audit' })
  const employees = useEmployeeNames()
  const list = useList<AuditEntry>('audit', search)
  const [opened, setOpened] = useState<AuditEntry>()
  const [verifying, setVerifying] = useState(false)
  const verify = async () => {
    setVerifying(true)
    const result = await run(() => get<z.infer<typeof Verification>>('audit/verification'))
    setVerifying(false)
    if (result?.ok) message.success(t('audit.verified', { count: exactNumber(result.checked) }))
    else if (result) modal.error({ title: t('audit.broken', { id: result.firstBadSeq ?? '?' }), content: result.reason })
  }
  return (
    <Page
      title={t('audit.title')}
      note={t('audit.note')}
      actions={
        <Button icon={<SafetyCertificateOutlined />} loading={verifying} onClick={() => void verify()}>
          {t('audit.verify')}
        </Button>
      }
    >
      <FilterBar
        search={t('audit.search')}
        values={search}
        onChange={(change) => void navigate({ search: { ...search, ...change }, replace: true })}
        filters={[
          { kind: 'choice', key: 'actor', label: t('audit.actor'), options: employees },
          { kind: 'dates', from: 'from', to: 'to', label: t('audit.from') },
        ]}
      />
      <Section flush>
        <DataTable<AuditEntry> name="audit" columns={columns(t)} list={list} open={setOpened} empty={<Empty title={t('audit.none')} />} />
      </Section>
      <SideSheet title={opened && actionText(opened)} open={opened !== undefined} onClose={() => setOpened(undefined)}>
        {opened && <EntryFacts entry={opened} />}
      </SideSheet>
    </Page>
  )
}

function EntryFacts({ entry }: { entry: AuditEntry }) {
  const { t } = useText()
  return (
    <Stack>
      <Facts
        items={[
          { name: t('audit.at'), value: <When at={entry.at} /> },
          { name: t('audit.actor'), value: entry.actor?.name ?? t('audit.system') },
          { name: t('audit.action'), value: <code>{entry.action}</code> },
          { name: t('audit.subject'), value: subjectText(entry) },
          { name: t('audit.subjectId'), value: entry.subject && <CopyId value={entry.subject} /> },
          { name: t('audit.address'), value: entry.address },
          { name: t('audit.requestId'), value: entry.requestId && <CopyId value={entry.requestId} /> },
        ]}
      />
      {Object.keys(entry.details).length > 0 && (
        <div>
          <p className="note">{t('audit.changes')}</p>
          <pre className="code">{JSON.stringify(entry.details, null, 2)}</pre>
        </div>
      )}
    </Stack>
  )
}

const actionText = ({ action }: AuditEntry): string => textOr(`audit.actions.${action}`, action)

/** `活码 门店海报`: what kind of thing it is, and its name where the entry keeps one. */
function subjectText({ subject, details }: AuditEntry): string | undefined {
  if (!subject) return undefined
  const kind = textOr(`audit.kinds.${subject.split('_')[0]}`, '')
  const name = [details.name, details.file, details.orderNo, details.corpId].find((one) => typeof one === 'string')
  return kind ? [kind, name].filter(Boolean).join(' ') : subject
}

const columns = (t: Translate): Column<AuditEntry>[] => [
  { key: 'action', title: t('audit.action'), width: 220, render: (row) => <span title={row.action}>{actionText(row)}</span> },
  {
    key: 'actor',
    title: t('audit.actor'),
    width: 160,
    render: (row) => (row.actor ? <PersonChip name={row.actor.name} /> : <span className="mute">{t('audit.system')}</span>),
  },
  {
    key: 'subject',
    title: t('audit.subject'),
    width: 220,
    render: (row) => <span title={row.subject ?? undefined}>{subjectText(row) ?? '—'}</span>,
  },
  { key: 'at', title: t('audit.at'), width: 140, phone: 'aside', render: (row) => <When at={row.at} /> },
  { key: 'address', title: t('audit.address'), width: 140, render: (row) => row.address ?? '—' },
]
