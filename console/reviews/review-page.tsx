import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Segmented, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { ReviewResultView } from '#console/reviews/review-result.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Page, Row } from '#console/ui/page.tsx'
import type { ReviewResult } from '#insight/reports/review/schema.ts'
import { reviewSubjects } from '#insight/reports/review/subjects.ts'

const route = getRouteApi('/app/reviews')

/** What each live session, activity, distributor and group brought. */
export function ReviewPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/reviews' })
  const today = todayIn(useTenant().timezone)
  const dates = { dateFrom: search.from ?? daysBefore(search.to ?? today, 89), dateTo: search.to ?? today }
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const of = reviewSubjects.find((one) => one === search.of) ?? 'live'
  const windowDays = [1, 3, 7, 14, 30].find((days) => String(days) === search.days) ?? 7
  const document = { type: 'review', of, ...dates, windowDays }
  return (
    <Page
      title={t('reviews.title')}
      note={t('reviews.note', { from: dates.dateFrom, to: dates.dateTo })}
      actions={
        <Dates label={t('reviews.period')} required from={dates.dateFrom} to={dates.dateTo} onChange={(from, to) => show({ from, to })} />
      }
    >
      <Row>
        <Segmented
          aria-label={t('reviews.of')}
          value={of}
          onChange={(value) => show({ of: value })}
          options={reviewSubjects.map((value) => ({ value, label: t(`reviews.subjects.${value}`) }))}
        />
        <Select
          aria-label={t('reviews.window')}
          value={windowDays}
          onChange={(days) => show({ days: String(days) })}
          options={[1, 3, 7, 14, 30].map((days) => ({ value: days, label: t('reviews.windowDays', { days }) }))}
        />
      </Row>
      <Answered<ReviewResult> document={document}>
        {(result, drill) => <ReviewResultView document={document} result={result} drill={drill} />}
      </Answered>
    </Page>
  )
}
