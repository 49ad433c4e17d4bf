import { Form, Input, Switch } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useSaveTaskSettings, useTaskSettings } from '#console/tasks/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'

interface Values {
  remind: boolean
  time: string
}

/** Whether employees get a message of what is due, and when. */
export function ReminderSettings({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useText()
  const settings = useTaskSettings().data
  const save = useSaveTaskSettings()
  if (!settings) return null
  return (
    <FormDrawer<Values>
      title={t('tasks.reminders')}
      open={open}
      onClose={onClose}
      fields={{ remindAt: 'time' }}
      initial={{ remind: settings.remind, time: clockOf(settings.remindAt) }}
      onSubmit={({ remind, time }) => save.mutateAsync({ remind, remindAt: minutesOf(time) })}
    >
      <Form.Item name="remind" label={t('tasks.remind')} extra={t('tasks.remindHint')} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="time" label={t('tasks.remindAt')} rules={[{ required: true, message: t('ui.required') }]}>
        <Input type="time" />
      </Form.Item>
    </FormDrawer>
  )
}

const clockOf = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
