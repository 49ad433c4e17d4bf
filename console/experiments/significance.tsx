import { useText } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'

/** What a p-value of one look comes to, at the usual one in twenty. */
export function Significance({ p }: { p: number | null }) {
  const { t } = useText()
  if (p === null) return null
  return <Badge tone={p < 0.05 ? 'good' : 'quiet'}>{t(p < 0.05 ? 'value.significant' : 'value.notSignificant')}</Badge>
}
