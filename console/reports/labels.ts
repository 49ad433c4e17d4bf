import type { Translate } from '#console/i18n/i18n.ts'

/** The start of an interval as the axis writes it. */
export function intervalLabel(start: string, interval: string): string {
  if (interval === 'month') return start.slice(0, 7)
  if (interval === 'hour') return `${start.slice(5, 10)} ${start.slice(11, 16)}`
  return start.slice(5, 10)
}

/** The server says how many intervals are over while one is not: the last one is still running, its number is no fall. */
export const isRunning = ({ complete }: { complete?: number | undefined }): boolean => complete !== undefined

/** A value of a breakdown, or several of one row. */
export function valueName(value: string | null | (string | null)[] | undefined, other: true | undefined, t: Translate): string {
  if (other) return t('reports.otherValues')
  if (value === null || value === undefined) return t('reports.noValue')
  return Array.isArray(value) ? value.map((one) => one ?? t('reports.noValue')).join(' · ') : value
}
