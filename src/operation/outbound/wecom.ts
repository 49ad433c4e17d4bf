import type { WecomPart } from '#management/wecom/parts.ts'
import { syncUnreached } from './unreached.ts'

/** What mass messages add to the life of a corp. */
export const massMessagesOfWecom: WecomPart = { handlers: {}, steps: [{ name: 'mass_messages', work: syncUnreached }] }
