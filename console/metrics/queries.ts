import { patch, post, put, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import type { Document } from '#console/reports/document.ts'
import type { Alert, AlertRule, DictionaryEntry, MetricValue, Notice, TargetBody } from '#insight/metrics/schema.ts'

export type { Alert, AlertRule, DictionaryEntry, MetricValue, Notice }

export interface Span {
  from: string
  to: string
}

/** What a metric is and how it is computed, for whom may read reports. */
export const useDictionary = () => useResource<{ items: DictionaryEntry[] }>('metrics', {}, { enabled: useMay()('reports.read') })

export const useMetricValues = (keys: readonly string[], span: Span, interval = 'day') =>
  useResource<{ items: MetricValue[]; asOf: string }>(
    'metrics/values',
    { keys: keys.join(','), ...span, interval },
    { enabled: keys.length > 0 },
  )

export const useAlerts = () => useResource<{ items: Alert[] }>('metrics/alerts')
export const useNotices = (enabled: boolean) =>
  useResource<{ items: Notice[]; unseen: number }>('metrics/notices', {}, { enabled, refetchInterval: 60_000 })
export const useMarkSeen = () => useCommand(() => post('metrics/notices/seen'), ['metrics'])

export const useSetTarget = () => useCommand((target: TargetBody) => put('metrics/targets', target), ['metrics'])
export const useCreateAlert = () => useCommand((alert: { metric: string; rule: AlertRule }) => post('metrics/alerts', alert), ['metrics'])
export const useDeleteAlert = () => useCommand((id: string) => remove(`metrics/alerts/${id}`), ['metrics'])

export interface OwnMetricFacts {
  id?: string | undefined
  name: string
  definition: Record<string, unknown>
}

export const useSaveOwnMetric = () =>
  useCommand(
    ({ id, ...facts }: OwnMetricFacts) => (id ? patch(`metrics/${id}`, facts) : post<{ id: string }>('metrics', facts)),
    ['metrics'],
  )
export const useDeleteOwnMetric = () => useCommand((id: string) => remove(`metrics/${id}`), ['metrics'])

/** The report behind a metric: what is shown is what can be saved, sent and drilled into. */
export const metricDocument = (metric: string, span: Span, more: Record<string, unknown> = {}): Document => ({
  type: 'metric',
  metric,
  dateFrom: span.from,
  dateTo: span.to,
  ...more,
})
