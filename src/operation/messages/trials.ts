import { requireOneTreatment, type ThingCheck } from '#operation/experiments/things.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { findMessage } from './queries.ts'

/** A trial on a message leaves people out of it, so it starts before the message does; groups are nobody who could be left out. */
export const requireMessage: ThingCheck = async (ctx, thing, design) => {
  const { state, toWhom } = await findMessage(ctx, internalId(ctx, 'msg', thing.id))
  if (!['draft', 'review', 'scheduled'].includes(state))
    throw appError('experiment.message_gone', { status: 422, message: 'This message has begun to leave already.', field: 'thing.id' })
  if (toWhom === 'groups')
    throw appError('experiment.message_to_groups', { status: 422, message: 'Try a message to customers.', field: 'thing.id' })
  requireOneTreatment(design)
}
