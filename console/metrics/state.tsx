import { Link } from '@tanstack/react-router'
import { useEventTitle } from '#console/events/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { DictionaryEntry } from '#console/metrics/queries.ts'
import { Badge } from '#console/ui/tag-chips.tsx'

/** What a metric waits for, and where that is connected. */
export function State({ entry }: { entry: DictionaryEntry }) {
  const { t, language } = useText()
  const titleOf = useEventTitle()
  if (entry.state === 'fed') return <Badge tone="good">{t('metrics.states.fed')}</Badge>
  const at = entry.state === 'unfed' ? 'events' : entry.waitsFor?.at
  const source = entry.waitsFor?.[language] ?? entry.feeds.map(titleOf).join(t('ui.comma'))
  return (
    <span className="note">
      {t('metrics.waitsFor', { source })} {at === 'events' && <Link to="/events">{t('metrics.connectEvents')}</Link>}
      {at === 'imports' && <Link to="/imports">{t('metrics.connectImports')}</Link>}
    </span>
  )
}
