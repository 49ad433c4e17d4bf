import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { usePasswordNote } from '#console/team/password-note.tsx'
import { useDeparture, useResetPassword, useSuspend } from '#console/team/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import type { Employee } from '#management/team/employees/schema.ts'

export function EmployeeMenu({ employee, onEdit }: { employee: Employee; onEdit: () => void }) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const suspend = useSuspend()
  const departure = useDeparture()
  const reset = useResetPassword()
  const showPassword = usePasswordNote()
  const { id, name } = employee
  const acts: Record<string, () => unknown> = {
    edit: onEdit,
    resume: () => run(() => suspend.mutateAsync({ id, on: false }), t('ui.done')),
    suspend: () =>
      confirm({
        title: t('team.suspendTitle', { name }),
        effect: t('team.suspendEffect', { customers: exactNumber(employee.customers) }),
        act: t('team.suspend'),
        danger: true,
        run: () => suspend.mutateAsync({ id, on: true }),
      }),
    rehire: () => run(() => departure.mutateAsync({ id, on: false }), t('ui.done')),
    leave: () =>
      confirm({
        title: t('team.leaveTitle', { name }),
        effect: t('team.leaveEffect', { customers: exactNumber(employee.customers) }),
        act: t('team.leave'),
        danger: true,
        run: () => departure.mutateAsync({ id, on: true }),
      }),
    reset: () =>
      confirm({
        title: t('team.resetTitle', { name }),
        effect: t('team.resetEffect'),
        act: t('team.resetPassword'),
        run: () => reset.mutateAsync(id).then(({ password }) => showPassword(name, password)),
      }),
  }
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'edit', label: t('ui.edit') },
          ...(employee.login && employee.state === 'active' ? [{ key: 'reset', label: t('team.resetPassword') }] : []),
          ...stateItems[employee.state].map((key) => ({ key, label: t(`team.${key}`), danger: key === 'suspend' || key === 'leave' })),
        ],
        onClick: ({ key }) => void acts[key]?.(),
      }}
    >
      <Button type="text" size="small" icon={<MoreOutlined />} aria-label={t('ui.actionsFor', { name })} />
    </Dropdown>
  )
}

const stateItems = { active: ['suspend', 'leave'], suspended: ['resume', 'leave'], left: ['rehire'] } as const
