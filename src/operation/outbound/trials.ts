import { enrol } from '#operation/experiments/commands.ts'
import { type Assignment, runningOn, variantsFor } from '#operation/experiments/queries.ts'
import type { StoredExperiment } from '#operation/experiments/stored.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import type { Dealing, Lot } from './facts.ts'

type Source = Parameters<Dealing>[1]

/** Journeys hold people out themselves: at their door and at their steps, before anything is wished. */
const trialOf = async (ctx: Context, { kind, id }: Source) =>
  kind === 'message' ? runningOn(ctx, { kind, id: publicId(ctx, 'msg', id), step: null }) : undefined

/** What the trial on a source deals these people. They are dealt out and written down where the message is decided. */
export const dealForGood: Dealing = async (ctx, source, customerIds) => {
  const trial = await trialOf(ctx, source)
  return trial ? lotsOf(trial, await enrol(ctx, trial.id, customerIds)) : new Map()
}

/** The same for a preview: nobody is written down. */
export const foreseeDeal: Dealing = async (ctx, source, customerIds) => {
  const trial = await trialOf(ctx, source)
  return trial ? lotsOf(trial, await variantsFor(ctx, trial.id, customerIds)) : new Map()
}

/** Wordings and variants are in one order. */
const lotsOf = ({ variants }: StoredExperiment, dealt: ReadonlyMap<number, Assignment>): Map<number, Lot> =>
  new Map(
    [...dealt].map(([id, { ghost, variant }]) => [
      id,
      {
        ghost,
        place: Math.max(
          0,
          variants.findIndex(({ key }) => key === variant),
        ),
      },
    ]),
  )
