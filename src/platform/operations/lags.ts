import type { Installation } from '../context.ts'

/** What is watched: how far every reader of the spine is behind, and what stands still. */
export type Lags = {
  inboxRows: number
  inboxEvents: number
  /** Age of the oldest event that ClickHouse does not have yet. */
  loaderLagSeconds: number
  consumers: { name: string; behind: number; lagSeconds: number }[]
  deadLetters: number
  quarantined: number
  oldestTransactionSeconds: number
  jobs: { waiting: number; running: number; failed: number; oldestLeaseSeconds: number }
  processes: { name: string; startedAt: Date; beatAt: Date; restarts: number; version: string }[]
}

export async function readLags({ databases: { systemPool } }: Installation): Promise<Lags> {
  const one = async <Row>(sql: string): Promise<Row> => (await systemPool.query(sql)).rows[0] as Row
  const inbox = await one<{ rows: number; events: number; lag: number }>(
    'select count(*) as rows, coalesce(sum(events), 0)::bigint as events, coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as lag from event_inbox',
  )
  const consumers = await systemPool.query<{ name: string; behind: number; lagSeconds: number }>(`
    select p.consumer as name, count(e.seq) as behind, coalesce(extract(epoch from now() - min(e.at)), 0)::float8 as "lagSeconds"
    from consumer_positions p left join event_log e on e.partition = p.partition and (e.transaction, e.seq) > (p.transaction, p.seq)
    group by 1 order by 1`)
  const jobs = await one<Lags['jobs']>(`
    select count(*) filter (where state = 'waiting' and run_at <= now()) as waiting, count(*) filter (where state = 'running') as running, count(*) filter (where state = 'failed') as failed,
      coalesce(extract(epoch from now() - min(lease_until) filter (where state = 'running')), 0)::float8 as "oldestLeaseSeconds" from jobs`)
  const oldest = await one<{ seconds: number }>(
    'select coalesce(max(extract(epoch from now() - xact_start)), 0)::float8 as seconds from pg_stat_activity where xact_start is not null and datname = current_database() and pid <> pg_backend_pid()',
  )
  const counts = await one<{ letters: number; quarantined: number }>(
    'select (select count(*) from dead_letters where replayed_at is null) as letters, (select count(*) from quarantined_events where replayed_at is null) as quarantined',
  )
  const processes = await systemPool.query(
    'select name, started_at as "startedAt", beat_at as "beatAt", restarts, version from processes order by name',
  )
  return {
    inboxRows: inbox.rows,
    inboxEvents: inbox.events,
    loaderLagSeconds: inbox.lag,
    consumers: consumers.rows,
    deadLetters: counts.letters,
    quarantined: counts.quarantined,
    oldestTransactionSeconds: oldest.seconds,
    jobs,
    processes: processes.rows,
  }
}
