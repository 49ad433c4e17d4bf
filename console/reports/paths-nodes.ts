import { useText } from '#console/i18n/i18n.ts'
import type { Document } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'

/** `2_/pricing` → the second step, `/pricing`. */
export function nodeOf(key: string): { step: number; node: string } {
  const place = key.indexOf('_')
  return { step: Number(key.slice(0, place)), node: key.slice(place + 1) }
}

/** How a node is called on the page: events by their title, the gap by what it is. */
export function useNodeName(document: Document): (key: string) => string {
  const { t } = useText()
  const title = useEventTitle()
  return (key) => {
    const { node } = nodeOf(key)
    if (node === '...') return t('paths.skipped')
    return document.node === undefined || document.node === 'event' ? title(node) : node
  }
}
