import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { isHeldOut, variantOf } from './assign.ts'
import { dealtKinds, type Experiment, type ExperimentQuery, holdout, type Thing } from './schema.ts'
import { experimentOf, findExperiment, readStored, type StoredExperiment, storedColumns } from './stored.ts'

type Counted = { id: number; exposed: number; ghosts: number }

async function experimentRows(ctx: Context, where: RawBuilder<unknown>, limit: number): Promise<Experiment[]> {
  const { rows } = await sql<Counted>`
    select ${storedColumns}, x.exposed, x.ghosts from experiments e
      left join lateral (select count(*)::int as exposed, count(*) filter (where ghost)::int as ghosts
        from experiment_exposures x where x.tenant_id = e.tenant_id and x.experiment_id = e.id) x on true
    where e.tenant_id = ${ctx.tenantId} and ${where} order by e.id desc limit ${limit}`.execute(ctx.db)
  return rows.map((row) => experimentOf(ctx, readStored(row), { exposed: row.exposed, ghosts: row.ghosts }))
}

/** Newest first; archived ones only where they are asked for. */
export async function listExperiments(
  ctx: Context,
  { q, state, thing, limit, cursor }: ExperimentQuery,
): Promise<{ items: Experiment[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const where = sql`${state ? sql`e.state = ${state}` : sql`e.state <> 'archived'`}
    and ${thing ? sql`e.thing_id = ${thing}` : sql`true`} and ${q ? sql`position(lower(${q}) in lower(e.name)) > 0` : sql`true`} and ${before === undefined ? sql`true` : sql`e.id < ${before}`}`
  const rows = await experimentRows(ctx, where, limit + 1)
  return toPage(rows, limit, ({ id }) => ctx.ids.decode(ctx.tenantId, 'xpt', id))
}

export async function readExperiment(ctx: Context, id: number): Promise<Experiment> {
  const [found] = await experimentRows(ctx, sql`e.id = ${id}`, 1)
  if (!found) throw notFound('experiment')
  return found
}

/** What reports and judges need to know: the stored facts, `salt` included. */
export const readDesign = (ctx: Context, id: number): Promise<StoredExperiment> => findExperiment(ctx, id)

/** The trial that is running on this thing, or none. */
export async function runningOn(ctx: Context, { kind, id, step }: Thing): Promise<StoredExperiment | undefined> {
  const { rows } = await sql`
    select ${storedColumns} from experiments e where e.tenant_id = ${ctx.tenantId} and e.state = 'running'
      and e.thing_kind = ${kind} and e.thing_id = ${id} and coalesce(e.thing_step, '') = ${step ?? ''}`.execute(ctx.db)
  return rows[0] === undefined ? undefined : readStored(rows[0])
}

/** The trials that are running on parts of this thing. */
export async function runningUnder(ctx: Context, kind: Thing['kind'], id: string): Promise<StoredExperiment[]> {
  const { rows } = await sql`
    select ${storedColumns} from experiments e
    where e.tenant_id = ${ctx.tenantId} and e.state = 'running' and e.thing_kind = ${kind} and e.thing_id = ${id}`.execute(ctx.db)
  return rows.map(readStored)
}

/** The experiments, by their public ids, whose exposures nobody outside may tell. */
export async function dealtHere(ctx: Context): Promise<ReadonlySet<string>> {
  const rows = await ctx.db
    .selectFrom('experiments')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('thingKind', 'in', [...dealtKinds])
    .execute()
  return new Set(rows.map(({ id }) => publicId(ctx, 'xpt', id)))
}

/** `ghost`: they are left untreated. `exposed`: they were met before, so nothing is left to write down. */
export type Assignment = { variant: string; ghost: boolean; exposed: boolean }

type Met = { asked: number; canonical: number; variant: string | null; ghost: boolean | null }

/**
 * What each of these customers (any originals) gets in an experiment. Whoever was exposed keeps what they had first, also where
 * merges made them somebody else since; the others are dealt by whom they count as now. Nothing is written down: `enrol` does both.
 */
export async function variantsFor(ctx: Context, experiment: number, customerIds: readonly number[]): Promise<Map<number, Assignment>> {
  if (customerIds.length === 0) return new Map()
  const { salt, holdoutPerMille, variants } = await findExperiment(ctx, experiment)
  const { rows } = await sql<Met>`
    select asked.id as asked, c.canonical_id as canonical, x.variant, x.ghost
    from unnest(${[...new Set(customerIds)]}::int[]) as asked(id)
      join customers c on c.tenant_id = ${ctx.tenantId} and c.id = asked.id
      left join lateral (select x.variant, x.ghost from experiment_exposures x
        where x.tenant_id = ${ctx.tenantId} and x.experiment_id = ${experiment} and x.customer_id in (${membersSql('c.canonical_id')})
        order by x.at, x.customer_id limit 1) x on true`.execute(ctx.db)
  return new Map(
    rows.map(({ asked, canonical, variant, ghost }): [number, Assignment] => {
      if (variant !== null) return [asked, { variant, ghost: ghost === true, exposed: true }]
      const isOut = isHeldOut(salt, canonical, holdoutPerMille)
      return [asked, { variant: isOut ? holdout : variantOf(salt, canonical, variants), ghost: isOut, exposed: false }]
    }),
  )
}

/** Everybody who counts as the canonical in this column. */
export const membersSql = (canonical: string): RawBuilder<unknown> => sql`
  select ${sql.ref(canonical)} union all
  select m.id from customers m where m.tenant_id = current_tenant() and m.canonical_id = ${sql.ref(canonical)} and m.canonical_id <> m.id`
