import { register } from 'prom-client'
import { z } from 'zod'
import { readLags } from '../operations/lags.ts'
import { gauges } from '../operations/metrics.ts'
import { version } from '../version.ts'
import { allow, describe, router } from './router.ts'

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
