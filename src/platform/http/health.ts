import { Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client'
import { z } from 'zod'
import { readLags } from '../operations/lags.ts'
import { version } from '../version.ts'
import { allow, describe, router } from './router.ts'

collectDefaultMetrics()

/** Seconds from request to answer, by route and status class. */
export const requestSeconds = new Histogram({
  name: 'liuliang_request_seconds',
  help: 'Request duration',
  labelNames: ['method', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
})

export const eventsAccepted = new Counter({ name: 'liuliang_events_accepted_total', help: 'Behaviour events acknowledged after commit' })

const gauges = {
  loaderLag: new Gauge({ name: 'liuliang_loader_lag_seconds', help: 'Age of the oldest event that ClickHouse does not have yet' }),
  inbox: new Gauge({ name: 'liuliang_inbox_rows', help: 'Inbox rows waiting for the loader' }),
  consumerLag: new Gauge({
    name: 'liuliang_consumer_lag_seconds',
    help: 'Age of the oldest event a consumer has not passed',
    labelNames: ['consumer'],
  }),
  consumerBehind: new Gauge({
    name: 'liuliang_consumer_behind_events',
    help: 'Events a consumer has not passed',
    labelNames: ['consumer'],
  }),
  deadLetters: new Gauge({ name: 'liuliang_dead_letters', help: 'Dead letters not replayed' }),
  quarantined: new Gauge({ name: 'liuliang_quarantined_events', help: 'Quarantined events not replayed' }),
  transaction: new Gauge({ name: 'liuliang_oldest_transaction_seconds', help: 'Age of the oldest open transaction' }),
  lease: new Gauge({ name: 'liuliang_oldest_lease_seconds', help: 'By how much the oldest lease of a running job has run out' }),
  restarts: new Gauge({ name: 'liuliang_process_restarts', help: 'Restarts of a process by the supervisor', labelNames: ['process'] }),
}

const Health = z.object({ status: z.string(), version: z.string() })

/** For whoever watches the process from outside. */
export const health = router()
  .get('/healthz', allow('health', 'public'), describe('The process is alive', Health), (c) => c.json({ status: 'ok', version }))
  .get('/readyz', allow('health', 'public'), describe('The process can serve: both engines answer', Health), async (c) => {
    const { databases, clickhouse } = c.var.installation
    const [postgres, analysis] = await Promise.all([
      databases.systemPool.query('select 1').then(
        () => true,
        () => false,
      ),
      clickhouse.ping().catch(() => false),
    ])
    // Without ClickHouse facts still come in and wait in PostgreSQL: serving goes on, the report pages say since when they stand.
    return c.json({ status: postgres ? (analysis ? 'ready' : 'analysis_away') : 'database_away', version }, postgres ? 200 : 503)
  })
  .get('/metrics', allow('health', 'public'), describe('Prometheus metrics'), async (c) => {
    const lags = await readLags(c.var.installation)
    gauges.loaderLag.set(lags.loaderLagSeconds)
    gauges.inbox.set(lags.inboxRows)
    gauges.deadLetters.set(lags.deadLetters)
    gauges.quarantined.set(lags.quarantined)
    gauges.transaction.set(lags.oldestTransactionSeconds)
    gauges.lease.set(Math.max(0, lags.jobs.oldestLeaseSeconds))
    for (const { name, behind, lagSeconds } of lags.consumers) {
      gauges.consumerLag.set({ consumer: name }, lagSeconds)
      gauges.consumerBehind.set({ consumer: name }, behind)
    }
    for (const { name, restarts } of lags.processes) gauges.restarts.set({ process: name }, restarts)
    return c.text(await register.metrics(), 200, { 'Content-Type': register.contentType })
  })
