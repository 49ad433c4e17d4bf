import type { Document } from '#console/reports/document.ts'
import { daysBefore } from '#console/ui/format.ts'

export interface Search {
  from?: string | undefined
  to?: string | undefined
  conversion?: string | undefined
  touch?: string | undefined
  property?: string | undefined
  days?: string | undefined
  by?: string | undefined
}

/** What the address says; otherwise orders of the last 90 days, credited to the source of page views. */
export function attributionOf(search: Search, today: string): Document & { windowDays: number; dateFrom: string; dateTo: string } {
  const event = search.conversion ?? 'order.paid'
  const days = Number(search.days)
  return {
    type: 'attribution',
    dateFrom: search.from ?? daysBefore(search.to ?? today, 89),
    dateTo: search.to ?? today,
    conversion: { event, ...(event.startsWith('order.') ? { value: 'amount' } : {}) },
    touchpoint: { event: search.touch ?? 'page.viewed', property: search.property ?? 'source' },
    windowDays: Number.isInteger(days) && days > 0 && days <= 366 ? days : 30,
  }
}
