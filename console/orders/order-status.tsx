import { textOr } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { OrderStatus } from '#conversion/orders/schema.ts'

type Tone = 'good' | 'waiting' | 'bad' | 'quiet' | 'plain'

const tones: Record<OrderStatus, Tone> = {
  unpaid: 'waiting',
  paid: 'good',
  shipped: 'good',
  received: 'good',
  completed: 'good',
  closed: 'quiet',
  unknown: 'waiting',
}

export const statusName = (status: string): string => textOr(`orders.statuses.${status}`, status)

export const StatusBadge = ({ status }: { status: OrderStatus }) => <Badge tone={tones[status]}>{statusName(status)}</Badge>
