import { z } from 'zod'
import { addDays, dayRange } from '#platform/time.ts'
import { referrals, shares } from '../passing-on.ts'
import type { Scope } from '../scope.ts'
import { bindings, scanEvents } from '../sql.ts'
import type { ClvReport, ClvResult } from './schema.ts'

/**
 * Where nobody buys twice – a course is bought once – value shows elsewhere: who wants it (intent), who is there (engagement) and
 * who brings others (referral). Each is a share of what is plenty, in the 90 days up to the cut.
 */
export const educationRules = {
  windowDays: 90,
  intent: {
    names: [
      'product.viewed',
      'cart.added',
      'form.submitted',
      'trial.enrolled',
      'trial.attended',
      'trial.finished',
      'order.placed',
      'order.paid',
    ],
    plenty: 4,
  },
  engagement: { plentyDays: 12 },
  referral: { names: [...referrals, ...shares], plenty: 3 },
} as const

export type Signals = { intents: number; days: number; referrals: number }

/** Different kinds of intent, days with an act of one's own, and referrals → shares, and 0–100 for (1+i)(1+e)(1+r), whose most is 8. */
export function educationValue({ intents, days, referrals }: Signals) {
  const intent = Math.min(1, intents / educationRules.intent.plenty)
  const engagement = Math.min(1, days / educationRules.engagement.plentyDays)
  const referral = Math.min(1, referrals / educationRules.referral.plenty)
  return { intent, engagement, referral, value: (((1 + intent) * (1 + engagement) * (1 + referral) - 1) / 7) * 100 }
}

const Row = z.object({ who: z.number(), intents: z.number(), days: z.number(), referrals: z.number() })

export async function educationValues(scope: Scope, report: ClvReport, cut: string): Promise<ClvResult['education']> {
  const { windowDays } = educationRules
  const { timezone } = scope.calendar
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, uniqExactIf(name, has(${bind.texts(educationRules.intent.names)}, name)) as intents,
        uniqExact(toDate(at, ${bind.text(timezone)})) as days, countIf(has(${bind.texts(educationRules.referral.names)}, name)) as referrals
      from ${scanEvents(bind, { ...scope.scan({}), ...dayRange(addDays(cut, 1 - windowDays), cut, timezone) })}
      where who != 0 and not has(${bind.texts(scope.settings.notActs)}, name) group by who order by who`,
  })
  const valued = rows.map(({ who, ...signals }) => ({ person: scope.nameOf(who), ...educationValue(signals) }))
  const best = valued.sort((one, other) => other.value - one.value || (one.person < other.person ? -1 : 1))
  return { windowDays, customers: valued.length, rows: report.rows ? best.slice(0, report.limit ?? best.length) : best.slice(0, 20) }
}
