import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { type Experiment, GuardRail, Metric, type NewExperiment, Plan, states, Thing, Variant } from './schema.ts'

/** A row as it is stored: what is JSON there is checked on its way in. */
const Stored = z.object({
  id: z.int(),
  name: z.string(),
  hypothesis: z.string(),
  salt: z.string(),
  state: z.enum(states),
  holdoutPerMille: z.int(),
  variants: z.array(Variant),
  control: z.string(),
  trialMetric: Metric,
  growthMetric: Metric,
  guardRails: z.array(GuardRail),
  windowDays: z.int(),
  plan: Plan,
  plannedEnd: z.string().nullable(),
  thing: Thing.nullable(),
  winner: z.string().nullable(),
  startedAt: z.date().nullable(),
  stoppedAt: z.date().nullable(),
  ratioAlarmedAt: z.date().nullable(),
  createdAt: z.date(),
})
export type StoredExperiment = z.infer<typeof Stored>

export const storedColumns = sql`e.id, e.name, e.hypothesis, e.salt, e.state, e.holdout_per_mille, e.variants, e.control, e.trial_metric, e.growth_metric, e.guard_rails,
  e.window_days, e.plan, e.planned_end::text, case when e.thing_kind is not null then jsonb_build_object('kind', e.thing_kind, 'id', e.thing_id, 'step', e.thing_step) end as thing,
  e.winner, e.started_at, e.stopped_at, e.ratio_alarmed_at, e.created_at`

export const readStored = (row: unknown): StoredExperiment => Stored.parse(row)

/** 404 for one that is not there. `lock`: nobody changes it until the end of the transaction. */
export async function findExperiment(ctx: Context, id: number, lock = false): Promise<StoredExperiment> {
  const { rows } = await sql`
    select ${storedColumns} from experiments e where e.tenant_id = ${ctx.tenantId} and e.id = ${id} ${lock ? sql`for update` : sql``}`.execute(
    ctx.db,
  )
  if (!rows[0]) throw notFound('experiment')
  return readStored(rows[0])
}

type Columns = Omit<NewExperiment, 'control'> & { control: string }

/** The columns of what somebody may set. */
export const columnsOf = (facts: Columns) => ({
  name: facts.name,
  hypothesis: facts.hypothesis,
  holdoutPerMille: facts.holdoutPerMille,
  variants: JSON.stringify(facts.variants),
  control: facts.control,
  trialMetric: JSON.stringify(facts.trialMetric),
  growthMetric: JSON.stringify(facts.growthMetric),
  guardRails: JSON.stringify(facts.guardRails),
  windowDays: facts.windowDays,
  plan: JSON.stringify(facts.plan),
  plannedEnd: facts.plannedEnd,
  thingKind: facts.thing?.kind ?? null,
  thingId: facts.thing?.id ?? null,
  thingStep: facts.thing?.step ?? null,
})

export const experimentOf = (ctx: Context, stored: StoredExperiment, counts: { exposed: number; ghosts: number }): Experiment => {
  const { id, salt: _, startedAt, stoppedAt, ratioAlarmedAt, createdAt, ...facts } = stored
  return {
    ...facts,
    ...counts,
    id: publicId(ctx, 'xpt', id),
    startedAt: startedAt?.toISOString() ?? null,
    stoppedAt: stoppedAt?.toISOString() ?? null,
    ratioAlarmedAt: ratioAlarmedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  }
}
