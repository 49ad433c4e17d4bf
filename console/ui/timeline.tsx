import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { dayName, dayOf, fullTime, timeOfDay } from '#console/ui/format.ts'

export interface TimelineItem {
  id: string
  at: string
  tone?: 'good' | 'waiting' | 'bad' | 'plain'
  icon?: ReactNode
  title: ReactNode
  detail?: ReactNode
}

/** What happened, newest first, under the name of its day. */
export function Timeline(props: { items: TimelineItem[]; more?: boolean; loadingMore?: boolean; onMore?: () => void }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const days = groupByDay(props.items, timezone)
  return (
    <div className="timeline">
      {days.map((items) => {
        const first = items[0]
        if (!first) return null
        return (
          <section key={first.id}>
            <h3>{dayName(first.at, timezone, language)}</h3>
            <ol>
              {items.map((item) => (
                <li key={item.id}>
                  <span className={`knot ${item.tone ?? 'plain'}`} aria-hidden="true">
                    {item.icon}
                  </span>
                  <div>
                    <div className="timeline-title">{item.title}</div>
                    {item.detail && <div className="note">{item.detail}</div>}
                  </div>
                  <time className="note figure" dateTime={item.at} title={fullTime(item.at, timezone)}>
                    {timeOfDay(item.at, timezone)}
                  </time>
                </li>
              ))}
            </ol>
          </section>
        )
      })}
      {props.more && (
        <Button type="text" block loading={props.loadingMore ?? false} onClick={props.onMore}>
          {t('ui.earlier')}
        </Button>
      )}
    </div>
  )
}

function groupByDay(items: TimelineItem[], zone: string): TimelineItem[][] {
  const days: TimelineItem[][] = []
  let day = ''
  for (const item of items) {
    const itsDay = dayOf(item.at, zone)
    if (itsDay !== day) days.push([])
    day = itsDay
    days.at(-1)?.push(item)
  }
  return days
}
