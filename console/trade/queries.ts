import { daysBefore, todayIn } from '#console/ui/format.ts'

export type Asked = { dateFrom: string; dateTo: string; compare: 'previous_period' | 'previous_year' }

/** What the address says, the last 30 days otherwise. */
export function askedOf(
  search: { from?: string | undefined; to?: string | undefined; compare?: string | undefined },
  timezone: string,
): Asked {
  const today = todayIn(timezone)
  return {
    dateFrom: search.from ?? daysBefore(search.to ?? today, 29),
    dateTo: search.to ?? today,
    compare: search.compare === 'previous_year' ? 'previous_year' : 'previous_period',
  }
}

/** So that a chart has some thirty places and not a thousand. */
export function intervalOf({ dateFrom, dateTo }: { dateFrom: string; dateTo: string }): 'day' | 'week' | 'month' {
  const days = (Date.parse(dateTo) - Date.parse(dateFrom)) / 86_400_000
  return days <= 45 ? 'day' : days <= 200 ? 'week' : 'month'
}

export const tradeDocument = (asked: Asked) => ({
  type: 'trade',
  ...asked,
  interval: intervalOf(asked),
  breakdowns: ['region', 'channel', 'employee', 'shop'],
  limit: 40,
})

/** Cohorts need a longer look than the page's days: the half year up to their end. */
export const longer = ({ dateFrom, dateTo }: Asked) => {
  const halfYear = daysBefore(dateTo, 181)
  return { dateFrom: dateFrom < halfYear ? dateFrom : halfYear, dateTo }
}

/** The headline numbers are of the page's days, as they are on its other view. */
export const againDocument = ({ dateFrom, dateTo }: Asked) => ({ type: 'repurchase', dateFrom, dateTo })

export const repurchaseDocument = (asked: Asked) => ({
  type: 'repurchase',
  ...longer(asked),
  interval: 'month',
  days: [30, 60, 90],
  rows: 2000,
})

export const cohortDocument = (asked: Asked) => ({ type: 'cohort_revenue', ...longer(asked), interval: 'month' })

export const gapsDocument = (asked: Asked) => ({ type: 'interval', ...longer(asked), bins: [1, 4, 8, 15, 31, 61, 91] })
