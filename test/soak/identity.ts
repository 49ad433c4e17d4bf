import { sql } from 'kysely'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers, undoMerge } from '#management/identity/merging.ts'
import { tagCustomers } from '#management/tags/commands.ts'
import { createTag, createTagGroup } from '#management/tags/editing.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { Random } from '#platform/random.ts'

export type IdentitySoak = { operations: number; originals: number; random: Random; checkEvery?: number }

const together = 20

type Edge = { id: number; keep: number; merge: number }

/**
 * Random merges and undos on the real database against a model that knows nothing but the list of merges that stand: after
 * each batch every customer, tagging, attribute and list row must be what that list makes of it. Throws at the first
 * difference; returns how many merges and undos were done.
 */
export async function identitySoak(
  ctx: Context,
  { operations, originals, random, checkEvery = 200 }: IdentitySoak,
): Promise<{ merges: number; undos: number }> {
  const world = await makeWorld(ctx, originals)
  const edges: Edge[] = []
  const counts = { merges: 0, undos: 0 }
  for (let done = 0; done < operations; ) {
    const checkAt = Math.min(done + checkEvery, operations)
    while (done < checkAt)
      // Short transactions, as in life: the dead versions of a long one make each further update slower.
      await inTransaction(ctx, async (ctx) => {
        for (const end = Math.min(done + together, checkAt); done < end; done++) {
          const canonicals = replay(world.ids, edges)
          if (edges.length === 0 || random.next() < (edges.length < originals / 2 ? 0.6 : 0.3)) {
            let [keep = 0, merge = 0] = [world.ids[random.below(originals)], world.ids[random.below(originals)]]
            while (canonicals.get(keep) === canonicals.get(merge))
              [keep = 0, merge = 0] = [world.ids[random.below(originals)], world.ids[random.below(originals)]]
            edges.push({ id: await mergeCustomers(ctx, { keepId: keep, mergeId: merge }), keep, merge })
            counts.merges++
          } else {
            const [edge] = edges.splice(random.below(edges.length), 1)
            if (edge) await undoMerge(ctx, edge.id)
            counts.undos++
          }
        }
      })
    await compare(ctx, world, replay(world.ids, edges))
  }
  return counts
}

type World = { ids: number[]; tags: number[] }

/** Each original has a tag and an attribute of its own, so that whatever ends up in the wrong place is seen. */
async function makeWorld(ctx: Context, originals: number): Promise<World> {
  const ids = await identifyMany(
    ctx,
    Array.from({ length: originals }, (_, i) => ({
      identities: [{ kind: 'member_no' as const, value: `soak ${i}` }],
      facts: { name: `客户${i}`, attributes: { [`k${i}`]: i } },
    })),
    'soak',
  )
  const groupId = await createTagGroup(ctx, { name: `soak ${ids[0]}` })
  const tags: number[] = []
  for (const [i, id] of ids.entries()) {
    const tag = await createTag(ctx, { groupId, name: `t${i}` })
    await tagCustomers(ctx, tag, [id], { source: 'soak' })
    tags.push(tag)
  }
  return { ids, tags }
}

/** The model: merges one after the other, each relabels one side. */
function replay(ids: readonly number[], edges: readonly Edge[]): Map<number, number> {
  const canonicals = new Map(ids.map((id) => [id, id]))
  const members = new Map(ids.map((id) => [id, [id]]))
  for (const { keep, merge } of edges) {
    const [kept = 0, gone = 0] = [canonicals.get(keep), canonicals.get(merge)]
    if (kept === gone) continue
    for (const id of members.get(gone) ?? []) {
      canonicals.set(id, kept)
      members.get(kept)?.push(id)
    }
    members.delete(gone)
  }
  return canonicals
}

async function compare(ctx: Context, { ids, tags }: World, canonicals: ReadonlyMap<number, number>): Promise<void> {
  const { rows } = await sql<{ id: number; canonicalId: number; listed: boolean; name: string | null; attributes: Record<string, number> }>`
    select id, canonical_id, listed, name, attributes from customers where tenant_id = ${ctx.tenantId} and id = any(${[...ids]}::int[])`.execute(
    ctx.db,
  )
  const place = new Map(ids.map((id, i) => [id, i]))
  const members = Map.groupBy(ids, (id) => canonicals.get(id) ?? 0)
  for (const row of rows) {
    same(row.canonicalId, canonicals.get(row.id), `canonical of ${row.id}`)
    same(row.listed, canonicals.get(row.id) === row.id, `listing of ${row.id}`)
    if (canonicals.get(row.id) !== row.id) continue
    same(row.name, `客户${place.get(row.id)}`, `name of ${row.id}`)
    same(
      Object.keys(row.attributes).sort().join(),
      (members.get(row.id) ?? [])
        .map((id) => `k${place.get(id)}`)
        .sort()
        .join(),
      `attributes of ${row.id}`,
    )
  }
  const taggings = await sql<{ tagId: number; customerId: number; canonicalId: number }>`
    select tag_id, customer_id, canonical_id from customer_tags where tenant_id = ${ctx.tenantId} and tag_id = any(${tags}::int[])`.execute(
    ctx.db,
  )
  same(taggings.rows.length, ids.length, 'taggings')
  for (const row of taggings.rows) {
    same(row.customerId, ids[tags.indexOf(row.tagId)], `owner of tag ${row.tagId}`)
    same(row.canonicalId, canonicals.get(row.customerId), `canonical of the tagging of ${row.customerId}`)
  }
}

function same(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)} instead of ${String(expected)}`)
}
