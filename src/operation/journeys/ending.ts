import { journeyLeft } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'

export const endStates = ['done', 'left', 'stopped', 'failed'] as const
export type EndState = (typeof endStates)[number]

export type Ended = { customerId: number; journeyId: number; version: number; state: EndState; reason: string }

/** Tells that they are out, by whichever way. */
export function tellEnded(ctx: Context, name: string, { customerId, journeyId, version, state, reason }: Ended): void {
  emit(ctx, journeyLeft, { customerId, properties: { journey: journeyId, journeyName: name, version, how: state, reason } })
}
