import { Form, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { CorpField } from '#console/integrations/wecom/corp-field.tsx'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { LaterField } from '#console/outbound/later-field.tsx'
import { useMomentAct, useRescheduleMoment, useSaveMoment } from '#console/outbound/queries.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { Content } from '#operation/contents/schema.ts'
import { type MomentItem, momentKinds } from '#operation/moments/schema.ts'

type When = 'now' | 'later' | 'draft'
type Draft = { name: string; corpId?: string; content: Content; employeeIds?: string[]; tagIds?: string[]; when: When; at?: string | null }

const initialOf = (moment: MomentItem | undefined): Partial<Draft> =>
  moment
    ? {
        name: moment.name,
        corpId: moment.corp.id,
        content: moment.content,
        employeeIds: moment.employees.map(({ id }) => id),
        tagIds: moment.tags.map(({ id }) => id),
        when: 'draft',
      }
    : { content: { text: '', attachments: [] }, when: 'now' }

/** A new moment, or a draft: kept, handed out now, or at a time. */
export function MomentForm({ moment, open, onClose }: { moment?: MomentItem | undefined; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const save = useSaveMoment()
  const act = useMomentAct()
  // What was saved and then refused to be handed out is changed by the next try, not made twice.
  const [saved, setSaved] = useState<string>()
  const close = () => {
    setSaved(undefined)
    onClose()
  }
  return (
    <FormDrawer<Draft>
      wide
      title={t(moment ? 'outbound.editMoment' : 'outbound.createMoment')}
      open={open}
      onClose={close}
      draft={`moment.${moment?.id ?? 'new'}`}
      initial={initialOf(moment)}
      submit={({ when = 'now' }) => t(`outbound.momentActs.${when}`)}
      onSubmit={async ({ employeeIds = [], tagIds = [], when, at, ...rest }) => {
        const { id } = await save.mutateAsync({ id: moment?.id ?? saved, ...rest, employeeIds, tagIds })
        setSaved(id)
        if (when !== 'draft') await act.mutateAsync({ id, act: 'submission', body: { at: timeOf(when, at) } })
      }}
    >
      <MomentFields />
      <WhenFields choices={['now', 'later', 'draft']} />
    </FormDrawer>
  )
}

/** Hands out a draft, or once more what failed. */
export function PublishForm({ id, open, onClose }: { id: string; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const act = useMomentAct()
  return (
    <FormDrawer<{ when: When; at?: string | null }>
      title={t('outbound.publish')}
      open={open}
      onClose={onClose}
      initial={{ when: 'now' }}
      submit={t('outbound.publish')}
      onSubmit={({ when, at }) => act.mutateAsync({ id, act: 'submission', body: { at: timeOf(when, at) } })}
    >
      <WhenFields choices={['now', 'later']} />
    </FormDrawer>
  )
}

/** Another time for what members have not been asked for yet. */
export function RescheduleForm({ moment: { id, scheduledAt }, open, onClose }: { moment: MomentItem; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const reschedule = useRescheduleMoment(id)
  return (
    <FormDrawer<{ at: string }>
      title={t('outbound.reschedule')}
      open={open}
      onClose={onClose}
      initial={scheduledAt ? { at: scheduledAt } : {}}
      onSubmit={({ at }) => reschedule.mutateAsync(at)}
    >
      <p className="note">{t('outbound.momentRescheduleHint')}</p>
      <LaterField />
    </FormDrawer>
  )
}

const timeOf = (when: When, at: string | null = null): string | null => (when === 'later' ? at : null)

function WhenFields({ choices }: { choices: When[] }) {
  const { t } = useText()
  return (
    <>
      <Form.Item name="when" label={t('outbound.momentWhen')} required>
        <Radio.Group options={choices.map((value) => ({ value, label: t(`outbound.momentWhens.${value}`) }))} />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: Draft, now: Draft) => before.when !== now.when}>
        {(form) => form.getFieldValue('when') === 'later' && <LaterField />}
      </Form.Item>
    </>
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
      <CorpField />
      <Form.Item
        name="content"
        label={t('outbound.content')}
        extra={t('outbound.momentNoneHint')}
        required
        rules={[{ validator: saysSomething(t('liveCodes.empty')) }]}
      >
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

const saysSomething = (refusal: string) => (_rule: unknown, content?: Content) =>
  content && (content.text.trim() !== '' || content.attachments.length > 0) ? Promise.resolve() : Promise.reject(new Error(refusal))

const ContentField = ({ value = { text: '', attachments: [] }, onChange }: { value?: Content; onChange?: (content: Content) => void }) => (
  <WelcomeEditor plain kinds={momentKinds} value={value} onChange={(content) => onChange?.(content)} complaint={undefined} />
)
