import { Counter, collectDefaultMetrics, Gauge, Histogram } from 'prom-client'

// Every metric of /metrics, by name.

collectDefaultMetrics()

/** Seconds from request to answer, by route and status class. */
export const requestSeconds = new Histogram({
  name: 'liuliang_request_seconds',
  help: 'Request duration',
  labelNames: ['method', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5],
})

export const eventsAccepted = new Counter({ name: 'liuliang_events_accepted_total', help: 'Behaviour events acknowledged after commit' })

/** Read from the database when somebody asks. */
export const gauges = {
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
