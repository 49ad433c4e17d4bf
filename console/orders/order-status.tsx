import { textOr } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'

export const statusName = (status: string): string => textOr(`orders.statuses.${status}`, status)

export function StatusBadge({ status }: { status: string }) {
  const tone = /refund/.test(status)
    ? 'bad'
    : /paid|shipped|completed|finished/.test(status)
      ? 'good'
      : /closed|cancelled/.test(status)
        ? 'quiet'
        : 'waiting'
  return <Badge tone={tone}>{statusName(status)}</Badge>
}
