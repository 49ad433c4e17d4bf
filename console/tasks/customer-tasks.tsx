import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { useTasksOf } from '#console/tasks/queries.ts'
import { TaskForm } from '#console/tasks/task-form.tsx'
import { TaskSheet } from '#console/tasks/task-sheet.tsx'
import { TaskState } from '#console/tasks/task-state.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'
import type { Task } from '#operation/tasks/schema.ts'

/** What is to be done for one customer, on the customer's page. */
export function CustomerTasks({ customerId }: { customerId: string }) {
  const { t } = useText()
  const { may, data, error } = useTasksOf(customerId)
  const [making, setMaking] = useState(false)
  const [opened, setOpened] = useState<Task>()
  if (!may || error || !data) return null
  return (
    <Section
      title={t('tasks.ofCustomer')}
      actions={
        <Gate permission="tasks.write">
          <Button type="text" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
            {t('tasks.create')}
          </Button>
        </Gate>
      }
    >
      {data.items.length === 0 ? (
        <p className="note">{t('tasks.noneOfCustomer')}</p>
      ) : (
        <ul className="lines">
          {data.items.map((task) => (
            <li key={task.id}>
              <span className="person-text">
                <button type="button" className="opener person-name" onClick={() => setOpened(task)}>
                  {task.title}
                </button>
                <span className="note">
                  {task.employee?.name ?? t('tasks.nobody')}
                  {task.dueAt && ' · '}
                  {task.dueAt && <When at={task.dueAt} />}
                </span>
              </span>
              <TaskState task={task} t={t} />
            </li>
          ))}
        </ul>
      )}
      <TaskForm open={making} onClose={() => setMaking(false)} customerId={customerId} />
      {opened && <TaskSheet task={opened} onClose={() => setOpened(undefined)} />}
    </Section>
  )
}
