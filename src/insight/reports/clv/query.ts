import { addDays, dayOf } from '#platform/time.ts'
import { tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Buyers, holdoutOf, readBuyers, readPeople } from './buyers.ts'
import { edgesOf } from './edges.ts'
import { educationValues } from './education.ts'
import { populationMean } from './gamma-gamma.ts'
import { modelApart } from './model-thread.ts'
import type { ClvReport, ClvResult } from './schema.ts'
import {
  bandOf,
  bandsOf,
  bestHistories,
  type Known,
  knownOf,
  type Pricing,
  rankBuyers,
  rowOf,
  sumOf,
  taskOf,
  totalsOf,
  validate,
} from './tally.ts'

const daysOf = { day: 1, week: 7 } as const
const nothing = { params: null, spend: null, forecast: null, validation: null, alive: [] }

export async function runClv(scope: Scope, report: ClvReport): Promise<ClvResult> {
  const yesterday = addDays(dayOf(scope.ctx.now(), scope.calendar.timezone), -1)
  const lastDay = report.dateTo !== undefined && report.dateTo < yesterday ? report.dateTo : yesterday
  const cut = report.calibrationEnd ?? lastDay
  const holdout = holdoutOf(cut, report.horizon * daysOf[report.unit], lastDay)
  const buyers = await readBuyers(scope, report, { cut, holdoutEnd: holdout.end })
  const currency = tradeCurrency(scope, report, buyers.currencies)
  const counts = countBuyers(buyers)
  const refused = refusalOf(counts, report.minRepeatShare)
  const forecast = refused
    ? { ...nothing, ...(report.persons ? { persons: [] } : {}) }
    : await forecastFrom(scope, report, buyers, { cut, currency, holdout })
  return {
    calibrationEnd: cut,
    ...counts,
    currency,
    refused,
    ...forecast,
    education: refused && (await educationValues(scope, report, cut)),
  }
}

type Forecasted = Pick<ClvResult, 'params' | 'spend' | 'forecast' | 'validation' | 'alive' | 'rows' | 'persons'>
type Setting = { cut: string; currency: string; holdout: ReturnType<typeof holdoutOf> }

async function forecastFrom(scope: Scope, report: ClvReport, buyers: Buyers, setting: Setting): Promise<Forecasted> {
  const { horizon, discountRate, monetary } = report
  const { currency, holdout } = setting
  const unitDays = daysOf[report.unit]
  const units = holdout.days / unitDays
  const modelled = await modelApart(taskOf(buyers, { horizon, discountRate, unitDays, holdout: units }, monetary, currency))
  const { params, spend } = modelled
  const known = knownOf(buyers.histories, modelled)
  const spenders = sumOf(buyers.spendings, ({ customers }) => customers)
  return {
    params: { ...params, edges: edgesOf(params) },
    spend: spend && { ...spend, populationMean: populationMean(spend), buyers: spenders },
    forecast: totalsOf({ spend, currency }, known),
    validation: validate(known, units, holdout.complete),
    alive: bandsOf(known),
    ...(await peopleOf(scope, report, setting, { spend, currency }, known)),
  }
}

/** Who they are is asked only where somebody wants to know, and of few only as many as are shown. */
async function peopleOf(
  scope: Scope,
  report: ClvReport,
  { cut, holdout }: Setting,
  pricing: Pricing,
  known: readonly Known[],
): Promise<Pick<ClvResult, 'rows' | 'persons'>> {
  const span = { cut, holdoutEnd: holdout.end }
  const ranked = async (histories: readonly Known[], limit?: number) =>
    rankBuyers(pricing, histories, await readPeople(scope, report, span, histories, limit))
  const { rows, limit, persons } = report
  const best = rows ? (await ranked(bestHistories(pricing, known, limit), limit)).slice(0, limit) : []
  const band = persons ? await ranked(known.filter((one) => bandOf(one) === persons.band)) : []
  return {
    ...(rows ? { rows: best.map((one) => ({ person: scope.nameOf(one.who), ...rowOf(pricing, report, one) })) } : {}),
    ...(persons ? { persons: band.map(({ who }) => scope.nameOf(who)) } : {}),
  }
}

function countBuyers({ histories, unpriced }: Buyers) {
  const customers = sumOf(histories, (history) => history.customers)
  const repeaters = sumOf(histories, (history) => (history.x > 0 ? history.customers : 0))
  const repeats = sumOf(histories, (history) => history.x * history.customers)
  return { customers, repeaters, repeats, repeatShare: customers === 0 ? null : repeaters / customers, unpriced }
}

/** Few repeat buyers say too little about how people stop: any number would look like knowledge. */
function refusalOf({ customers, repeaters, repeatShare }: ReturnType<typeof countBuyers>, needed: number): ClvResult['refused'] {
  if (repeatShare !== null && repeatShare >= needed && repeaters >= 2) return null
  const share = repeatShare === null ? '—' : `${(repeatShare * 100).toFixed(1)} %`
  const message = `Only ${repeaters} of ${customers} buyers (${share}) bought again; a forecast needs ${needed * 100} % and at least two.`
  return { code: 'clv.too_few_repeaters', message, repeatShare, needed }
}
