import { type Believed, believe } from '#platform/believe.ts'
import type { Context, Installation } from '#platform/context.ts'
import { AppError, notFound } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { remember } from '#platform/remember.ts'
import { heldOutOfAll } from './control-queries.ts'
import { sidesOf } from './design.ts'
import { variantsFor } from './queries.ts'
import { holdout } from './schema.ts'
import { openSlip, type Slip, sealSlip } from './slip.ts'
import { findExperiment, type StoredExperiment } from './stored.ts'

// Trials on pages of the company. Anybody may ask, so nothing but a variant is told, of nothing but pages.

/** `variant` is null for the page as it is. The slip comes back when that has been shown; without one nobody is in a trial. */
export type PageAnswer = { variant: string | null; slip?: string }

type Asked = {
  /** As it is called outside. */
  experiment: string
  /** What this browser was dealt before. */
  slip: string | undefined
  /** Finds or makes the customer who asks. Machines are nobody, and see the page as it is. */
  who: () => Promise<number | undefined>
}

const asItIs: PageAnswer = { variant: null }

/**
 * What a page shows to whoever asks. A browser keeps what it was dealt for as long as the trial runs, also when it turns out later
 * whose it is; everybody else is dealt by whom they count as. When the trial is over, everybody sees its winner.
 */
export async function answerPage(ctx: Context, { experiment, slip, who }: Asked): Promise<PageAnswer> {
  const id = internalId(ctx, 'xpt', experiment)
  const { state, winner } = await findPageTrial(ctx, id)
  if (state !== 'running') return winner === null ? asItIs : shown(winner)
  const before = slip === undefined ? undefined : openSlip(ctx, slip)
  const kept = before?.experiment === id ? before : undefined
  const customerId = kept?.customerId ?? (await who())
  if (customerId === undefined || (await heldOutOfAll(ctx, [customerId])).size > 0) return asItIs
  if (kept && slip !== undefined) return { ...shown(kept.variant), slip }
  const dealt = (await variantsFor(ctx, id, [customerId])).get(customerId)
  if (!dealt) return asItIs
  const { variant, ghost } = dealt
  return { ...shown(variant), slip: sealSlip(ctx, { experiment: id, customerId, variant, ghost, dealtAt: ctx.now() }) }
}

/** Slips outlive a database that is restored from before them. */
export async function knowsVariant(ctx: Context, { experiment, variant }: Pick<Slip, 'experiment' | 'variant'>): Promise<boolean> {
  const trial = await findPageTrial(ctx, experiment).catch((error: unknown) => {
    if (error instanceof AppError && error.status === 404) return undefined
    throw error
  })
  return trial !== undefined && sidesOf(trial).includes(variant)
}

const shown = (variant: string): PageAnswer => ({ variant: variant === holdout ? null : variant })

/** How long a trial that was read is believed: pages are opened by the thousand, trials are stopped once a month. */
const believedMs = 2_000

const memory = new WeakMap<Installation['databases'], Believed<string, StoredExperiment>>()

/** After a change: this process asks again, others within two seconds. */
export const forgetPageTrial = (ctx: Context, id: number): void => void memory.get(ctx.databases)?.delete(keyOf(ctx, id))

const keyOf = ({ tenantId }: Context, id: number): string => `${tenantId} ${id}`

/** 404 also for a trial on anything else than a page: of those nobody learns anything here. */
async function findPageTrial(ctx: Context, id: number): Promise<StoredExperiment> {
  const known = remember(memory, ctx.databases, (): Believed<string, StoredExperiment> => new Map())
  const trial = await believe(known, keyOf(ctx, id), believedMs, () => findExperiment(ctx, id))
  if (trial.thing?.kind !== 'page') throw notFound('experiment')
  return trial
}
