import { Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'

export interface Slot {
  hours?: { from: string; to: string }
  weekdays?: number[]
}

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const at = (time: string) => dayjs(`2026-01-01 ${time}`)

/** At which hours, also past midnight, and on which days of the week. */
export function SlotField({ value, onChange }: { value: Slot; onChange: (value: Slot | undefined) => void }) {
  const { t } = useText()
  const { hours, weekdays = [] } = value
  return (
    <span className="rule-compare">
      <TimePicker.RangePicker
        aria-label={t('segments.slot')}
        format="HH:mm"
        minuteStep={5}
        order={false}
        placeholder={[t('segments.wholeDay'), t('segments.wholeDay')]}
        value={hours ? [at(hours.from), at(hours.to)] : null}
        onChange={(span) => {
          const [from, to] = [span?.[0]?.format('HH:mm'), span?.[1]?.format('HH:mm')]
          if (!from || !to) onChange(slotOf(undefined, weekdays))
          else if (from !== to) onChange(slotOf({ from, to }, weekdays))
        }}
      />
      {hours && hours.to < hours.from && <span className="note">{t('segments.slotNextDay')}</span>}
      <Select
        className="rule-wide"
        mode="multiple"
        aria-label={t('segments.everyDay')}
        placeholder={t('segments.everyDay')}
        popupMatchSelectWidth={false}
        value={weekdays}
        onChange={(chosen: number[]) => onChange(slotOf(hours, [...chosen].sort()))}
        options={days.map((day, i) => ({ value: i + 1, label: t(`segments.weekdays.${day}`) }))}
      />
    </span>
  )
}

/** One that says nothing is none. */
function slotOf(hours: Slot['hours'], weekdays: number[]): Slot | undefined {
  if (!hours && weekdays.length === 0) return undefined
  return { ...(hours ? { hours } : {}), ...(weekdays.length > 0 ? { weekdays } : {}) }
}
