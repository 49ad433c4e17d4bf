import type { Pool, PoolClient } from 'pg'

/** In one partition of the log: behind the event with this sequence of this transaction. */
export type Place = { partition: number; transaction: string; seq: number }

/** What lies before consumers that stand at one place, up to a last place; which names are in it, and whether a barrier is. */
export type Stretch = Place & { consumers: string[]; names: string[]; barred: boolean }

/** So far one looks at once, in each partition. */
const stretchEvents = 2000

/**
 * What lies before these consumers, of which no running transaction can still get in front. Mostly they stand together, so that the
 * events are looked at once for all of them, and nobody reads what concerns nobody.
 */
export const lookAhead = async (pool: Pool, consumers: readonly string[], horizon: string): Promise<Stretch[]> =>
  (
    await pool.query<Stretch>(
      `with places as (
         select partition, transaction, seq, array_agg(consumer) as consumers from consumer_positions where consumer = any($1) group by 1, 2, 3
       ), ahead as (
         select p.partition, p.consumers, e.transaction, e.name, max(e.seq) as seq, bool_or(e.barrier is not null) as barred
         from places p cross join lateral (
           select transaction, seq, name, barrier from event_log
           where partition = p.partition and (transaction, seq) > (p.transaction, p.seq) and transaction < $2::xid8
           order by event_log.transaction, seq limit $3) e
         group by 1, 2, 3, 4
       )
       select partition, consumers, array_agg(distinct name) as names, bool_or(barred) as barred,
         (array_agg(transaction::text order by transaction desc, seq desc))[1] as transaction, (array_agg(seq order by transaction desc, seq desc))[1] as seq
       from ahead group by 1, 2`,
      [consumers, horizon, stretchEvents],
    )
  ).rows

/** Consumers that stand at these places from now on. Nobody goes back, or is moved while somebody else reads for them; returns how many moved. */
export const moveTo = async (client: Pool | PoolClient, places: readonly (Place & { consumer: string })[]): Promise<number> =>
  (
    await client.query(
      `update consumer_positions p set transaction = n.transaction, seq = n.seq, moved_at = now() from (
         select c.consumer, c.partition, n.transaction::xid8, n.seq
         from consumer_positions c join unnest($1::text[], $2::smallint[], $3::text[], $4::bigint[]) as n(consumer, partition, transaction, seq) using (consumer, partition)
         where (c.transaction, c.seq) < (n.transaction::xid8, n.seq) for update of c skip locked) n
       where p.consumer = n.consumer and p.partition = n.partition`,
      [
        places.map(({ consumer }) => consumer),
        places.map(({ partition }) => partition),
        places.map(({ transaction }) => transaction),
        places.map(({ seq }) => seq),
      ],
    )
  ).rowCount ?? 0
