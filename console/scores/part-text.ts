import { useText } from '#console/i18n/i18n.ts'
import { exactNumber } from '#console/ui/format.ts'
import type { ScorePart } from '#insight/reports/score/rules.ts'

type Facts = Record<string, number | null>

/** What stands behind a part, in words: how often, how long, how many of how many. */
export function usePartText(): (part: ScorePart, facts: Facts) => string {
  const { t } = useText()
  return (part, facts) => {
    const number = (key: string) => exactNumber(Math.floor(facts[key] ?? 0))
    switch (part) {
      case 'replies':
        return t('scores.fact.replies', { part: number('replied'), whole: number('asked') })
      case 'onTime':
        return t('scores.fact.onTime', { part: number('inTime'), whole: number('expected') })
      case 'tenure':
        return t('scores.fact.tenure', { value: number('tenureDays') })
      case 'nps':
        return facts.nps === null ? '—' : t('scores.fact.nps', { value: number('nps') })
      default:
        return t(`scores.fact.${part}`, { value: number(part) })
    }
  }
}
