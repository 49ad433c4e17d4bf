import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { Days } from './span.ts'

/** What a question needs to know of the stores: whose midnights they count by, and which days may not be asked there. */
export type Stores = { zone: string; dirty: readonly Days[] }

/** Zone and marks of one moment: a zone that just changed is never seen without its marks. */
export async function readStores(ctx: Context): Promise<Stores> {
  const { rows } = await sql<{ zone: string; dirty: [string, string][] }>`
    select t.timezone as zone, coalesce((select json_agg(json_build_array(first_day, last_day)) from dirty_days where tenant_id = ${ctx.tenantId}), '[]') as dirty
    from tenants t where t.id = ${ctx.tenantId}`.execute(ctx.db)
  const [found] = rows
  return { zone: found?.zone ?? 'UTC', dirty: (found?.dirty ?? []).map(([first, last]) => ({ first, last })) }
}
