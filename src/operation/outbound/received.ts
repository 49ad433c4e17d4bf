import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { handedOver } from './facts.ts'
import type { MessageKind } from './schema.ts'

/** A mass message on its way to somebody or there; `account`: as whom WeCom counts it. `isRefused`: WeCom took no more of them. */
export type Received = { at: Date; kind: MessageKind; account: string; isRefused: boolean }

/** What these people got since then, by their canonical id. */
export async function receivedSince(ctx: Context, people: readonly number[], since: Date): Promise<ReadonlyMap<number, Received[]>> {
  const { rows } = await sql<Received & { person: number }>`
    select c.canonical_id as person, s.kind, concat(s.corp, ' ', s.target) as account, coalesce(s.reason = 'over_limit', false) as is_refused,
      case when s.reason = 'over_limit' then s.finished_at else s.tasked_at end as at
    from customers c join sends s on s.tenant_id = c.tenant_id and s.customer_id = c.id
    where c.tenant_id = ${ctx.tenantId} and c.canonical_id = any(${[...people]}::int[])
      and ((s.tasked_at >= ${since} and ${handedOver}) or (s.reason = 'over_limit' and s.finished_at >= ${since}))`.execute(ctx.db)
  return Map.groupBy(rows, ({ person }) => person)
}
