import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Segmented, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTenant } from '#console/api/session.ts'
import { GroupPicker } from '#console/groups/group-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { useCalendar } from '#console/outbound/queries.ts'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { useDepartmentNames, useEmployeeNames } from '#console/team/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, timeOfDay, todayIn } from '#console/ui/format.ts'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { Calendar, CalendarItem } from '#operation/calendar/schema.ts'

const route = getRouteApi('/app/calendar')

type View = 'month' | 'week'

/** Weeks begin on Monday. */
const mondayOf = (day: Dayjs): Dayjs => day.subtract((day.day() + 6) % 7, 'day')

/** The first and the last day that are shown. */
const spanOf = (view: View, day: Dayjs): [Dayjs, Dayjs] =>
  view === 'month' ? [day.startOf('month'), day.endOf('month')] : [mondayOf(day), mondayOf(day).add(6, 'day')]

const iso = (day: Dayjs): string => day.format('YYYY-MM-DD')

/** A month or a week of what is planned, day by day, with what gets in each other's way. */
export function CalendarPage() {
  const { t } = useText()
  const { timezone } = useTenant()
  const { from, view: asked, employee, department, group } = route.useSearch()
  const navigate = useNavigate({ from: '/calendar' })
  const view: View = asked === 'week' ? 'week' : 'month'
  const day = dayjs(from ?? todayIn(timezone))
  const [first, last] = spanOf(view, day)
  const whose = { employee, department, group }
  // The limits of a month are told of whole months, of which a week is a part.
  const calendar = useCalendar({ dateFrom: iso(first.startOf('month')), dateTo: iso(last.endOf('month')), ...whose })
  const show = (change: { from?: string | undefined; view?: View | undefined } & Partial<Whose>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) })
  const go = (by: number) => show({ from: iso((view === 'month' ? day.startOf('month') : day).add(by, view)) })
  return (
    <Page
      title={`${t('outbound.calendar')} · ${view === 'month' ? first.format('YYYY-MM') : `${iso(first)} – ${last.format('MM-DD')}`}`}
      note={t('outbound.calendarNote')}
      actions={
        <>
          <Segmented
            aria-label={t('outbound.calendar')}
            value={view}
            onChange={(view: View) => show({ view: view === 'week' ? view : undefined })}
            options={(['month', 'week'] as const).map((value) => ({ value, label: t(`outbound.calendarViews.${value}`) }))}
          />
          <Button onClick={() => go(-1)}>{t(`outbound.previous.${view}`)}</Button>
          <Button disabled={from === undefined} onClick={() => show({ from: undefined })}>
            {t('outbound.calendarToday')}
          </Button>
          <Button onClick={() => go(1)}>{t(`outbound.next.${view}`)}</Button>
        </>
      }
    >
      <StopBar />
      <Filters whose={whose} onChange={show} />
      <Awaited read={calendar}>
        {(found) => (
          <Stack>
            <Limits limits={found.limits} />
            <Days calendar={within(found, iso(first), iso(last))} names={namesIn(found)} first={first} last={last} />
          </Stack>
        )}
      </Awaited>
    </Page>
  )
}

const within = (calendar: Calendar, from: string, to: string): Calendar => {
  const isShown = ({ day }: { day: string }) => day >= from && day <= to
  return { ...calendar, items: calendar.items.filter(isShown), collisions: calendar.collisions.filter(isShown) }
}

interface Whose {
  employee: string | undefined
  department: string | undefined
  group: string | undefined
}

/** Whose plans: one employee's, a department's, or what one group hears. */
function Filters({ whose, onChange }: { whose: Whose; onChange: (change: Partial<Whose>) => void }) {
  const { t } = useText()
  const choices = { department: useDepartmentNames(), employee: useEmployeeNames() }
  return (
    <search className="filters">
      {(['department', 'employee'] as const).map((one) => (
        <Select
          key={one}
          allowClear
          className="filter-choice"
          aria-label={t(`outbound.calendarBy.${one}`)}
          placeholder={t(`outbound.calendarBy.${one}`)}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          value={whose[one] ?? null}
          options={choices[one]}
          onChange={(chosen: string | null | undefined) => onChange({ [one]: chosen ?? undefined })}
        />
      ))}
      <GroupPicker
        label={t('outbound.calendarBy.group')}
        className="filter-search"
        value={whose.group ? [whose.group] : []}
        onChange={(groups) => onChange({ group: groups.at(-1) })}
      />
    </search>
  )
}

/** What WeCom takes a day, a week and a month, beside the fullest of these plans. */
function Limits({ limits }: { limits: Calendar['limits'] }) {
  const { t } = useText()
  return (
    <Stats>
      {limits.map(({ period, applies, most, planned, day }) => (
        <Stat
          key={period}
          name={[t(`outbound.limitPeriods.${period}`), applies ? t('outbound.limitNow') : ''].filter(Boolean).join(' · ')}
          hint={[day ?? '', t(applies ? 'outbound.limitApplies' : 'outbound.limitElse')].filter(Boolean).join(' · ')}
          value={t('outbound.limitValue', { planned: exactNumber(planned), most: exactNumber(most) })}
        />
      ))}
    </Stats>
  )
}

type Names = ReadonlyMap<string, string>
/** Also of what lies outside of the days that are shown: it may collide with what lies in them. */
const namesIn = ({ items }: Calendar): Names => new Map(items.map(({ id, title }) => [id, title]))

interface Span {
  calendar: Calendar
  names: Names
  first: Dayjs
  last: Dayjs
}

/** Weeks below each other where there is room, else a list of the days that have something. */
function Days(props: Span) {
  const phone = usePhone()
  return phone ? <DayList {...props} /> : <DayGrid {...props} />
}

const weekdayOf = (day: string, names: string): string => names.split(',')[(dayjs(day).day() + 6) % 7] ?? ''

function DayGrid({ calendar: { items, collisions }, names: planned, first, last }: Span) {
  const { t } = useText()
  const { timezone } = useTenant()
  const today = todayIn(timezone)
  const names = t('outbound.weekdays').split(',')
  const before = (first.day() + 6) % 7
  const days = Array.from({ length: last.diff(first, 'day') + 1 }, (_, i) => iso(first.add(i, 'day')))
  return (
    <Section flush>
      <div className="month">
        {names.map((weekday) => (
          <span key={weekday} className="month-weekday">
            {t('outbound.calendarDay', { weekday })}
          </span>
        ))}
        <Blanks count={before} />
        {days.map((day) => (
          <div key={day} className={`month-day${day === today ? ' today' : ''}`}>
            <span className="month-number" title={day === today ? t('outbound.calendarToday') : undefined}>
              {Number(day.slice(-2))}
            </span>
            {items
              .filter((one) => one.day === day)
              .map((item) => (
                <Planned key={item.id} item={item} />
              ))}
            <Clashes collisions={collisions.filter((one) => one.day === day)} names={planned} />
          </div>
        ))}
        <Blanks count={(7 - ((before + days.length) % 7)) % 7} />
      </div>
    </Section>
  )
}

/** Days of other months: nothing is said about them. */
const Blanks = ({ count }: { count: number }) =>
  Array.from({ length: count }, (_, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: empty cells are their places
    <span key={place} className="month-day out" />
  ))

function DayList({ calendar: { items, collisions }, names }: Span) {
  const { t } = useText()
  const days = [...Map.groupBy(items, ({ day }) => day)]
  if (days.length === 0)
    return (
      <Section>
        <Empty title={t('outbound.calendarNone')} />
      </Section>
    )
  return (
    <Stack>
      {days.map(([day, list]) => (
        <Section key={day} title={`${day} ${t('outbound.calendarDay', { weekday: weekdayOf(day, t('outbound.weekdays')) })}`}>
          <ul className="lines">
            {list.map((item) => (
              <li key={item.id}>
                <Planned item={item} />
                <Badge tone={item.kind === 'moment' ? 'good' : 'plain'}>{t(`outbound.calendarKinds.${item.kind}`)}</Badge>
              </li>
            ))}
          </ul>
          <Clashes collisions={collisions.filter((one) => one.day === day)} names={names} />
        </Section>
      ))}
    </Stack>
  )
}

function Clashes({ collisions, names }: { collisions: Calendar['collisions']; names: Names }) {
  const { t } = useText()
  return collisions.map((one) => (
    <p key={one.kind + one.ids.join()} className="complaint">
      {t('outbound.collisions')} · {t(`outbound.collisionKinds.${one.kind}`, { count: one.ids.length })}
      {t('outbound.collidesWith', { names: one.ids.flatMap((id) => names.get(id) ?? []).join(t('ui.comma')) })}
    </p>
  ))
}

function Planned({ item }: { item: CalendarItem }) {
  const { t } = useText()
  const { timezone } = useTenant()
  const count = item.audienceSize === null ? undefined : exactNumber(item.audienceSize)
  const size = count && t(`outbound.calendarSizes.${item.kind}`, { count })
  const [first, ...others] = item.senders
  const who =
    first && t(others.length > 0 ? 'outbound.calendarSenders' : 'outbound.calendarSender', { name: first.name, count: item.senders.length })
  return (
    <span className={`person-text planned ${item.kind}`} title={t(`outbound.calendarKinds.${item.kind}`)}>
      <PlannedLink item={item} />
      <span className="note">{[timeOfDay(item.at, timezone), size, who].filter(Boolean).join(' · ')}</span>
    </span>
  )
}

/** Where the plan itself is. */
function PlannedLink({ item: { kind, id, title } }: { item: CalendarItem }) {
  switch (kind) {
    case 'moment':
      return (
        <Link className="person-name" to="/moments" search={{ moment: id }}>
          {title}
        </Link>
      )
    case 'journey':
      return (
        <Link className="person-name" to="/journeys/$journeyId" params={{ journeyId: id }}>
          {title}
        </Link>
      )
    case 'marketing_task':
      return (
        <Link className="person-name" to="/tasks" search={{ view: 'marketing', campaign: id }}>
          {title}
        </Link>
      )
    default:
      return (
        <Link className="person-name" to="/messages/$messageId" params={{ messageId: id }}>
          {title}
        </Link>
      )
  }
}
