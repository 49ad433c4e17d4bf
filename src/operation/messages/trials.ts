import { requireOneTreatment, type ThingCheck } from '#operation/experiments/things.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { findMessage } from './queries.ts'
import { contentsOf } from './stored.ts'

/**
 * A trial on a message leaves people out of it or says it to them in several ways, so it starts before the message does; groups are
 * nobody who could be dealt out.
 */
export const requireMessage: ThingCheck = async (ctx, thing, design) => {
  const message = await findMessage(ctx, internalId(ctx, 'msg', thing.id))
  if (!['draft', 'review', 'scheduled'].includes(message.state))
    throw appError('experiment.message_gone', { status: 422, message: 'This message has begun to leave already.', field: 'thing.id' })
  if (message.toWhom === 'groups')
    throw appError('experiment.message_to_groups', { status: 422, message: 'Try a message to customers.', field: 'thing.id' })
  const ways = contentsOf(message).length
  if (ways === 1) requireOneTreatment(design)
  else if (design.variants.length !== ways)
    throw appError('experiment.variants_unlike_wordings', {
      status: 422,
      message: `This message has ${ways} wordings: have as many variants, in their order.`,
      field: 'variants',
      details: { wordings: ways },
    })
}
