import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { Days } from './span.ts'
import { type Build, trailLayout } from './trails.ts'

/** What a question needs to know of the stores: whose midnights they count by, which days may not be asked there, and what trails hold. */
export type Stores = { zone: string; dirty: readonly Days[]; trails: readonly Build[] }

type Row = { zone: string; dirty: [string, string][]; trails: Build[] }

/**
 * Zone, marks and builds of one moment: a zone that just changed is never seen without its marks, nor a build without the days that
 * it does not hold.
 */
export async function readStores(ctx: Context): Promise<Stores> {
  const { rows } = await sql<Row>`
    select t.timezone as zone, coalesce((select json_agg(json_build_array(first_day, last_day)) from dirty_days where tenant_id = ${ctx.tenantId}), '[]') as dirty,
      coalesce((
        select json_agg(json_build_object('year', year, 'build', build, 'first', first_day, 'last', last_day, 'marked', coalesce((
            select json_agg(day order by day) from trail_marks
            where tenant_id = ${ctx.tenantId} and day between make_date(year, 1, 1) and make_date(year, 12, 31) and load > until_load), '[]')))
        from trails where tenant_id = ${ctx.tenantId} and layout = ${trailLayout} and built_at is not null and retired_at is null and trail_marks_are_whole()), '[]') as trails
    from tenants t where t.id = ${ctx.tenantId}`.execute(ctx.db)
  const [found] = rows
  return { zone: found?.zone ?? 'UTC', dirty: (found?.dirty ?? []).map(([first, last]) => ({ first, last })), trails: found?.trails ?? [] }
}
