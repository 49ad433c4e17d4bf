import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { deal, enrol, expose } from '../experiments/commands.ts'
import { heldOutOfAll } from '../experiments/control-queries.ts'
import { runningOn, runningUnder, variantsFor } from '../experiments/queries.ts'
import { requireOneTreatment, type ThingCheck } from '../experiments/things.ts'
import type { Lot } from './advance.ts'
import type { Issue } from './check.ts'
import { Definition, isTreatment, type Step } from './definition.ts'

// Trials on a journey: at its door (the whole journey is the treatment) and at single steps.

/** What a trial, or the company-wide control group, has in store for people at steps. */
export type Lots = {
  of: (step: Step, customer: number) => Lot | undefined
  /** Writes down who stood there, in the transaction that moves them. */
  expose: (met: readonly { step: string; customerId: number }[]) => Promise<void>
}

/** Steps that reach somebody and pass no gate that would know the control group. */
const reaching: readonly Step['type'][] = ['task', 'notice', 'sms', 'offer']

/** Deals these people out at every step of the journey that a trial runs on; nobody is written down before they stand there. */
export async function dealSteps(ctx: Context, journey: number, customerIds: readonly number[]): Promise<Lots> {
  const { trials, of } = await lotsAt(ctx, await trialsOnSteps(ctx, journey), customerIds, await heldOutOfAll(ctx, customerIds), deal)
  return {
    of,
    expose: (met) =>
      expose(
        ctx,
        met.flatMap(({ step, customerId }) => {
          const trial = trials.get(step)
          const lot = trial?.dealt.get(customerId)
          return trial && lot && !lot.exposed ? [{ experiment: trial.id, customerId, variant: lot.variant, ghost: lot.ghost }] : []
        }),
      ),
  }
}

type Trial = { id: number; name: string; variants: readonly Variant[]; dealt: Dealt }
type Variant = { key: string; name: string }
type Dealt = Awaited<ReturnType<typeof deal>>

const trialAtDoor = (ctx: Context, journey: number) => runningOn(ctx, { kind: 'journey', id: publicId(ctx, 'jny', journey), step: null })

const trialsOnSteps = (ctx: Context, journey: number) => runningUnder(ctx, 'journey_step', publicId(ctx, 'jny', journey))

async function lotsAt(
  ctx: Context,
  running: Awaited<ReturnType<typeof trialsOnSteps>>,
  customerIds: readonly number[],
  control: ReadonlySet<number>,
  dealing: typeof deal,
) {
  const others = customerIds.filter((id) => !control.has(id))
  const trials = new Map<string, Trial>()
  for (const { id, name, variants, thing } of running)
    if (thing?.step) trials.set(thing.step, { id, name, variants, dealt: await dealing(ctx, id, others) })
  const of = (step: Step, customer: number): Lot | undefined => {
    if (control.has(customer)) return reaching.includes(step.type) ? { ghost: true } : undefined
    const trial = trials.get(step.id)
    const lot = trial?.dealt.get(customer)
    if (!trial || !lot) return undefined
    return lot.ghost ? { ghost: true } : { place: trial.variants.findIndex(({ key }) => key === lot.variant), of: trial.variants.length }
  }
  return { trials, of }
}

/** What trials have in store for people who only might come. */
export type ForeseenTrials = {
  of: Lots['of']
  /** Held out at the door by the trial on the whole journey. */
  held: ReadonlySet<number>
  /** In the company-wide control group: no trial has them, and the gate lets no marketing through to them. */
  control: ReadonlySet<number>
  /** What this person drew at a step, or, without one, at the door; nothing where no trial has them. */
  drawn: (customer: number, step: string | null) => { experiment: number; name: string; variant: string | null } | undefined
}

/**
 * The same trials as `dealSteps` and `holdAtDoor` ask, and none for a drawing of no journey; nobody is written down, or kept from
 * being merged.
 */
export async function foreseeTrials(ctx: Context, journey: number | undefined, customerIds: readonly number[]): Promise<ForeseenTrials> {
  const control = await heldOutOfAll(ctx, customerIds)
  const running = journey === undefined ? [] : await trialsOnSteps(ctx, journey)
  const { trials, of } = await lotsAt(ctx, running, customerIds, control, variantsFor)
  const door = journey === undefined ? undefined : await trialAtDoor(ctx, journey)
  const others = customerIds.filter((id) => !control.has(id))
  const atDoor: Trial | undefined = door && { ...door, dealt: await variantsFor(ctx, door.id, others) }
  const drawn: ForeseenTrials['drawn'] = (customer, step) => {
    const trial = step === null ? atDoor : trials.get(step)
    const lot = trial?.dealt.get(customer)
    if (!trial || !lot) return undefined
    const variant = lot.ghost ? null : (trial.variants.find(({ key }) => key === lot.variant)?.name ?? lot.variant)
    return { experiment: trial.id, name: trial.name, variant }
  }
  return { of, control, drawn, held: ghostsIn(atDoor?.dealt ?? new Map()) }
}

const ghostsIn = (dealt: Dealt): Set<number> => new Set([...dealt].flatMap(([id, { ghost }]) => (ghost ? [id] : [])))

/** A run that has just begun. */
export type Newcomer = { id: number; customerId: number }

/**
 * Who of these newcomers the trial on the whole journey leaves out. Their run ends where it begins, so that they are no newcomers
 * the next time either.
 */
export async function holdAtDoor(ctx: Context, journey: number, newcomers: readonly Newcomer[]): Promise<ReadonlySet<number>> {
  const trial = await trialAtDoor(ctx, journey)
  if (!trial) return new Set()
  const customerIds = newcomers.map(({ customerId }) => customerId)
  const control = await heldOutOfAll(ctx, customerIds)
  const dealt = await enrol(
    ctx,
    trial.id,
    customerIds.filter((id) => !control.has(id)),
  )
  const held = ghostsIn(dealt)
  await sql`
    update journey_runs set state = 'left', reason = 'held_out', wake_at = null, ended_at = ${ctx.now()}
    where tenant_id = ${ctx.tenantId} and id = any(${newcomers.flatMap(({ id, customerId }) => (held.has(customerId) ? [id] : []))}::bigint[])`.execute(
    ctx.db,
  )
  return held
}

/**
 * What of a drawing would break a trial in flight: its step is gone, or is no longer what it is in the version that runs, which the
 * trial began with or which was let through here since.
 */
export async function trialIssues(ctx: Context, journey: number, { steps }: Definition): Promise<Issue[]> {
  const publicJourney = publicId(ctx, 'jny', journey)
  const trials = await trialsOnSteps(ctx, journey)
  if (trials.length === 0) return []
  const tried = await publishedSteps(ctx, publicJourney)
  return trials.flatMap(({ name, thing }): Issue[] => {
    const step = steps.find(({ id }) => id === thing?.step)
    const before = tried.find(({ id }) => id === thing?.step)
    return step && before && isDeepStrictEqual(triedOf(step), triedOf(before))
      ? []
      : [
          {
            step: thing?.step ?? null,
            field: step?.type === 'split' ? 'paths' : 'id',
            code: 'journey.trial_in_flight',
            message: `The experiment "${name}" runs on this step and needs it as it is. Stop it first.`,
            severity: 'error',
          },
        ]
  })
}

/** What people on trial meet at a step. Shares are the trial's own; what comes behind an act, its name and its place are no part of it. */
function triedOf(step: Step): unknown {
  if (step.type === 'split') return step.paths.map(({ name, next }) => ({ name, next }))
  const { name: _name, at: _at, ...act } = step
  return { ...act, next: null }
}

export const requireJourney: ThingCheck = async (ctx, thing, design) => {
  await publishedSteps(ctx, thing.id)
  requireOneTreatment(design)
}

/** A step that acts is done or left undone; the paths of a split are the variants, in their order. */
export const requireStep: ThingCheck = async (ctx, thing, design) => {
  const step = (await publishedSteps(ctx, thing.id)).find(({ id }) => id === thing.step)
  if (!step)
    throw appError('experiment.step_unknown', { status: 422, message: 'The journey that runs has no such step.', field: 'thing.step' })
  if (step.type !== 'split') {
    if (!isTreatment(step))
      throw appError('experiment.step_untried', {
        status: 422,
        message: 'Choose a step that does something to people, or one that splits them.',
        field: 'thing.step',
      })
    return requireOneTreatment(design)
  }
  if (design.holdoutPerMille > 0)
    throw appError('experiment.split_without_holdout', {
      status: 422,
      message: 'Whoever comes to a split takes one of its paths: hold nobody out, and let one path do nothing.',
      field: 'holdoutPerMille',
    })
  if (step.paths.length !== design.variants.length)
    throw appError('experiment.paths_and_variants', {
      status: 422,
      message: `The split has ${step.paths.length} paths: as many variants belong to it.`,
      field: 'variants',
    })
}

/** Of the version that people enter by; no other is published before this transaction ends. */
async function publishedSteps(ctx: Context, publicJourney: string): Promise<readonly Step[]> {
  const journey = await ctx.db
    .selectFrom('journeys')
    .select(['id', 'version'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', internalId(ctx, 'jny', publicJourney))
    .forShare()
    .executeTakeFirst()
  if (!journey) throw notFound('journey')
  const version = await ctx.db
    .selectFrom('journeyVersions')
    .select('definition')
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', journey.id)
    .where('version', '=', journey.version)
    .executeTakeFirst()
  if (!version) throw appError('experiment.journey_not_started', { status: 422, message: 'Start this journey first.', field: 'thing.id' })
  return Definition.parse(version.definition).steps
}
