import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { MessageItem } from '#operation/messages/schema.ts'
import { failures, type SendItem, suppressions, waits } from '#operation/outbound/schema.ts'

const messageTones = {
  draft: 'quiet',
  review: 'waiting',
  scheduled: 'waiting',
  sending: 'plain',
  done: 'good',
  cancelled: 'quiet',
  stopped: 'bad',
} as const

export const MessageState = ({ state }: { state: MessageItem['state'] }) => {
  const { t } = useText()
  return <Badge tone={messageTones[state]}>{t(`outbound.states.${state}`)}</Badge>
}

export const momentTones = {
  draft: 'quiet',
  review: 'waiting',
  scheduled: 'waiting',
  calling: 'quiet',
  unknown: 'waiting',
  creating: 'quiet',
  published: 'good',
  cancelled: 'quiet',
  failed: 'bad',
} as const

const sendTones = {
  intended: 'quiet',
  waiting: 'waiting',
  tasked: 'plain',
  unknown: 'waiting',
  sent: 'good',
  suppressed: 'quiet',
  failed: 'bad',
  cancelled: 'quiet',
} as const

export const SendState = ({ state }: { state: SendItem['state'] }) => {
  const { t } = useText()
  return <Badge tone={sendTones[state]}>{t(`outbound.sendStates.${state}`)}</Badge>
}

const reasons = [...suppressions, ...waits, ...failures]

/** A newer server may know reasons that this page does not. */
export function reasonText(t: Translate, reason: string | null): string {
  const known = reasons.find((one) => one === reason)
  return known ? t(`outbound.reasons.${known}`) : (reason ?? '')
}

export const reasonOptions = (t: Translate) => reasons.map((value) => ({ value, label: t(`outbound.reasons.${value}`) }))

export const sentOf = ({ counts }: Pick<MessageItem, 'counts'>): number =>
  counts.filter(({ state }) => state === 'sent').reduce((sum, { count }) => sum + count, 0)

/** A, B, C …: wordings by their place, the content being A. */
export const wordingLetter = (place: number): string => String.fromCharCode(65 + place)
