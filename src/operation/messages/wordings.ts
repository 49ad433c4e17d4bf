import { runningOn } from '#operation/experiments/queries.ts'
import type { StoredExperiment } from '#operation/experiments/stored.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'

// A message that is said in several ways: a trial deals them out, one a variant, in their order.

const trialOn = (ctx: Context, id: number): Promise<StoredExperiment | undefined> =>
  runningOn(ctx, { kind: 'message', id: publicId(ctx, 'msg', id), step: null })

/** While a trial deals its wordings out, none is added and none taken away. */
export async function requireWordings(ctx: Context, id: number, ways: number): Promise<void> {
  const trial = await trialOn(ctx, id)
  if (trial && trial.variants.length !== ways)
    throw appError('message.on_trial', {
      status: 409,
      message: `The experiment "${trial.name}" tries ${trial.variants.length} wordings of this message. Stop it first.`,
      field: 'wordings',
    })
}

/** Several wordings without anybody who deals them out would be one for everybody. */
export async function requireTrial(ctx: Context, id: number, ways: number): Promise<void> {
  if (ways > 1 && !(await trialOn(ctx, id)))
    throw appError('message.wordings_untried', {
      status: 422,
      message: 'A message with several wordings needs a running experiment on it.',
      field: 'wordings',
    })
}
