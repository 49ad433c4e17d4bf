import { ClockCircleOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button, Form, InputNumber, Select } from 'antd'
import { useState } from 'react'
import {
  type BoardSchedule,
  type NewSchedule,
  useBoards,
  useCreateSchedule,
  useDeleteSchedule,
  useSchedules,
  useSendNow,
  useWebhooks,
} from '#console/boards/queries.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useReports } from '#console/reports/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { builtInBoards } from '#insight/boards/built-in.ts'

interface Values {
  every: 'day' | 'week' | 'month'
  hour: number
  weekday: number
  day: number
  kind: 'wecom' | 'webhook'
  employees: string[]
  webhook: string
}

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const

/** Sends a board or a report in a rhythm. */
export function ScheduleButton({ subject }: { subject: NewSchedule['subject'] }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const create = useCreateSchedule()
  return (
    <Gate permission="reports.write">
      <Button icon={<ClockCircleOutlined />} onClick={() => setOpen(true)}>
        {t('boards.schedule')}
      </Button>
      <FormDrawer<Values>
        title={t('boards.schedule')}
        open={open}
        onClose={() => setOpen(false)}
        initial={{ every: 'week', hour: 9, weekday: 1, day: 1, kind: 'wecom', employees: [] }}
        onSubmit={(values) => create.mutateAsync({ subject, ...scheduleOf(values) })}
      >
        <Fields />
      </FormDrawer>
    </Gate>
  )
}

const scheduleOf = ({ every, hour, weekday, day, kind, employees, webhook }: Values): Omit<NewSchedule, 'subject'> => ({
  rhythm: every === 'day' ? { every, hour } : every === 'week' ? { every, hour, weekday } : { every, hour, day },
  target: kind === 'wecom' ? { kind, employees } : { kind, webhook },
})

function Fields() {
  const { t } = useText()
  const every = Form.useWatch<Values['every'] | undefined>('every') ?? 'week'
  const kind = Form.useWatch<Values['kind'] | undefined>('kind') ?? 'wecom'
  const employees = useEmployeeNames()
  const webhooks = useWebhooks(kind === 'webhook')
  const required = [{ required: true, message: t('ui.required') }]
  return (
    <>
      <Form.Item required name="every" label={t('boards.rhythm')}>
        <Select options={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`boards.every.${value}`) }))} />
      </Form.Item>
      {every === 'week' && (
        <Form.Item required name="weekday" label={t('boards.weekday')}>
          <Select options={weekdays.map((value) => ({ value, label: t(`boards.weekdays.d${value}`) }))} />
        </Form.Item>
      )}
      {every === 'month' && (
        <Form.Item required name="day" label={t('boards.monthDay')}>
          <InputNumber min={1} max={28} precision={0} />
        </Form.Item>
      )}
      <Form.Item required name="hour" label={t('boards.hour')}>
        <InputNumber min={0} max={23} precision={0} />
      </Form.Item>
      <Form.Item required name="kind" label={t('boards.to')} extra={t('boards.scheduleHint')}>
        <Select options={(['wecom', 'webhook'] as const).map((value) => ({ value, label: t(`boards.targets.${value}`) }))} />
      </Form.Item>
      {kind === 'wecom' ? (
        <Form.Item name="employees" label={t('boards.employees')} rules={required}>
          <Select mode="multiple" showSearch={{ optionFilterProp: 'label' }} options={employees} />
        </Form.Item>
      ) : (
        <Form.Item name="webhook" label={t('boards.webhook')} rules={required}>
          <Select
            notFoundContent={t('boards.noWebhooks')}
            options={(webhooks.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
      )}
    </>
  )
}

/** What goes out when, and what became of it last. */
export function ScheduleList() {
  const { t } = useText()
  const schedules = useSchedules()
  const items = schedules.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Section flush title={t('boards.schedules')}>
      <PlainScroll>
        <table className="plain-table">
          <tbody>
            {items.map((schedule) => (
              <Line key={schedule.id} schedule={schedule} />
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

const tones = { planned: 'waiting', sent: 'good', failed: 'bad' } as const

function Line({ schedule }: { schedule: BoardSchedule }) {
  const { t } = useText()
  const run = useRun()
  const remove = useDeleteSchedule()
  const send = useSendNow()
  const { id, rhythm, target, nextAt, last } = schedule
  return (
    <tr>
      <th scope="row">
        <SubjectName subject={schedule.subject} />
      </th>
      <td>
        {rhythmName(rhythm, t)} · {t(`boards.targets.${target.kind}`)}
      </td>
      <td className="note">
        {t('boards.nextAt', { at: '' })}
        <When at={nextAt} />
      </td>
      <td>
        {last && (
          <>
            <Badge tone={tones[last.state]}>{t(`boards.states.${last.state}`)}</Badge>
            {last.error !== null && (
              <span className="note"> {last.problem === null ? last.error : textOr(`errors.${last.problem}`, last.error)}</span>
            )}
            {last.nextTryAt !== null && (
              <span className="note">
                {' · '}
                {t('boards.nextTry', { attempts: last.attempts })} <When at={last.nextTryAt} />
              </span>
            )}
          </>
        )}
      </td>
      <td className="right">
        <Gate permission="reports.write">
          <Button type="link" size="small" onClick={() => void run(() => send.mutateAsync(id), t('boards.planned'))}>
            {t('boards.sendNow')}
          </Button>
          <Button type="link" size="small" onClick={() => void run(() => remove.mutateAsync(id))}>
            {t('boards.stop')}
          </Button>
        </Gate>
      </td>
    </tr>
  )
}

function SubjectName({ subject }: { subject: BoardSchedule['subject'] }) {
  const { language } = useText()
  const boards = useBoards()
  const reports = useReports(undefined)
  const builtIn = builtInBoards.find(({ id }) => id === subject.id)
  if (subject.kind === 'report')
    return (
      <Link to="/reports/$reportId" params={{ reportId: subject.id }} search={{}}>
        {reports.rows.find(({ id }) => id === subject.id)?.name ?? subject.id}
      </Link>
    )
  return (
    <Link to="/boards/$boardId" params={{ boardId: subject.id }} search={{}}>
      {builtIn?.[language] ?? boards.data?.items.find(({ id }) => id === subject.id)?.name ?? subject.id}
    </Link>
  )
}

function rhythmName(rhythm: BoardSchedule['rhythm'], t: Translate): string {
  const day =
    rhythm.every === 'week'
      ? t(`boards.weekdays.d${rhythm.weekday as 1}`)
      : rhythm.every === 'month'
        ? `${t('boards.every.month')} ${rhythm.day}`
        : t('boards.every.day')
  return `${day} ${String(rhythm.hour).padStart(2, '0')}:00`
}
