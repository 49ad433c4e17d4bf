import { addDays, dayOf } from '#platform/time.ts'
import { tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { fitBgNbd, pointsFor } from './bg-nbd.ts'
import { type Alike, holdoutOf, readBuyers } from './buyers.ts'
import { educationValues } from './education.ts'
import { populationMean } from './gamma-gamma.ts'
import type { ClvReport, ClvResult } from './schema.ts'
import { bandsOf, countSpenders, fitSpend, forecastAll, peopleOf, rowsOf, totalsOf, tripleOf, validate } from './tally.ts'

const daysOf = { day: 1, week: 7 } as const
const nothing = { params: null, spend: null, forecast: null, validation: null, alive: [] }

export async function runClv(scope: Scope, report: ClvReport): Promise<ClvResult> {
  const lastDay = addDays(dayOf(scope.ctx.now(), scope.calendar.timezone), -1)
  const cut = report.calibrationEnd ?? lastDay
  const holdout = holdoutOf(cut, report.horizon * daysOf[report.unit], lastDay)
  const groups = await readBuyers(scope, report, cut, holdout.end, report.rows || report.persons !== undefined)
  const currency = tradeCurrency(
    scope,
    report,
    groups.flatMap(({ currencies }) => currencies),
  )
  const counts = countBuyers(groups)
  const refused = refusalOf(counts, report.minRepeatShare)
  return {
    calibrationEnd: cut,
    ...counts,
    currency,
    refused,
    ...(refused ? { ...nothing, ...(report.persons ? { persons: [] } : {}) } : forecastFrom(scope, report, groups, currency, holdout)),
    education: refused && (await educationValues(scope, report, cut)),
  }
}

type Forecasted = Pick<ClvResult, 'params' | 'spend' | 'forecast' | 'validation' | 'alive' | 'rows' | 'persons'>

function forecastFrom(
  scope: Scope,
  report: ClvReport,
  groups: readonly Alike[],
  currency: string,
  holdout: ReturnType<typeof holdoutOf>,
): Forecasted {
  const { horizon, discountRate } = report
  const unitDays = daysOf[report.unit]
  const params = fitBgNbd(groups.map((group) => tripleOf(group, unitDays)))
  const spend = report.monetary ? fitSpend(groups, currency) : null
  const terms = { params, points: pointsFor(params), spend, horizon, unitDays, discountRate }
  const known = forecastAll(terms, groups, currency)
  return {
    params,
    spend: spend && { ...spend, populationMean: populationMean(spend), buyers: countSpenders(groups) },
    forecast: totalsOf(known),
    validation: validate(terms, known, holdout.days, holdout.complete),
    alive: bandsOf(known),
    ...(report.rows ? { rows: rowsOf(scope, report, known) } : {}),
    ...(report.persons ? { persons: peopleOf(scope, known, report.persons.band) } : {}),
  }
}

function countBuyers(groups: readonly Alike[]) {
  const sum = (value: (group: Alike) => number) => groups.reduce((total, group) => total + value(group), 0)
  const customers = sum((group) => group.customers)
  const repeaters = sum((group) => (group.x > 0 ? group.customers : 0))
  const repeats = sum((group) => group.x * group.customers)
  return { customers, repeaters, repeats, repeatShare: customers === 0 ? null : repeaters / customers }
}

/** Few repeat buyers say too little about how people stop: any number would look like knowledge. */
function refusalOf({ customers, repeaters, repeatShare }: ReturnType<typeof countBuyers>, needed: number): ClvResult['refused'] {
  if (repeatShare !== null && repeatShare >= needed && repeaters >= 2) return null
  const share = repeatShare === null ? '—' : `${(repeatShare * 100).toFixed(1)} %`
  const message = `Only ${repeaters} of ${customers} buyers (${share}) bought again; a forecast needs ${needed * 100} % and at least two.`
  return { code: 'clv.too_few_repeaters', message, repeatShare, needed }
}
