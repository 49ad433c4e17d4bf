import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { useTenant } from '#console/api/session.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { useAttributes } from '#console/reports/queries.ts'
import type { Explained } from '#console/segments/queries.ts'
import { useStandingText } from '#console/segments/standing-text.ts'
import { kindOf, type RuleTree } from '#console/segments/tree.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { exactNumber, percent, shortTime } from '#console/ui/format.ts'

/** The rule once more, with yes and no at every place and what was found of this person. */
export function ExplainedTree({ tree }: { tree: Explained }): ReactNode {
  const { t } = useText()
  const found = useFound()
  const parts = tree.and ?? tree.or ?? (tree.not ? [tree.not] : tree.rule ? [tree.rule] : [])
  const kind = tree.leaf && kindOf(tree.leaf)
  const name = kind
    ? t(`segments.kinds.${kind}`)
    : tree.not
      ? t('segments.isNot')
      : (tree.name ?? t(tree.or ? 'segments.joints.or' : 'segments.joints.and'))
  return (
    <div className="rule-explained">
      <span className="row">
        {tree.holds ? (
          <CheckCircleFilled className="rule-yes" aria-label={t('segments.yes')} />
        ) : (
          <CloseCircleFilled className="rule-no" aria-label={t('segments.no')} />
        )}
        <span>{name}</span>
      </span>
      {tree.leaf && <span className="note">{found(tree.leaf, tree.value)}</span>}
      {parts.length > 0 && (
        <div className="rule-explained-parts">
          {parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a tree has nothing but its places
            <ExplainedTree key={index} tree={part} />
          ))}
        </div>
      )}
    </div>
  )
}

/** What was found, in words. */
function useFound(): (leaf: RuleTree, value: unknown) => string {
  const { t, language } = useText()
  const titleOf = useEventTitle()
  const zone = useTenant().timezone
  const groups = useTagGroups()
  const attributes = useAttributes()
  const propertyName = (key: string) =>
    textOr(`segments.builtIns.${key}`, attributes.data?.items.find((one) => one.key === key)?.name ?? key)
  const standingText = useStandingText()
  const tagName = (id: string) => groups.data?.items.flatMap(({ tags }) => tags).find((tag) => tag.id === id)?.name ?? id
  return (leaf, value) => {
    const known = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    if ('tag' in leaf) return (known.tags as string[]).map(tagName).join(t('ui.comma')) || t('segments.found.noTags')
    if ('event' in leaf) {
      const { event } = leaf.event as { event: string }
      const last = typeof known.last === 'string' ? t('segments.found.last', { at: shortTime(known.last, zone, language) }) : ''
      return [titleOf(event), t('segments.found.times', { count: Number(known.count ?? 0) }), last].filter(Boolean).join(' · ')
    }
    if ('orders' in leaf) return ordersText(known, t)
    if ('points' in leaf || 'member_level' in leaf) return latestText(known, t, (at) => shortTime(at, zone, language))
    if ('follow' in leaf)
      return t('segments.found.follows', { count: (known.follows as { live: boolean }[]).filter(({ live }) => live).length })
    if ('group' in leaf)
      return t('segments.found.groups', { count: (known.groups as { member: boolean }[]).filter(({ member }) => member).length })
    if ('sequence' in leaf) return t(known.times ? 'segments.found.sequence' : 'segments.found.noSequence')
    if ('random' in leaf) return t('segments.found.place', { share: percent(Number(value), 1) })
    const standing = standingText(leaf, known)
    if (standing !== undefined) return standing
    if ('attribute' in leaf)
      return `${propertyName((leaf.attribute as { property: string }).property)}: ${value === null ? '—' : String(value)}`
    return t(value ? 'segments.yes' : 'segments.no')
  }
}

/** Points or a level as they were told last. */
function latestText(known: Record<string, unknown>, t: Translate, when: (at: string) => string): string {
  if (typeof known.at !== 'string') return t('segments.found.neverTold')
  const number = typeof known.number === 'number' ? exactNumber(known.number) : undefined
  const name = typeof known.name === 'string' ? known.name : undefined
  return [
    name ?? number,
    ...(name && number ? [t('segments.found.level', { level: number })] : []),
    t('segments.found.told', { at: when(known.at) }),
  ]
    .filter(Boolean)
    .join(' · ')
}

const ordersText = (known: Record<string, unknown>, t: Translate): string =>
  [
    t('segments.found.orders', { count: Number(known.count ?? 0) }),
    `${exactNumber(Number(known.amount ?? 0))} ${String(known.currency ?? '')}`,
    ...(typeof known.lastDaysAgo === 'number' ? [t('segments.found.lastOrder', { days: known.lastDaysAgo })] : []),
  ].join(' · ')
