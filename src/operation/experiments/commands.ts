import { sql } from 'kysely'
import { lockGroups } from '#management/identity/groups.ts'
import { canonicalIds } from '#management/identity/queries.ts'
import {
  experimentArchived,
  experimentChanged,
  experimentCreated,
  experimentDeleted,
  experimentExposed,
  experimentRatioAlarmed,
  experimentStarted,
  experimentStopped,
} from '#operation/events.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { randomLetters } from '#platform/random-letters.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { before, controlOf, frozenField, requireSound, sidesOf } from './design.ts'
import { forgetPageTrial } from './page-queries.ts'
import { type Assignment, membersSql, variantsFor } from './queries.ts'
import type { ExperimentPatch, NewExperiment, StateChange } from './schema.ts'
import { columnsOf, findExperiment, type StoredExperiment } from './stored.ts'
import type { MetricsCheck, ThingChecks } from './things.ts'

export async function createExperiment(ctx: Context, given: NewExperiment, check?: MetricsCheck): Promise<number> {
  const facts = { ...given, control: given.control ?? controlOf(given) }
  requireSound(facts)
  await check?.(ctx, metricsIn(given))
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('experiments')
      .values({
        tenantId: ctx.tenantId,
        // A salt of its own: who is treated here says nothing about who is treated elsewhere.
        salt: randomLetters(20),
        ...columnsOf(facts),
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    emit(ctx, experimentCreated, { customerId: null, properties: said(ctx, { id, name: facts.name }) })
    await audit(ctx, 'experiment.created', ['xpt', id], { name: facts.name })
    return id
  })
}

const metricsIn = ({ trialMetric, growthMetric, guardRails }: ExperimentPatch) => ({
  ...(trialMetric && { trialMetric }),
  ...(growthMetric && { growthMetric }),
  ...(guardRails && { guardRails }),
})

/** A draft may be changed in everything; later only what does not touch what happens to people. */
export async function changeExperiment(ctx: Context, id: number, patch: ExperimentPatch, check?: MetricsCheck): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const stored = await findExperiment(ctx, id, true)
    const frozen = frozenField(stored.state, patch)
    if (frozen)
      throw appError('experiment.in_flight', {
        status: 409,
        message: 'People have been treated by this already: stop it and start another one.',
        field: frozen,
      })
    const merged = merge(stored, patch)
    const facts = { ...merged, control: keptControl(merged, patch.control) }
    if (stored.state === 'draft') requireSound(facts)
    await check?.(ctx, metricsIn(patch))
    await ctx.db
      .updateTable('experiments')
      .set({ ...columnsOf(facts), updatedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    const fields = Object.keys(patch)
    emit(ctx, experimentChanged, { customerId: null, properties: { ...said(ctx, facts), fields } })
    await audit(ctx, 'experiment.changed', ['xpt', id], { changed: fields })
  })
  forgetPageTrial(ctx, id)
}

/** What the patch does not say stays. */
const merge = (stored: StoredExperiment, patch: ExperimentPatch): StoredExperiment => ({
  ...stored,
  ...(Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<StoredExperiment>),
})

/** Who named no control gets another one where the sides changed under it. */
const keptControl = (design: Pick<StoredExperiment, 'holdoutPerMille' | 'variants' | 'control'>, named: string | undefined): string =>
  named ?? (sidesOf(design).includes(design.control) ? design.control : controlOf(design))

/** `checks`: what may be tried at all, asked when a trial starts. */
export async function changeState(ctx: Context, id: number, { state, winner }: StateChange, checks: ThingChecks = {}): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const stored = await findExperiment(ctx, id, true)
    if (stored.state === state) return
    if (stored.state !== before[state])
      throw appError('experiment.wrong_state', {
        status: 409,
        message: `It is ${stored.state}; only what is ${before[state]} can be ${state}.`,
        field: 'state',
      })
    if (state === 'running') await start(ctx, stored, checks)
    if (state === 'stopped') await stop(ctx, stored, winner ?? null)
    if (state === 'archived') await archive(ctx, stored)
    await audit(ctx, `experiment.${state}`, ['xpt', id], { ...(winner ? { winner } : {}) })
  })
  forgetPageTrial(ctx, id)
}

async function start(ctx: Context, stored: StoredExperiment, checks: ThingChecks): Promise<void> {
  if (stored.thing) await checks[stored.thing.kind]?.(ctx, stored.thing, stored)
  const timezone = await timezoneOf(ctx)
  if (stored.plannedEnd !== null && stored.plannedEnd < dayOf(ctx.now(), timezone))
    throw appError('experiment.ends_before_it_starts', { message: 'The planned end is over.', field: 'plannedEnd' })
  if (await takenBy(ctx, stored))
    throw appError('experiment.thing_taken', { status: 409, message: 'Another experiment is running on this.', field: 'thing' })
  await setColumns(ctx, stored.id, { state: 'running', startedAt: ctx.now() })
  emit(ctx, experimentStarted, { customerId: null, properties: said(ctx, stored) })
}

/** Locks the thing's name for the rest of the transaction, so that of two starters one sees the other. */
async function takenBy(ctx: Context, { thing }: StoredExperiment): Promise<boolean> {
  if (!thing) return false
  const name = `${ctx.tenantId} ${thing.kind} ${thing.id} ${thing.step ?? ''}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${`experiment ${name}`}, 0))`.execute(ctx.db)
  const { rows } = await sql`
    select from experiments where tenant_id = ${ctx.tenantId} and state = 'running' and thing_kind = ${thing.kind} and thing_id = ${thing.id}
      and coalesce(thing_step, '') = ${thing.step ?? ''}`.execute(ctx.db)
  return rows.length > 0
}

async function stop(ctx: Context, stored: StoredExperiment, winner: string | null): Promise<void> {
  if (winner !== null && !sidesOf(stored).includes(winner))
    throw appError('experiment.winner_unknown', { message: 'The winner is one of the variants, or holdout.', field: 'winner' })
  await setColumns(ctx, stored.id, { state: 'stopped', stoppedAt: ctx.now(), winner })
  emit(ctx, experimentStopped, { customerId: null, properties: { ...said(ctx, stored), ...(winner === null ? {} : { winner }) } })
}

async function archive(ctx: Context, stored: StoredExperiment): Promise<void> {
  await setColumns(ctx, stored.id, { state: 'archived', archivedAt: ctx.now() })
  emit(ctx, experimentArchived, { customerId: null, properties: said(ctx, stored) })
}

type Columns = Partial<Record<'startedAt' | 'stoppedAt' | 'archivedAt', Date>> & { state: string; winner?: string | null }

const setColumns = (ctx: Context, id: number, columns: Columns) =>
  ctx.db
    .updateTable('experiments')
    .set({ ...columns, updatedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()

const said = (ctx: Context, { id, name }: { id: number; name: string }) => ({
  experiment: publicId(ctx, 'xpt', id),
  experimentName: name,
  by: ctx.actor.name,
})

/** Only a draft goes without a trace: what treated people is archived. */
export const deleteExperiment = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const stored = await findExperiment(ctx, id, true)
    if (stored.state !== 'draft')
      throw appError('experiment.in_flight', { status: 409, message: 'Only drafts can be deleted; archive this one.', field: 'state' })
    await ctx.db.deleteFrom('experiments').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    emit(ctx, experimentDeleted, { customerId: null, properties: said(ctx, stored) })
    await audit(ctx, 'experiment.deleted', ['xpt', id], { name: stored.name })
  })

/** The variants came in other shares than they were dealt out in. Said once an experiment; whether it was said now. */
export const alarmRatio = (ctx: Context, id: number, p: number): Promise<boolean> =>
  inTransaction(ctx, async (ctx) => {
    const alarmed = await ctx.db
      .updateTable('experiments')
      .set({ ratioAlarmedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .where('ratioAlarmedAt', 'is', null)
      .returning(['id', 'name'])
      .executeTakeFirst()
    if (!alarmed) return false
    emit(ctx, experimentRatioAlarmed, { customerId: null, properties: { ...said(ctx, alarmed), p } })
    return true
  })

export type Exposure = { experiment: number; customerId: number; variant: string; ghost: boolean; at?: Date }

/**
 * Writes down that people were treated, or would have been (ghost), inside the caller's transaction. The first exposure of a person
 * counts: later ones change nothing, nor does one under another original of the same person. Experiments that do not run take nobody.
 */
export async function expose(ctx: Context, list: readonly Exposure[]): Promise<void> {
  if (!ctx.pending) throw new Error('people are exposed in the transaction that treats them')
  const names = await requireVariants(ctx, list)
  const canonicals = await holdPersons(
    ctx,
    list.map(({ customerId }) => customerId),
  )
  const asked = list.flatMap(({ customerId, at, experiment, variant, ghost }) => {
    const subject = canonicals.get(customerId)
    return subject === undefined || !names.has(experiment) ? [] : [{ experiment, subject, variant, ghost, at: at ?? ctx.now() }]
  })
  if (asked.length === 0) return
  const { rows } = await sql<{ experiment: number; customer: number; variant: string; ghost: boolean; at: Date }>`
    insert into experiment_exposures (tenant_id, experiment_id, customer_id, variant, ghost, at)
    select distinct on (n.experiment, n.subject) ${ctx.tenantId}::int, n.experiment, n.subject, n.variant, n.ghost, n.at
    from jsonb_to_recordset(${JSON.stringify(asked.map((one, place) => ({ ...one, place })))}::jsonb)
      as n(place int, experiment int, subject int, variant text, ghost boolean, at timestamptz)
    where not exists (select from experiment_exposures x
      where x.tenant_id = ${ctx.tenantId} and x.experiment_id = n.experiment and x.customer_id in (${membersSql('n.subject')}))
    order by n.experiment, n.subject, n.at, n.place
    on conflict do nothing
    returning experiment_id as experiment, customer_id as customer, variant, ghost, at`.execute(ctx.db)
  for (const { experiment, customer, variant, ghost, at } of rows)
    emit(ctx, experimentExposed, {
      customerId: customer,
      at,
      properties: { experiment: publicId(ctx, 'xpt', experiment), experimentName: names.get(experiment) ?? '', variant, ghost },
    })
}

/** Deals these people out for the rest of the caller's transaction, in which `expose` may write down those who are met. */
export async function deal(ctx: Context, experiment: number, customerIds: readonly number[]): Promise<Map<number, Assignment>> {
  await holdPersons(ctx, customerIds)
  return variantsFor(ctx, experiment, customerIds)
}

/** Deals these people out and writes their exposures down, in the caller's transaction: what they get is what is written. */
export async function enrol(ctx: Context, experiment: number, customerIds: readonly number[], at?: Date): Promise<Map<number, Assignment>> {
  const dealt = await deal(ctx, experiment, customerIds)
  await expose(
    ctx,
    [...dealt]
      .filter(([, { exposed }]) => !exposed)
      .map(([customerId, { variant, ghost }]) => ({ experiment, customerId, variant, ghost, ...(at ? { at } : {}) })),
  )
  return dealt
}

/** Names of those of the experiments that run; a variant that is none of theirs is a mistake of the caller. */
async function requireVariants(ctx: Context, list: readonly Exposure[]): Promise<Map<number, string>> {
  const running = new Map<number, string>()
  for (const [id, exposures] of Map.groupBy(list, ({ experiment }) => experiment)) {
    const stored = await findExperiment(ctx, id)
    const sides = sidesOf(stored)
    const stranger = exposures.find(({ variant }) => !sides.includes(variant))
    if (stranger)
      throw appError('experiment.variant_unknown', {
        message: `"${stranger.variant.slice(0, 40)}" is no variant of this experiment.`,
        field: 'variant',
      })
    if (stored.state === 'running') running.set(id, stored.name)
  }
  return running
}

/** Whom these count as, held so until the end of the transaction: a merge waits, or was waited for. */
async function holdPersons(ctx: Context, customerIds: readonly number[]): Promise<Map<number, number>> {
  const ids = [...new Set(customerIds)]
  for (let found = await canonicalIds(ctx, ids); ; ) {
    await lockGroups(ctx, [...new Set(found.values())])
    const again = await canonicalIds(ctx, ids)
    if (ids.every((id) => again.get(id) === found.get(id))) return again
    found = again
  }
}
