import { useText } from '#console/i18n/i18n.ts'
import { usePasswordNote } from '#console/team/password-note.tsx'
import { useDeparture, useResetPassword, useSuspend } from '#console/team/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { MoreMenu } from '#console/ui/more-menu.tsx'
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
  const acts: Record<Act, () => unknown> = {
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
  const item = (key: Act, label: string) => ({ key, label, danger: key === 'suspend' || key === 'leave', onClick: acts[key] })
  return (
    <MoreMenu
      of={name}
      small
      items={[
        item('edit', t('ui.edit')),
        ...(employee.login && employee.state === 'active' ? [item('reset', t('team.resetPassword'))] : []),
        ...stateItems[employee.state].map((key) => item(key, t(`team.${key}`))),
      ]}
    />
  )
}

type Act = 'edit' | 'resume' | 'suspend' | 'rehire' | 'leave' | 'reset'

const stateItems = { active: ['suspend', 'leave'], suspended: ['resume', 'leave'], left: ['rehire'] } as const
