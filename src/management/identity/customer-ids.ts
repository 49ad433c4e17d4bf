import type { Context } from '#platform/context.ts'
import type { Databases } from '#platform/database.ts'
import { appError } from '#platform/errors.ts'

type Block = { next: number; end: number }

const blocks = new WeakMap<Databases, Map<number, Block>>()
const blockSize = 100

/**
 * Ids for new customers. Taken outside the caller's transaction, so that nobody waits for another's commit; ids of
 * transactions that fail are lost. The order of ids says nothing about the order of commits.
 */
export async function takeCustomerIds(ctx: Context, count: number): Promise<number[]> {
  const tenants = blocks.get(ctx.databases) ?? new Map<number, Block>()
  blocks.set(ctx.databases, tenants)
  const block = tenants.get(ctx.tenantId) ?? { next: 0, end: 0 }
  tenants.set(ctx.tenantId, block)
  const ids: number[] = []
  while (ids.length < count && block.next < block.end) ids.push(block.next++)
  if (ids.length === count) return ids
  const missing = count - ids.length
  const size = Math.max(missing, blockSize)
  const start = await reserve(ctx, size)
  for (let i = 0; i < missing; i++) ids.push(start + i)
  // Another caller may have filled the block meanwhile; the smaller rest is given up.
  if (size - missing > block.end - block.next) Object.assign(block, { next: start + missing, end: start + size })
  return ids
}

async function reserve(ctx: Context, size: number): Promise<number> {
  const found = await ctx.databases.systemPool.query<{ start: number }>(
    'insert into customer_ids (tenant_id, next_id) values ($1, 1 + $2::bigint) on conflict (tenant_id) do update set next_id = customer_ids.next_id + $2 returning next_id - $2 as start',
    [ctx.tenantId, size],
  )
  const start = Number(found.rows[0]?.start)
  if (start + size > 2 ** 31) throw appError('customer.ids_exhausted', { status: 500, message: 'A tenant may have two billion customers.' })
  return start
}
