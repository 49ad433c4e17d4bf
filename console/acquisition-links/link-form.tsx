import { Form, Input, Select, Switch, TreeSelect } from 'antd'
import { useSaveLink } from '#console/acquisition-links/queries.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { CorpField } from '#console/integrations/wecom/corp-field.tsx'
import { lackOf } from '#console/live-codes/attachments-editor.tsx'
import { WelcomeField } from '#console/live-codes/welcome-field.tsx'
import { useTagGroups } from '#console/tags/queries.ts'
import { branches } from '#console/team/department-tree.tsx'
import { useDepartments, useEmployeeNames } from '#console/team/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import type { AcquisitionLink } from '#growth/acquisition-links/schema.ts'
import type { Welcome } from '#growth/welcomes/schema.ts'

interface Values {
  name: string
  corpId?: string
  channelId?: string | null
  employeeIds: string[]
  departmentIds: string[]
  skipVerify: boolean
  markSource: boolean
  priority: 'none' | 'company' | 'listed'
  priorityEmployees?: string[]
  welcome?: Welcome | null
  tagIds: string[]
}

const empty: Partial<Values> = {
  employeeIds: [],
  departmentIds: [],
  skipVerify: true,
  markSource: true,
  priority: 'none',
  tagIds: [],
}

const valuesOf = (link: AcquisitionLink): Values => ({
  name: link.name,
  channelId: link.channel?.id ?? null,
  // Members outside our sight have no id of ours and cannot be named again.
  employeeIds: link.employees.filter(({ id }) => id.startsWith('emp_')).map(({ id }) => id),
  departmentIds: link.departments.map(({ id }) => id),
  skipVerify: link.skipVerify,
  markSource: link.markSource,
  priority: link.priority?.kind ?? 'none',
  priorityEmployees: link.priority?.employees.map(({ id }) => id) ?? [],
  welcome: link.welcome,
  tagIds: link.tags.map(({ id }) => id),
})

/** What stays as it was is not sent: WeCom is told of changes of its own only. */
function changesOf(values: Values, link: AcquisitionLink | undefined) {
  const { priority, priorityEmployees = [], corpId, ...rest } = values
  const body = {
    ...rest,
    channelId: rest.channelId ?? null,
    welcome: rest.welcome ?? null,
    priority: priority === 'none' ? null : priority === 'company' ? { kind: priority } : { kind: priority, employeeIds: priorityEmployees },
  }
  if (!link) return { ...body, ...(corpId && { corpId }) }
  const before = changesOf(valuesOf(link), undefined) as Record<string, unknown>
  return Object.fromEntries(Object.entries(body).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])))
}

export function LinkForm(props: {
  open: boolean
  link: AcquisitionLink | undefined
  onClose: () => void
  onSaved?: (link: AcquisitionLink) => void
}) {
  const { t } = useText()
  const { open, link, onClose, onSaved } = props
  const save = useSaveLink()
  const run = useRun()
  const submit = async (values: Values) => {
    const saved = await save.mutateAsync({ id: link?.id, ...changesOf(values, link) })
    void run(async () => undefined, t(link ? 'acquisitionLinks.saved' : 'acquisitionLinks.created'))
    onSaved?.(saved)
  }
  return (
    <FormDrawer<Values>
      key={link?.updatedAt ?? 'new'}
      title={t(link ? 'acquisitionLinks.edit' : 'acquisitionLinks.create')}
      open={open}
      onClose={onClose}
      wide
      draft={link ? undefined : 'acquisition-link.new'}
      initial={link ? valuesOf(link) : empty}
      onSubmit={submit}
    >
      <Form.Item name="name" label={t('acquisitionLinks.name')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={30} showCount autoComplete="off" placeholder={t('acquisitionLinks.namePlaceholder')} />
      </Form.Item>
      {!link && <CorpField />}
      <People link={link} />
      <Placing />
      <Form.Item
        name="welcome"
        label={t('acquisitionLinks.welcome')}
        extra={t('acquisitionLinks.welcomeNote')}
        rules={[
          {
            validator: (_rule, welcome?: Welcome | null) => {
              const lack = welcome?.attachments.map((one) => lackOf(one, t)).find(Boolean)
              return lack ? Promise.reject(new Error(lack)) : Promise.resolve()
            },
          },
        ]}
      >
        <WelcomeField label={t('acquisitionLinks.useWelcome')} />
      </Form.Item>
      <Form.Item name="skipVerify" label={t('acquisitionLinks.skipVerify')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="markSource" label={t('acquisitionLinks.markSource')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <PriorityFields isSet={Boolean(link?.priority)} />
    </FormDrawer>
  )
}

/** One of both is needed, unless somebody stands behind the link whom the asker does not see. */
function People({ link }: { link: AcquisitionLink | undefined }) {
  const { t } = useText()
  const form = Form.useFormInstance<Values>()
  const isSeen = !link || link.employees.length === valuesOf(link).employeeIds.length
  const isNobody = () => isSeen && !form.getFieldValue('employeeIds')?.length && !form.getFieldValue('departmentIds')?.length
  const refuseNobody = () => (isNobody() ? Promise.reject(new Error(t('errors.acquisition_link.nobody'))) : Promise.resolve())
  const employees = useEmployeeNames()
  const departments = (useDepartments().data?.items ?? []).filter(({ source }) => source === 'wecom')
  return (
    <>
      <Form.Item
        name="employeeIds"
        label={t('acquisitionLinks.employees')}
        extra={t('acquisitionLinks.employeesHint')}
        required
        dependencies={['departmentIds']}
        rules={[{ validator: refuseNobody }]}
      >
        <Select mode="multiple" showSearch optionFilterProp="label" options={employees} />
      </Form.Item>
      <Form.Item name="departmentIds" label={t('acquisitionLinks.departments')} extra={t('acquisitionLinks.departmentsHint')} required>
        <TreeSelect multiple treeDefaultExpandAll treeData={branches(departments)} />
      </Form.Item>
    </>
  )
}

function Placing() {
  const { t } = useText()
  const channels = useChannelNames()
  const groups = useTagGroups().data?.items ?? []
  return (
    <>
      <Form.Item name="channelId" label={t('acquisitionLinks.channel')}>
        <Select allowClear showSearch optionFilterProp="label" placeholder={t('acquisitionLinks.noChannel')} options={channels} />
      </Form.Item>
      <Form.Item name="tagIds" label={t('acquisitionLinks.tags')} extra={t('acquisitionLinks.tagsHint')}>
        <Select
          mode="multiple"
          optionFilterProp="label"
          options={groups.map((group) => ({
            label: group.name,
            title: group.name,
            options: group.tags.map((tag) => ({ value: tag.id, label: tag.name })),
          }))}
        />
      </Form.Item>
    </>
  )
}

function PriorityFields({ isSet }: { isSet: boolean }) {
  const { t } = useText()
  const employees = useEmployeeNames()
  const kinds = (['none', 'company', 'listed'] as const).filter((kind) => !isSet || kind !== 'none')
  return (
    <>
      <Form.Item name="priority" label={t('acquisitionLinks.priority')} extra={t('acquisitionLinks.priorityHint')}>
        <Select options={kinds.map((value) => ({ value, label: t(`acquisitionLinks.priorities.${value}`) }))} />
      </Form.Item>
      <Form.Item noStyle shouldUpdate>
        {(form) =>
          form.getFieldValue('priority') === 'listed' && (
            <Form.Item
              name="priorityEmployees"
              label={t('acquisitionLinks.priorityEmployees')}
              rules={[{ required: true, message: t('ui.required') }]}
            >
              <Select mode="multiple" showSearch optionFilterProp="label" options={employees} />
            </Form.Item>
          )
        }
      </Form.Item>
    </>
  )
}
