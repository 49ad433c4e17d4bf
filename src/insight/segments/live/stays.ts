import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { customersOf, type Few } from '../../reports/segment/asking.ts'
import { idsOf, without } from '../../reports/segment/bits.ts'

/** Why somebody came in or went out: the rule was made or changed, something happened, time passed. */
export type Why = 'rule' | 'fact' | 'time'

/** What an evaluation found, as the segment stood when it began. */
export type Found = { segment: number; ruleVersion: number; at: Date; members: Uint32Array; few: Few | undefined; why: Why }

export type Moves = { entered: number[]; left: number[] }

/**
 * Writes down who came in and who went out since the last look, or nothing where the rule was changed or put away meanwhile.
 * Looking again changes nothing, so that a look that was cut off is simply repeated.
 */
export function settle(ctx: Context, found: Found): Promise<Moves | undefined> {
  return inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<{ ruleVersion: number }>`
      select rule_version from segments where tenant_id = ${ctx.tenantId} and id = ${found.segment} and archived_at is null for update`.execute(
      ctx.db,
    )
    if (rows[0]?.ruleVersion !== found.ruleVersion) return undefined
    const open = await openStays(ctx, found)
    const moves = { entered: idsOf(without(found.members, open)), left: idsOf(without(open, found.members)) }
    await enter(ctx, found, moves.entered)
    await leave(ctx, found, moves.left)
    return moves
  })
}

/** Of the people looked at; stays of somebody who counts as another now belong to the ids that the other one had. */
async function openStays(ctx: Context, { segment, few }: Found): Promise<Uint32Array> {
  const asked = few && { ids: few.originals, originals: few.originals }
  const stays = sql`select customer_id as id from segment_stays where tenant_id = ${ctx.tenantId} and segment_id = ${segment} and left_at is null`
  return (await customersOf({ ctx, ...(asked ? { few: asked } : {}) }, stays)).bits
}

async function enter(ctx: Context, { segment, at, why }: Found, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`insert into segment_stays (tenant_id, segment_id, customer_id, entered_at, entered_by)
    select ${ctx.tenantId}, ${segment}, one, ${at}, ${why} from unnest(${[...ids]}::int[]) as one`.execute(ctx.db)
}

/** Whoever counts as somebody else now did not leave: the other one may be in, with a stay of their own. */
async function leave(ctx: Context, { segment, at, why }: Found, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await sql`update segment_stays s set left_at = greatest(${at}, s.entered_at), left_by = case when c.canonical_id <> c.id then 'merge' else ${why} end
    from customers c where c.tenant_id = s.tenant_id and c.id = s.customer_id
      and s.tenant_id = ${ctx.tenantId} and s.segment_id = ${segment} and s.left_at is null and s.customer_id = any(${[...ids]}::int[])`.execute(
    ctx.db,
  )
}
