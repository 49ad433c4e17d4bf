import { TagOutlined, UsergroupAddOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { BulkDialog } from '#console/customers/bulk-actions.tsx'
import { customerColumns } from '#console/customers/columns.tsx'
import type { People } from '#console/customers/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useSaveSegment } from '#console/segments/queries.ts'
import type { RuleTree } from '#console/segments/tree.ts'
import { NameDrawer } from '#console/tags/name-drawer.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import type { NewSegment } from '#insight/segments/schema.ts'

interface Props {
  title: string
  people: People
  /** What would find them again: the segment is then a rule, and a list otherwise. */
  rule?: RuleTree | undefined
  /** Where a list of them came from. */
  origin: NewSegment['origin']
  onClose: () => void
}

/** Who stands behind a number, and what can be done with them. */
export function PeopleSheet({ title, people: { ids, list }, rule, origin, onClose }: Props) {
  const { t } = useText()
  const navigate = useNavigate()
  const [tagging, setTagging] = useState(false)
  const [saving, setSaving] = useState(false)
  const save = useSaveSegment()
  const run = useRun()
  const keepRule = () =>
    run(() => save.mutateAsync({ name: title.slice(0, 100), rule })).then(
      (saved) => saved && navigate({ to: '/segments/$segmentId', params: { segmentId: saved.id } }),
    )
  const shown = ['name', 'tags', 'orders', 'paid']
  return (
    <SideSheet
      open
      onClose={onClose}
      title={title}
      actions={
        ids !== undefined &&
        ids.length > 0 && (
          <>
            {ids.length <= mostTagged && (
              <Gate permission="customers.write">
                <Button icon={<TagOutlined />} onClick={() => setTagging(true)}>
                  {t('customers.bulkTag')}
                </Button>
              </Gate>
            )}
            {rule && (
              <Gate permission="segments.write">
                <Button type="primary" icon={<UsergroupAddOutlined />} loading={save.isPending} onClick={() => void keepRule()}>
                  {t('segments.saveRule')}
                </Button>
              </Gate>
            )}
            {ids.length <= mostListed && (
              <Gate permission="segments.write">
                <Button icon={<UsergroupAddOutlined />} onClick={() => setSaving(true)}>
                  {t('segments.saveAs')}
                </Button>
              </Gate>
            )}
          </>
        )
      }
    >
      <DataTable
        bare
        name="people"
        columns={customerColumns(t).map((column) => ({
          ...column,
          hidden: !shown.includes(column.key),
          width: { name: 160, tags: 150, orders: 70, paid: 110 }[column.key] ?? 120,
        }))}
        list={list}
        empty={<Empty title={t('reports.nobody')} />}
        href={(row) => `/customers/${row.id}`}
        open={(row) => void navigate({ to: '/customers/$customerId', params: { customerId: row.id } })}
      />
      <NameDrawer
        title={t('segments.saveAs')}
        label={t('segments.name')}
        max={100}
        open={saving}
        initial={title.slice(0, 100)}
        onClose={() => setSaving(false)}
        onSave={(name) =>
          save
            .mutateAsync({ name, customers: ids, origin })
            .then(({ id }) => navigate({ to: '/segments/$segmentId', params: { segmentId: id } }))
        }
      />
      {tagging && ids && (
        <BulkDialog action="tag" ids={ids} filter={undefined} q={undefined} total={undefined} onClose={() => setTagging(false)} />
      )}
    </SideSheet>
  )
}

/** The server tags so many by name at once. */
const mostTagged = 10_000
/** And so many make a list. */
const mostListed = 50_000
