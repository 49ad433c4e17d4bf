import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Checkbox, DatePicker, Form, Segmented, Select, TimePicker } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { emptyWelcome } from '#console/live-codes/draft.ts'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { type Complaints, complaintAt } from '#console/ui/complaints.ts'
import { daysAfter, todayIn } from '#console/ui/format.ts'
import { Row, Stack } from '#console/ui/page.tsx'
import { WeekGrid } from '#console/ui/week-grid.tsx'
import type { Schedule } from '#growth/live-codes/schema.ts'

type Slot = Schedule['weekly'][number]
type DaySlot = Schedule['dates'][number]['slots'][number]
type Option = { value: string; label: string }

const officeHours: Slot = { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00', employeeIds: [] }

/** The hours of a code: a week to drag on, a card a slot, and days that do not follow the week. */
export function ScheduleField(props: {
  value: Schedule
  onChange: (schedule: Schedule) => void
  employees: Option[]
  /** Whether somebody stands in outside the hours. */
  hasSpare: boolean
  complaints: Complaints
}) {
  const { t } = useText()
  const { value, onChange } = props
  const today = todayIn(useTenant().timezone)
  const [chosen, setChosen] = useState<number>()
  const [byHours, setByHours] = useState(value.weekly.length > 0 || value.dates.length > 0)
  const setWeekly = (weekly: Slot[]) => onChange({ ...value, weekly })
  const add = (slot: Slot) => {
    setWeekly([...value.weekly, slot])
    setChosen(value.weekly.length)
  }
  const dayName = (day: number) => t('liveCodes.weekday', { day: t(`liveCodes.dayNames.d${day as 1}`) })
  const blockName = (index: number) => {
    const ids = value.weekly[index]?.employeeIds ?? []
    return ids.length === 0
      ? t('liveCodes.everybody')
      : ids.map((id) => props.employees.find((one) => one.value === id)?.label ?? '').join('、')
  }
  return (
    <Stack>
      <Row>
        <Segmented
          value={byHours ? 'hours' : 'always'}
          options={[
            { value: 'always', label: t('liveCodes.always') },
            { value: 'hours', label: t('liveCodes.byHours') },
          ]}
          onChange={(kind) => {
            setByHours(kind === 'hours')
            if (kind === 'always') onChange({ weekly: [], dates: [] })
            else if (value.weekly.length === 0) add(officeHours)
          }}
        />
      </Row>
      {byHours && (
        <>
          <WeekGrid
            blocks={value.weekly}
            chosen={chosen}
            dayName={dayName}
            blockName={blockName}
            onChoose={setChosen}
            onAdd={(block) => add({ ...block, employeeIds: [] })}
          />
          <p className={props.hasSpare ? 'note' : 'note warning'}>{t(props.hasSpare ? 'liveCodes.outside' : 'liveCodes.outsideNobody')}</p>
          {value.weekly.map((slot, index) => (
            <SlotCard
              // biome-ignore lint/suspicious/noArrayIndexKey: slots have no identity but their place
              key={index}
              tone={index % 6}
              title={t('liveCodes.slot', { number: index + 1 })}
              chosen={chosen === index}
              onChoose={() => setChosen(index)}
              onRemove={() => {
                setWeekly(value.weekly.filter((_, at) => at !== index))
                setChosen(undefined)
              }}
              complaint={complaintAt(props.complaints, `schedule.weekly.${index}`)}
            >
              <Form.Item label={t('liveCodes.days')}>
                <Checkbox.Group
                  className="day-boxes"
                  value={slot.days}
                  options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: t(`liveCodes.dayNames.d${day as 1}`) }))}
                  onChange={(days) => days.length > 0 && setWeekly(value.weekly.with(index, { ...slot, days: (days as number[]).sort() }))}
                />
              </Form.Item>
              <SlotFields
                slot={slot}
                employees={props.employees}
                complaintOf={(place) => complaintAt(props.complaints, `schedule.weekly.${index}.welcome.attachments.${place}`)}
                onChange={(part) => setWeekly(value.weekly.with(index, { ...slot, ...part }))}
              />
            </SlotCard>
          ))}
          <Row>
            <Button icon={<PlusOutlined />} onClick={() => add(officeHours)}>
              {t('liveCodes.addSlot')}
            </Button>
            <Button
              icon={<PlusOutlined />}
              onClick={() => onChange({ ...value, dates: [...value.dates, { date: daysAfter(today, 1), slots: [] }] })}
            >
              {t('liveCodes.addDate')}
            </Button>
          </Row>
          <SpecialDates {...props} />
        </>
      )}
    </Stack>
  )
}

function SpecialDates({
  value,
  onChange,
  employees,
  complaints,
}: {
  value: Schedule
  onChange: (schedule: Schedule) => void
  employees: Option[]
  complaints: Complaints
}) {
  const { t } = useText()
  if (value.dates.length === 0) return null
  const setDate = (index: number, part: Partial<Schedule['dates'][number]>) =>
    onChange({ ...value, dates: value.dates.map((one, at) => (at === index ? { ...one, ...part } : one)) })
  return (
    <Stack tight>
      <h3 className="form-head">{t('liveCodes.specialDates')}</h3>
      <p className="note">{t('liveCodes.specialDatesNote')}</p>
      {value.dates.map((special, index) => (
        <SlotCard
          // biome-ignore lint/suspicious/noArrayIndexKey: dates have no identity but their place
          key={index}
          title={special.until && special.until !== special.date ? `${special.date} – ${special.until}` : special.date}
          onRemove={() => onChange({ ...value, dates: value.dates.filter((_, at) => at !== index) })}
          complaint={complaintAt(complaints, `schedule.dates.${index}`)}
        >
          <Row>
            <DatePicker.RangePicker
              aria-label={t('liveCodes.dateRange')}
              allowClear={false}
              value={[dayjs(special.date), dayjs(special.until ?? special.date)]}
              onChange={(span) =>
                span?.[0] && setDate(index, { date: span[0].format('YYYY-MM-DD'), until: (span[1] ?? span[0]).format('YYYY-MM-DD') })
              }
            />
            <Segmented
              value={special.slots.length > 0 ? 'on' : 'off'}
              options={[
                { value: 'off', label: t('liveCodes.dayOff') },
                { value: 'on', label: t('liveCodes.dayOn') },
              ]}
              onChange={(kind) => setDate(index, { slots: kind === 'on' ? [{ from: '09:00', to: '18:00', employeeIds: [] }] : [] })}
            />
          </Row>
          {special.slots.map((slot, place) => (
            <SlotFields
              // biome-ignore lint/suspicious/noArrayIndexKey: slots have no identity but their place
              key={place}
              slot={slot}
              employees={employees}
              onChange={(part) => setDate(index, { slots: special.slots.with(place, { ...slot, ...part }) })}
            />
          ))}
        </SlotCard>
      ))}
    </Stack>
  )
}

function SlotCard(props: {
  title: string
  tone?: number
  chosen?: boolean
  onChoose?: () => void
  onRemove: () => void
  complaint: string | undefined
  children: ReactNode
}) {
  const { t } = useText()
  return (
    <div
      className={`slot${props.chosen ? ' chosen' : ''}${props.tone === undefined ? '' : ` tone${props.tone}`}`}
      onFocusCapture={props.onChoose}
    >
      <header className="row between">
        <strong>{props.title}</strong>
        <Button type="text" icon={<DeleteOutlined />} aria-label={`${t('liveCodes.removeSlot')} ${props.title}`} onClick={props.onRemove} />
      </header>
      {props.children}
      {props.complaint && (
        <p className="complaint" role="alert">
          {props.complaint}
        </p>
      )}
    </div>
  )
}

function SlotFields({
  slot,
  employees,
  onChange,
  complaintOf,
}: {
  slot: DaySlot
  employees: Option[]
  onChange: (part: Partial<DaySlot>) => void
  complaintOf?: (attachment: number) => string | undefined
}) {
  const { t } = useText()
  const isOverMidnight = slot.to <= slot.from
  return (
    <>
      <div className="slot-fields">
        <Form.Item label={t('liveCodes.time')} extra={isOverMidnight ? t('liveCodes.nextDay') : undefined}>
          <TimePicker.RangePicker
            format="HH:mm"
            minuteStep={5}
            order={false}
            allowClear={false}
            value={[dayjs(`2026-01-01 ${slot.from}`), slot.to === '24:00' ? dayjs('2026-01-01 00:00') : dayjs(`2026-01-01 ${slot.to}`)]}
            onChange={(span) => {
              const [from, to] = [span?.[0]?.format('HH:mm'), span?.[1]?.format('HH:mm')]
              if (from && to) onChange({ from, to: to === '00:00' ? '24:00' : to })
            }}
          />
        </Form.Item>
        <Form.Item label={t('liveCodes.who')}>
          <Select
            mode="multiple"
            allowClear
            aria-label={t('liveCodes.who')}
            placeholder={t('liveCodes.everybody')}
            options={employees}
            value={slot.employeeIds}
            optionFilterProp="label"
            onChange={(employeeIds: string[]) => onChange({ employeeIds })}
          />
        </Form.Item>
      </div>
      <Checkbox checked={Boolean(slot.welcome)} onChange={(event) => onChange({ welcome: event.target.checked ? emptyWelcome : null })}>
        {t('liveCodes.slotWelcome')}
      </Checkbox>
      {slot.welcome && (
        <WelcomeEditor
          value={slot.welcome}
          onChange={(welcome) => onChange({ welcome })}
          complaint={undefined}
          {...(complaintOf ? { complaintOf } : {})}
        />
      )}
    </>
  )
}
