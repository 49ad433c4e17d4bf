import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { useMomentAct, useMoments, useSaveMoment } from '#console/outbound/queries.ts'
import { ReviewActions } from '#console/outbound/review-box.tsx'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { StopButton } from '#console/outbound/stop-drawer.tsx'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Row, Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Content } from '#operation/contents/schema.ts'
import { type MomentItem, momentKinds } from '#operation/moments/schema.ts'

type Draft = { name: string; content: Content; employeeIds?: string[]; tagIds?: string[] }

export function MomentsPage() {
  const { t } = useText()
  const list = useMoments({})
  const save = useSaveMoment()
  const act = useMomentAct()
  const [creating, setCreating] = useState(false)
  const [may, mayApprove] = [useMay()('messages.write'), useMay()('messages.approve')]
  return (
    <Page
      title={t('outbound.moments')}
      note={t('outbound.momentsNote')}
      actions={
        <>
          <StopButton />
          <Gate permission="messages.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t('outbound.createMoment')}
            </Button>
          </Gate>
        </>
      }
    >
      <StopBar />
      <Section flush>
        <DataTable<MomentItem>
          name="moments"
          columns={columns(t, may || mayApprove)}
          list={list}
          empty={<Empty title={t('outbound.momentNone')} hint={t('outbound.momentNoneHint')} />}
        />
      </Section>
      <FormDrawer<Draft>
        wide
        title={t('outbound.createMoment')}
        open={creating}
        onClose={() => setCreating(false)}
        initial={{ content: { text: '', attachments: [] } }}
        submit={t('outbound.publish')}
        onSubmit={async ({ employeeIds = [], tagIds = [], ...rest }) => {
          const { id } = await save.mutateAsync({ ...rest, employeeIds, tagIds })
          await act.mutateAsync({ id, act: 'submission' })
        }}
      >
        <MomentFields />
      </FormDrawer>
    </Page>
  )
}

function MomentFields() {
  const { t } = useText()
  const employees = useEmployeeNames()
  const groups = useTagGroups()
  return (
    <>
      <Form.Item name="name" label={t('outbound.name')} rules={[{ required: true }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="content" label={t('outbound.content')} extra={t('outbound.momentNoneHint')}>
        <ContentField />
      </Form.Item>
      <Form.Item name="employeeIds" label={t('outbound.publishers')}>
        <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} placeholder={t('outbound.allEmployees')} options={employees} />
      </Form.Item>
      <Form.Item name="tagIds" label={t('outbound.visibleTo')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t('outbound.allCustomers')}
          options={(groups.data?.items ?? []).map((group) => ({
            label: group.name,
            title: group.name,
            options: group.tags.map(({ id, name }) => ({ value: id, label: name })),
          }))}
        />
      </Form.Item>
    </>
  )
}

const ContentField = ({ value = { text: '', attachments: [] }, onChange }: { value?: Content; onChange?: (content: Content) => void }) => (
  <WelcomeEditor plain kinds={momentKinds} value={value} onChange={(content) => onChange?.(content)} complaint={undefined} />
)

const tones = {
  draft: 'quiet',
  review: 'waiting',
  scheduled: 'waiting',
  calling: 'quiet',
  unknown: 'waiting',
  creating: 'quiet',
  published: 'good',
  cancelled: 'quiet',
  failed: 'bad',
} as const

const columns = (t: Translate, may: boolean): Column<MomentItem>[] => [
  { key: 'name', title: t('outbound.name'), width: 180, render: (row) => row.name },
  {
    key: 'state',
    title: t('outbound.state'),
    width: 130,
    phone: 'aside',
    render: (row) => <Badge tone={tones[row.state]}>{t(`outbound.momentStates.${row.state}`)}</Badge>,
  },
  {
    key: 'content',
    title: t('outbound.content'),
    width: 260,
    phone: 'wide',
    render: (row) => <span className="mute">{row.error ?? row.reviewNote ?? row.content.text.slice(0, 60)}</span>,
  },
  {
    key: 'confirmed',
    title: t('outbound.progress'),
    width: 140,
    phone: 'note',
    render: ({ confirmed, asked }) => (asked === 0 ? '—' : t('outbound.confirmedOf', { confirmed, asked })),
  },
  {
    key: 'reactions',
    title: t('outbound.results'),
    width: 120,
    phone: 'note',
    render: ({ likes, comments }) => t('outbound.reactions', { likes, comments }),
  },
  {
    key: 'at',
    title: t('outbound.at'),
    width: 130,
    phone: 'note',
    render: (row) => <When at={row.publishedAt ?? row.scheduledAt ?? row.createdAt} />,
  },
  ...(may ? [{ key: 'act', title: '', width: 160, phone: 'wide' as const, render: (row: MomentItem) => <Act moment={row} /> }] : []),
]

function Act({ moment: { id, state, isOwn } }: { moment: MomentItem }) {
  const { t } = useText()
  const act = useMomentAct()
  const run = useRun()
  const confirm = useConfirm()
  const may = useMay()
  const canReview = state === 'review' && !isOwn && may('messages.approve')
  return (
    <Row>
      {canReview && <ReviewActions small answer={(approve) => act.mutateAsync({ id, act: 'review', body: { approve } })} />}
      {state === 'review' && isOwn && <span className="note">{t('outbound.waitsForOther')}</span>}
      {may('messages.write') && (state === 'draft' || state === 'failed') && (
        <Button size="small" onClick={() => void run(() => act.mutateAsync({ id, act: 'submission' }))}>
          {t('outbound.publish')}
        </Button>
      )}
      {may('messages.write') && state !== 'cancelled' && state !== 'failed' && (
        <Button
          size="small"
          onClick={() =>
            confirm({
              title: t('outbound.cancelMoment'),
              effect: t('outbound.cancelMomentEffect'),
              act: t('outbound.cancelMoment'),
              danger: true,
              run: () => act.mutateAsync({ id, act: 'cancellation' }),
            })
          }
        >
          {t('outbound.cancelMoment')}
        </Button>
      )}
    </Row>
  )
}
