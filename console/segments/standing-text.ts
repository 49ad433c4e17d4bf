import { useText } from '#console/i18n/i18n.ts'
import { useLayerName } from '#console/segments/standing-fields.tsx'
import type { RuleTree } from '#console/segments/tree.ts'
import { exactNumber } from '#console/ui/format.ts'
import type { healthKeys, healthReasons } from '#insight/reports/layers/rules.ts'
import { quadrants } from '#insight/reports/quadrant/schema.ts'
import { rfmGroups } from '#insight/reports/rfm/rfm.ts'

/** Where the report found somebody, in words; undefined for conditions of another kind. */
export function useStandingText(): (leaf: RuleTree, known: Record<string, unknown>) => string | undefined {
  const { t, language } = useText()
  const layerName = useLayerName()
  const named = <One extends { name: string; nameEn: string }>(one: One | undefined) => (language === 'zh' ? one?.name : one?.nameEn) ?? '—'
  const number = (value: unknown) => exactNumber(Math.round(Number(value) * 10) / 10)
  return (leaf, known) => {
    const isKnown = Object.keys(known).length > 0
    if (!['layer', 'quadrant', 'rfm', 'high_value', 'score'].some((kind) => kind in leaf)) return undefined
    if (!isKnown) return t('segments.found.nowhere')
    if ('layer' in leaf) {
      const reasons = (known.reasons as (typeof healthReasons)[number][]).map((reason) => t(`value.reasons.${reason}`))
      return [layerName(String(known.layer)), t(`value.healths.${known.health as (typeof healthKeys)[number]}`), ...reasons].join(' · ')
    }
    if ('quadrant' in leaf)
      return `${named(quadrants.find(({ key }) => key === known.quadrant))} · ${t('segments.found.buys', { count: Number(known.frequency), value: number(known.orderValue) })}`
    if ('rfm' in leaf)
      return `${named(rfmGroups.find(({ name }) => name === known.group))} · R${String(known.r)} F${String(known.f)} M${String(known.m)}`
    const score = t('segments.found.score', { score: number(known.score) })
    return 'high_value' in leaf
      ? `${score} · ${t('segments.found.rank', { rank: number(known.rank), customers: number(known.customers) })}`
      : score
  }
}
