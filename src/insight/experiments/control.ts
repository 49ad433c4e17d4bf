import type { Context } from '#platform/context.ts'
import type { ExperimentResult } from '../reports/experiment/schema.ts'
import { runReport } from '../reports/run.ts'
import { type ControlMetric, type ControlReadOut, type ControlReadOutQuery, controlMetrics } from './schema.ts'

/** What each is in the words of the experiment report. */
const asked: Record<ControlMetric, { event: string; measure: string; own?: true }> = {
  orders: { event: 'order.paid', measure: 'count' },
  revenue: { event: 'order.paid', measure: 'sum(amount)' },
  buyers: { event: 'order.paid', measure: 'converted' },
  repurchase: { event: 'order.paid', measure: 'repeated' },
  active: { event: '*', measure: 'converted', own: true },
}

/** What operation as a whole brought: everybody against those whom it left alone in all of these days. */
export async function readControl(ctx: Context, { from, to, events }: ControlReadOutQuery): Promise<ControlReadOut> {
  const report = {
    type: 'experiment',
    controlGroup: true,
    dateFrom: from,
    dateTo: to,
    control: 'held_out',
    metrics: [
      ...controlMetrics.map((name) => ({ name, ...asked[name] })),
      ...events.map((event) => ({ name: event, event, measure: 'converted' })),
    ],
  }
  const { result, asOf } = await runReport(ctx, report)
  const { variants, excluded, srm, metrics } = result as ExperimentResult
  const personsOf = (side: string) => variants.find(({ name }) => name === side)?.persons ?? 0
  return {
    heldOut: personsOf('held_out'),
    others: personsOf('others'),
    mixed: excluded.count,
    ratio: srm,
    effects: metrics.map((found) => ({
      ...found,
      metric: found.name,
      share: ['converted', 'repeated'].includes(report.metrics.find(({ name }) => name === found.name)?.measure ?? ''),
    })),
    report,
    asOf,
  }
}
