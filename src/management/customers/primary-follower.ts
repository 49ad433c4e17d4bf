import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/** Who speaks for the company with a customer (any original): of the colleagues who work here, the friend for longest. Columns id and name. */
export const primaryFollower = ({ tenantId }: Context, customer: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select e.id, e.name from customers c
    join follows f on f.tenant_id = c.tenant_id and f.canonical_id = c.canonical_id and f.added_at is not null and f.ended_at is null
    join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id and e.status = 'active'
  where c.tenant_id = ${tenantId} and c.id = ${customer} order by f.added_at, e.id limit 1)`
