import { DatePicker } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTenant } from '#console/api/session.ts'
import { clockOf, momentAt } from '#console/ui/format.ts'

/**
 * A moment, picked and shown by the company's clock, wherever the browser is: everything else here tells it so. Its value is ISO text,
 * which a draft can keep. `only`: what is over, or what is still to come, cannot be chosen.
 */
export function TimeField(props: {
  id?: string
  'aria-label'?: string
  value?: string | null
  onChange?: (at: string | null) => void
  only?: 'ahead' | 'past'
}) {
  const { value, onChange, only, ...field } = props
  const { timezone } = useTenant()
  const now = clockOf(new Date().toISOString(), timezone)
  return (
    <DatePicker
      {...field}
      className="wide"
      // Whoever picks a day means no midnight: what lies ahead begins with the next full hour.
      showTime={{
        format: 'HH:mm',
        defaultOpenValue: dayjs(now)
          .add(only === 'ahead' ? 1 : 0, 'hour')
          .startOf('hour'),
      }}
      format="YYYY-MM-DD HH:mm"
      value={value ? dayjs(clockOf(value, timezone)) : null}
      onChange={(chosen: Dayjs | null) => onChange?.(chosen ? momentAt(chosen.format('YYYY-MM-DDTHH:mm'), timezone) : null)}
      {...(only && {
        disabledDate: (day: Dayjs) => (only === 'ahead' ? dayIn(day) < now.slice(0, 10) : dayIn(day) > now.slice(0, 10)),
        disabledTime: (day: Dayjs | null) => (day && dayIn(day) === now.slice(0, 10) ? closedHours(now, only) : {}),
      })}
    />
  )
}

const dayIn = (day: Dayjs): string => day.format('YYYY-MM-DD')

/** Hours and minutes of today that cannot be chosen. */
function closedHours(now: string, only: 'ahead' | 'past') {
  const [nowHour, nowMinute] = [Number(now.slice(11, 13)), Number(now.slice(14, 16))]
  const closed = (count: number, at: number) =>
    Array.from({ length: count }, (_, one) => one).filter((one) => (only === 'ahead' ? one < at : one > at))
  return {
    disabledHours: () => closed(24, nowHour),
    disabledMinutes: (hour: number) => (hour === nowHour ? closed(60, nowMinute) : []),
  }
}
