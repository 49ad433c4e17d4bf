import { DatePicker, Form } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'

/** A time that lies ahead; days and hours that are over cannot be chosen. */
export function LaterField() {
  const { t } = useText()
  return (
    <Form.Item name="at" label={t('outbound.at')} rules={[{ required: true }]}>
      <DatePicker
        // Whoever picks a day means no midnight: it begins with the next full hour.
        showTime={{ format: 'HH:mm', defaultOpenValue: dayjs().add(1, 'hour').startOf('hour') }}
        format="YYYY-MM-DD HH:mm"
        style={{ width: '100%' }}
        disabledDate={(day) => day.isBefore(dayjs(), 'day')}
        disabledTime={pastTimes}
      />
    </Form.Item>
  )
}

/** Hours and minutes that are over, on the day of today. */
function pastTimes(day: Dayjs | null) {
  const now = dayjs()
  if (!day?.isSame(now, 'day')) return {}
  return {
    disabledHours: () => upTo(now.hour()),
    disabledMinutes: (hour: number) => (hour === now.hour() ? upTo(now.minute()) : []),
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, one) => one)
