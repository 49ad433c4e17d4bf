import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Policy } from './schema.ts'

/**
 * How many mass messages of the company WeCom lets one customer, and likewise one group, receive (doc 92135, text of November 2025;
 * older ones said four a month). A month is the calendar's, and so are weeks and days, all in Beijing.
 */
export const receiveLimits = { month: 'days', week: 7, day: 1 } as const

/** What benches may lift, in `limits.json` of the data folder; whoever shows the rules says that they are lifted. */
const Lifted = z.strictObject({ massMessagesPerReceiver: z.int().min(1).max(1_000_000).optional() })
export type Lifted = z.infer<typeof Lifted>

export function readLifted(dataDir: string): Lifted {
  const file = join(dataDir, 'limits.json')
  return existsSync(file) ? Lifted.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
}

const hour = 3_600_000
const day = 24 * hour

/** Since when messages count, and how many may have been received. */
export function receiveWindow(period: Policy['platformPeriod'], now: Date, lifted: Lifted = {}): { since: Date; most: number } {
  const midnight = Math.floor((now.getTime() + 8 * hour) / day) * day - 8 * hour
  const there = new Date(midnight + 8 * hour)
  const most = lifted.massMessagesPerReceiver
  if (period === 'day') return { since: new Date(midnight), most: most ?? receiveLimits.day }
  if (period === 'week') return { since: new Date(midnight - ((there.getUTCDay() + 6) % 7) * day), most: most ?? receiveLimits.week }
  const daysInMonth = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 0)).getUTCDate()
  return { since: new Date(midnight - (there.getUTCDate() - 1) * day), most: most ?? daysInMonth }
}
