import { sql } from 'kysely'
import { z } from 'zod'
import { canonicalsOf, type Merge } from '#management/identity/forest.ts'
import { canonicalIds, inScope, visibleCanonical } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { isHeldOut } from './assign.ts'
import { type Standing, sharesThroughout, standingAt, type Turn, turnAt } from './control.ts'
import type { ControlGroup, ControlStanding } from './schema.ts'

/** Every size and deal that the control group ever had, or will have, in the order of time. */
export async function readTurns(ctx: Context): Promise<Turn[]> {
  return ctx.db
    .selectFrom('controlGroups')
    .select(['fromAt as from', 'salt', 'perMille'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('fromAt')
    .execute()
}

export async function readControlGroup(ctx: Context): Promise<ControlGroup> {
  const turns = await readTurns(ctx)
  const { customers } = await ctx.db
    .selectFrom('customers')
    .select(({ fn }) => fn.countAll<number>().as('customers'))
    .where('tenantId', '=', ctx.tenantId)
    .where('listed', '=', true)
    .executeTakeFirstOrThrow()
  const deals = [...new Set(turns.map(({ salt }) => salt))]
  const now = turnAt(turns, ctx.now())
  const periods = turns.map(({ from, salt, perMille }, i) => ({
    from: from.toISOString(),
    until: turns[i + 1]?.from.toISOString() ?? null,
    perMille,
    deal: deals.indexOf(salt) + 1,
  }))
  return {
    perMille: now?.perMille ?? 0,
    since: now?.from.toISOString() ?? null,
    periods: periods.toReversed(),
    customers: Number(customers),
  }
}

/** Who of these customers (any originals) is in the company-wide control group now and must be left alone. */
export async function heldOutOfAll(ctx: Context, customerIds: readonly number[]): Promise<Set<number>> {
  const turn = turnAt(await readTurns(ctx), ctx.now())
  if (!turn || turn.perMille === 0) return new Set()
  const canonicals = await canonicalIds(ctx, customerIds)
  return new Set([...canonicals].filter(([, canonical]) => isHeldOut(turn.salt, canonical, turn.perMille)).map(([id]) => id))
}

/** Whether a customer was in the control group at a moment, and since when. */
export async function controlStanding(ctx: Context, customerId: number, at = ctx.now()): Promise<ControlStanding> {
  await visibleCanonical(ctx, customerId)
  const [turns, standings] = await Promise.all([readTurns(ctx), readStandings(ctx, customerId)])
  const { heldOut, since } = standingAt(turns, standings, at)
  return { heldOut, since: since?.toISOString() ?? null }
}

type Edge = Merge & { mergedAt: Date; undoneAt: Date | null }

/** Whom an original counted as, from each moment on at which that may have changed. */
async function readStandings(ctx: Context, original: number): Promise<Standing[]> {
  const made = await ctx.db
    .selectFrom('customers')
    .select('createdAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', original)
    .executeTakeFirstOrThrow()
  const edges = await readEdges(ctx, [original])
  const moments = edges.flatMap(({ mergedAt, undoneAt }) => [mergedAt, ...(undoneAt ? [undoneAt] : [])])
  return [made.createdAt, ...moments.filter((moment) => moment > made.createdAt)]
    .sort((one, other) => one.getTime() - other.getTime())
    .map((from) => ({ from, subject: canonicalsAt([original], edges, from).get(original) ?? original }))
}

/** Whom each of these counted as at a moment. */
function canonicalsAt(originals: readonly number[], edges: readonly Edge[], at: Date): Map<number, number> {
  const standing = edges.filter(({ mergedAt, undoneAt }) => mergedAt <= at && (undoneAt === null || undoneAt > at))
  return canonicalsOf(new Set([...originals, ...standing.flatMap(({ keep, merge }) => [keep, merge])]), standing)
}

/** Every merge, undone ones too, that ever joined these originals to others, or those to others again. */
async function readEdges(ctx: Context, originals: readonly number[]): Promise<Edge[]> {
  const { rows } = await sql<Edge>`
    with recursive reached as (
      select id from unnest(${[...originals]}::int[]) as id
      union
      select case when m.keep_id = r.id then m.merge_id else m.keep_id end
      from reached r join merges m on m.tenant_id = ${ctx.tenantId} and r.id in (m.keep_id, m.merge_id)
    )
    select m.id::int as id, m.keep_id as keep, m.merge_id as merge, m.merged_at, m.undone_at
    from merges m where m.tenant_id = ${ctx.tenantId} and m.keep_id in (select id from reached) order by m.id`.execute(ctx.db)
  return rows
}

/** `share`: of everybody who was on one side all the time, by the sizes of the group. */
export type ControlSides = { heldOut: number[]; others: number[]; mixed: number[]; share: { heldOut: number; others: number } }

/**
 * Everybody who was a customer before `to`, by whom they count as now: in the control group from `from` to `to` all the time, out of
 * it all the time, or both (because it was sized or dealt anew, or because they turned out to be one with somebody of the other side).
 * 409 `control_group.none_then` where there was none from `from` on.
 */
export async function controlSides(ctx: Context, from: Date, to: Date): Promise<ControlSides> {
  const all = await readTurns(ctx)
  const first = turnAt(all, from)
  const turns = first ? [first, ...all.filter((turn) => turn.from > from && turn.from < to)] : []
  if (turns.length === 0 || turns.some(({ perMille }) => perMille === 0))
    throw appError('control_group.none_then', {
      status: 409,
      message: 'There was no control group in all of these days.',
      field: 'dateFrom',
    })
  const { rows } = await sql<{ id: number; canonicalId: number }>`
    select c.id, c.canonical_id from customers c join customers now on now.tenant_id = c.tenant_id and now.id = c.canonical_id
    where c.tenant_id = ${ctx.tenantId} and c.created_at < ${to} and now.listed order by c.id`.execute(ctx.db)
  const merged = rows.filter(({ id, canonicalId }) => id !== canonicalId).flatMap(({ id, canonicalId }) => [id, canonicalId])
  const edges = merged.length === 0 ? [] : await readEdges(ctx, merged)
  const touched = [...new Set(edges.flatMap(({ keep, merge }) => [keep, merge]))]
  const [before, after] = [canonicalsAt(touched, edges, from), canonicalsAt(touched, edges, to)]
  const sides = new Map<number, Set<boolean>>()
  for (const { id, canonicalId } of rows) {
    const found = sides.get(canonicalId) ?? new Set<boolean>()
    sides.set(canonicalId, found)
    for (const subject of new Set([before.get(id) ?? id, after.get(id) ?? id]))
      for (const { salt, perMille } of turns) found.add(isHeldOut(salt, subject, perMille))
  }
  const of = (wanted: (found: ReadonlySet<boolean>) => boolean) => [...sides].flatMap(([id, found]) => (wanted(found) ? [id] : []))
  return {
    heldOut: of((found) => found.size === 1 && found.has(true)),
    others: of((found) => found.size === 1 && found.has(false)),
    mixed: of((found) => found.size > 1),
    share: sharesThroughout(turns),
  }
}

const chunk = 5000

/** Who was in the control group at a moment, by the names that they have now; in the order in which they came. */
export async function listControlMembers(
  ctx: Context,
  { at = ctx.now(), limit, cursor }: { at?: Date; limit: number; cursor?: string | undefined },
): Promise<{ items: { id: string; name: string | null }[]; next: string | null }> {
  const turn = turnAt(await readTurns(ctx), at)
  const found: Person[] = []
  let after = decodeCursor(z.int(), cursor) ?? 0
  while (turn && turn.perMille > 0 && found.length <= limit) {
    const { people, last } = await peopleAfter(ctx, after, at)
    if (last === undefined) break
    found.push(...people.filter(({ id }) => isHeldOut(turn.salt, id, turn.perMille)))
    after = last
  }
  const page = toPage(found, limit, ({ id }) => id)
  return { items: page.items.map(({ id, name }) => ({ id: publicId(ctx, 'cus', id), name })), next: page.next }
}

type Person = { id: number; name: string | null }

/** The next originals who stood for themselves at a moment, and are not mere devices; `last`: how far this went. */
async function peopleAfter(ctx: Context, after: number, at: Date): Promise<{ people: Person[]; last: number | undefined }> {
  const { rows } = await sql<Person>`
    select c.id, now.name from customers c join customers now on now.tenant_id = c.tenant_id and now.id = c.canonical_id
    where c.tenant_id = ${ctx.tenantId} and c.id > ${after} and c.created_at <= ${at} and now.listed and ${inScope(ctx, 'c.id')} order by c.id limit ${chunk}`.execute(
    ctx.db,
  )
  const ids = rows.map(({ id }) => id)
  const canonicals = canonicalsAt(ids, await readEdges(ctx, ids), at)
  return { people: rows.filter(({ id }) => canonicals.get(id) === id), last: ids.at(-1) }
}
