import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import dayjs from 'dayjs'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCalendar } from '#console/outbound/queries.ts'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { timeOfDay, todayIn } from '#console/ui/format.ts'
import { Page, Section, Stack } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { Calendar, CalendarItem } from '#operation/calendar/schema.ts'

const route = getRouteApi('/app/calendar')

/** A month of what is planned, day by day, with what gets in each other's way. */
export function CalendarPage() {
  const { t } = useText()
  const { timezone } = useTenant()
  const { from } = route.useSearch()
  const navigate = useNavigate({ from: '/calendar' })
  const month = dayjs(from ?? todayIn(timezone)).startOf('month')
  const calendar = useCalendar({ dateFrom: month.format('YYYY-MM-DD'), dateTo: month.endOf('month').format('YYYY-MM-DD') })
  const go = (months: number) => void navigate({ search: { from: month.add(months, 'month').format('YYYY-MM-DD') } })
  return (
    <Page
      title={`${t('outbound.calendar')} · ${month.format('YYYY-MM')}`}
      note={t('outbound.calendarNote')}
      actions={
        <>
          <Button onClick={() => go(-1)}>{t('outbound.previous')}</Button>
          <Button onClick={() => go(1)}>{t('outbound.next')}</Button>
        </>
      }
    >
      <StopBar />
      <Awaited read={calendar}>{(found) => <Days calendar={found} />}</Awaited>
    </Page>
  )
}

function Days({ calendar: { items, collisions } }: { calendar: Calendar }) {
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
      {days.map(([day, list]) => {
        const clashes = collisions.filter((one) => one.day === day)
        return (
          <Section key={day} title={`${day} ${t('outbound.weekdays')[(dayjs(day).day() + 6) % 7]}`}>
            <ul className="lines">
              {list.map((item) => (
                <li key={item.id}>
                  <Planned item={item} />
                  <Badge tone={item.kind === 'moment' ? 'good' : 'plain'}>{t(`outbound.calendarKinds.${item.kind}`)}</Badge>
                </li>
              ))}
            </ul>
            {clashes.map((one) => (
              <p key={one.kind + one.ids.join()} className="complaint">
                {t('outbound.collisions')}：{t(`outbound.collisionKinds.${one.kind}`, { count: one.ids.length })}
              </p>
            ))}
          </Section>
        )
      })}
    </Stack>
  )
}

function Planned({ item }: { item: CalendarItem }) {
  const { timezone } = useTenant()
  const note = (
    <span className="note">
      {timeOfDay(item.at, timezone)}
      {item.audienceSize === null ? '' : ` · ${item.audienceSize}`}
    </span>
  )
  return (
    <span className="person-text">
      {item.kind === 'moment' ? (
        <Link className="person-name" to="/moments">
          {item.title}
        </Link>
      ) : (
        <Link className="person-name" to="/messages/$messageId" params={{ messageId: item.id }}>
          {item.title}
        </Link>
      )}
      {note}
    </span>
  )
}
