import { enrol } from '#operation/experiments/commands.ts'
import { runningOn, variantsFor } from '#operation/experiments/queries.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import type { HeldOut } from './facts.ts'

type Source = Parameters<HeldOut>[1]

/** Journeys hold people out themselves: at their door and at their steps, before anything is wished. */
const trialOf = async (ctx: Context, { kind, id }: Source) =>
  kind === 'message' ? runningOn(ctx, { kind, id: publicId(ctx, 'msg', id), step: null }) : undefined

/** Whom the trial on a source leaves out. They are dealt out and written down where the message is decided. */
export const enrolHeldOut: HeldOut = async (ctx, source, customerIds) => {
  const trial = await trialOf(ctx, source)
  return trial ? ghosts(await enrol(ctx, trial.id, customerIds)) : new Set()
}

/** The same for a preview: nobody is written down. */
export const foreseeHeldOut: HeldOut = async (ctx, source, customerIds) => {
  const trial = await trialOf(ctx, source)
  return trial ? ghosts(await variantsFor(ctx, trial.id, customerIds)) : new Set()
}

const ghosts = (dealt: ReadonlyMap<number, { ghost: boolean }>): Set<number> =>
  new Set([...dealt].flatMap(([id, { ghost }]) => (ghost ? [id] : [])))
