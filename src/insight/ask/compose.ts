import { appError } from '#platform/errors.ts'
import { dimensionsOf } from '../reports/metric/dimensions.ts'
import { bounded } from './bounds.ts'
import { kindReports, sortOfMetric } from './kinds.ts'
import type { Meaning, MeaningOf } from './meanings.ts'
import { compareOf, type Document, intervalFor } from './parts.ts'
import { peopleReport } from './people.ts'
import type { Taking } from './taking.ts'

/** The report that the words ask for, or nothing where they ask for none. */
export function compose(taking: Taking): Document | undefined {
  const kind = kindOf(taking)
  if (kind === undefined) return undefined
  const report =
    kind === 'people'
      ? peopleReport(taking)
      : kind === 'metric'
        ? metricReport(taking)
        : kind === 'trend'
          ? trendReport(taking)
          : kindReports[kind](taking)
  if (report === undefined || report.type === 'segment') return report
  const segment = taking.one('name', ({ of }) => of === 'segment')
  return bounded(taking, segment ? { ...report, segment: segment.id } : report)
}

/** Said outright, or what there is: people who meet something, steps, a metric, an event. */
function kindOf(taking: Taking) {
  const steps = taking.count('event') > 1 && (taking.has('then') || taking.has('window'))
  if (asksForProduct(taking)) return 'products'
  const kind = taking.one('kind', ({ kind }) => !(taking.has('metric') && givesWay(kind, taking)))
  if (kind) return kind.kind
  if (asksForPeople(taking)) return 'people'
  if (steps) return 'funnel'
  if (taking.has('metric')) return 'metric'
  if (taking.has('event')) return 'trend'
  return taking.names() > 0 && (['people', 'who', 'counting'] as const).some((is) => taking.has(is)) ? 'people' : undefined
}

/** 「龙井的销量」: the number of one product stands in the report of products. */
function asksForProduct(taking: Taking): boolean {
  const named = taking.tokens.some(({ means: [first] }) => first?.is === 'name' && first.of === 'product')
  return named && !taking.has('dimension') && taking.peek('metric', ({ metric }) => metric.key in sortOfMetric) !== undefined
}

/** 「各商品的销量」 is a metric by product; the bare noun of a kind gives way to the metric beside it. */
const givesWay = (kind: MeaningOf<'kind'>['kind'], taking: Taking): boolean =>
  (kind === 'pages' || kind === 'products') && !taking.has('sort') && !taking.has('limit')

function asksForPeople(taking: Taking): boolean {
  const isNumber = asksForNumber(taking)
  if (taking.has('rule') && !isNumber) return true
  const overTime = (['dates', 'interval', 'compare', 'dimension', 'trend'] as const).some((is) => taking.has(is))
  const silent = taking.tokens.some(({ means }) => means.some((one) => one.is === 'metric' && one.metric.key === 'silent_customers'))
  if (silent && !overTime) return true
  if (isNumber) return false
  const shown = (['interval', 'compare', 'dimension', 'trend', 'then', 'window'] as const).some((is) => taking.has(is))
  if (taking.has('who')) return true
  const counted = taking.has('event') && taking.has('counting')
  const whose = (['employee', 'value', 'without'] as const).some((is) => taking.has(is))
  if (whose && !shown && !counted)
    return (
      (['people', 'counting', 'event'] as const).some((is) => taking.has(is)) ||
      taking.peek('value', ({ people }) => people === true) !== undefined
    )
  const named = taking.peek('name', ({ of }) => of !== 'segment') !== undefined
  if (named && taking.has('people') && !shown && !taking.has('dates')) return true
  return taking.has('event') && !shown && (named || (taking.has('people') && !taking.has('counting')))
}

/** A metric, where the word is not just one for people: 「客户」, "customers". */
const asksForNumber = (taking: Taking): boolean =>
  taking.tokens.some(
    ({ means }) =>
      means.some((one) => one.is === 'metric' && one.metric.key !== 'silent_customers') && !means.some(({ is }) => is === 'people'),
  )

function metricReport(taking: Taking): Document | undefined {
  // 进群人数 asks for people where the metric 进群 counts times.
  const counting = taking.has('counting')
  const found = taking.one('metric', ({ metric }) => !counting || metric.unit === 'persons')
  if (!found) return taking.has('event') ? trendReport(taking) : undefined
  const { metric } = found
  taking.one('counting')
  taking.all('people')
  if (metric.unit === 'persons' && taking.one('who')) taking.assume('点数字看是哪些人', 'the numbers open the people')
  const span = taking.span(30)
  const interval = intervalFor(taking, span, ['day', 'week', 'month'])
  const breakdown = breakdownOf(taking, metric)
  return { type: 'metric', metric: metric.key, ...span, interval, ...compareOf(taking), ...(breakdown ? { breakdown } : {}) }
}

function breakdownOf(taking: Taking, metric: MeaningOf<'metric'>['metric']): { dimension: string; limit?: number } | undefined {
  const possible = dimensionsOf(metric)
  const said = taking.one('dimension')
  if (said) {
    if (!possible.includes(said.dimension) && !said.dimension.startsWith('attribute:'))
      throw appError('question.dimension_not_possible', {
        message: `“${metric.en}” can be divided by ${possible.join(', ')} or an attribute of customers.`,
        field: 'question',
      })
    const limit = taking.one('limit')
    return { dimension: said.dimension, ...(limit ? { limit: limit.limit } : {}) }
  }
  // A document cannot look at one channel or tag alone, but it can show it beside the others.
  const first = taking.peek('name', ({ of }) => of !== 'segment')
  if (!first || !possible.includes(first.of)) return undefined
  taking.all(
    'name',
    ({ of }) => of === first.of,
    ({ as }) => rowOf(as),
  )
  return { dimension: first.of, limit: 100 }
}

const rowOf = ({ zh, en }: Meaning['as']): Meaning['as'] => ({
  zh: `拆分开来，看${zh}这一行`,
  en: `divided, to be read in the row of ${en}`,
})

function trendReport(taking: Taking): Document {
  const people = taking.one('counting') ?? taking.one('people') ?? taking.one('who')
  const series = taking.all('event').map(({ event }) => ({ event, measure: people ? 'persons' : 'count' }))
  const span = taking.span(30)
  return { type: 'trend', ...span, interval: intervalFor(taking, span), series, ...compareOf(taking) }
}
