import { EditOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useSession } from '#console/api/session.ts'
import { useChangeFollowUp, useFollowUpsOf, useStages } from '#console/follow-ups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { FileUpload, fileUrl, type StoredFile } from '#console/ui/file-upload.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { Badge, TagChips } from '#console/ui/tag-chips.tsx'
import { TimeField } from '#console/ui/time-field.tsx'
import { When } from '#console/ui/when.tsx'
import type { CustomerFollowUps as Both, FollowUpRecord } from '#operation/follow-ups/schema.ts'

const shownRecords = 5

/** Where everybody stands with one customer and what was written down, on the customer's page. */
export function CustomerFollowUps({ customerId }: { customerId: string }) {
  const { t } = useText()
  const { may, data, error } = useFollowUpsOf(customerId)
  const [writing, setWriting] = useState(false)
  const [all, setAll] = useState(false)
  if (!may || error || !data) return null
  const records = all ? data.records : data.records.slice(0, shownRecords)
  return (
    <Section
      title={t('followUps.ofCustomer')}
      actions={
        <Gate permission="tasks.write">
          <Button type="text" icon={<EditOutlined />} onClick={() => setWriting(true)}>
            {t('followUps.write')}
          </Button>
        </Gate>
      }
    >
      {data.items.length === 0 && <p className="note">{t('followUps.none')}</p>}
      <ul className="lines">
        {data.items.map((one) => (
          <li key={one.id}>
            <span className="person-text">
              <span className="person-name">{one.employee.name}</span>
              <span className="note">
                {one.nextAction ?? t('followUps.noNext')}
                {one.nextAt && ' · '}
                {one.nextAt && <When at={one.nextAt} />}
              </span>
            </span>
            <Badge tone="plain">{one.stage.name}</Badge>
          </li>
        ))}
        {records.map((record) => (
          <WrittenDown key={record.id} record={record} />
        ))}
      </ul>
      {!all && data.records.length > shownRecords && (
        <Button type="text" block onClick={() => setAll(true)}>
          {t('ui.more')}
        </Button>
      )}
      <Write customerId={customerId} known={data} open={writing} onClose={() => setWriting(false)} />
    </Section>
  )
}

function WrittenDown({ record }: { record: FollowUpRecord }) {
  const { t } = useText()
  return (
    <li>
      <span className="person-text">
        <span>{record.text || (record.stage && t('followUps.movedTo', { stage: record.stage.name }))}</span>
        {record.files.map((file) => (
          <a key={file.id} href={fileUrl(file.id)} target="_blank" rel="noreferrer">
            {file.name}
          </a>
        ))}
        <span className="note">
          {record.employee.name} · <When at={record.writtenAt} />
          {record.text && record.stage && ` · ${t('followUps.movedTo', { stage: record.stage.name })}`}
        </span>
      </span>
    </li>
  )
}

interface Values {
  stageId?: string
  text?: string
  action?: string
  at?: string | null
}

function Write({ customerId, known, open, onClose }: { customerId: string; known: Both; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const change = useChangeFollowUp(customerId)
  const stages = useStages({ whose: 'mine' }).data?.items ?? []
  const me = useSession()?.employee.id
  const [files, setFiles] = useState<StoredFile[]>([])
  const mine = known.items.find(({ employee }) => employee.id === me)
  const submit = async ({ stageId, text, action, at }: Values) => {
    await change.mutateAsync({
      ...(stageId && { stageId }),
      ...(text && { text }),
      ...(files.length > 0 && { fileIds: files.map(({ id }) => id) }),
      ...(action?.trim() && { next: { action, at: at ?? null } }),
    })
    setFiles([])
  }
  return (
    <FormDrawer<Values>
      title={t('followUps.write')}
      open={open}
      onClose={onClose}
      fields={{ 'next.action': 'action', 'next.at': 'at', fileIds: 'text' }}
      initial={{ stageId: mine?.stage.id ?? stages[0]?.id ?? '' }}
      onSubmit={submit}
    >
      <Form.Item name="stageId" label={t('followUps.stage')}>
        <Select options={stages.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
      <Form.Item name="text" label={t('followUps.text')}>
        <Input.TextArea maxLength={2000} showCount autoSize={{ minRows: 4, maxRows: 10 }} />
      </Form.Item>
      <Row>
        <Gate permission="files.write">
          <FileUpload small accept="*" label={t('followUps.addFile')} onChange={(_, file) => setFiles([...files, file])} />
        </Gate>
        <TagChips tags={files} onRemove={({ id }) => setFiles(files.filter((file) => file.id !== id))} />
      </Row>
      <Form.Item name="action" label={t('followUps.next')} extra={t('followUps.nextHint')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="at" label={t('followUps.nextAt')}>
        <TimeField />
      </Form.Item>
    </FormDrawer>
  )
}
