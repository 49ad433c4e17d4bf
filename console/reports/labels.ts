import dayjs from 'dayjs'

/** The start of an interval as the axis writes it. */
export function intervalLabel(start: string, interval: string): string {
  if (interval === 'month') return start.slice(0, 7)
  if (interval === 'hour') return `${start.slice(5, 10)} ${start.slice(11, 16)}`
  return start.slice(5, 10)
}

/** The server says how many intervals are over while one is not: the last one is still running, its number is no fall. */
export const isRunning = ({ complete }: { complete?: number | undefined }): boolean => complete !== undefined

type Unit = 'hour' | 'day' | 'week' | 'month'

const unitOf = (interval: string): Unit => (interval === 'hour' || interval === 'week' || interval === 'month' ? interval : 'day')

/** The last day of the interval that starts here. */
export const lastDay = (start: string, interval: string): string =>
  dayjs(start.slice(0, 10)).add(1, unitOf(interval)).subtract(1, 'day').format('YYYY-MM-DD')
