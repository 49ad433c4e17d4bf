/** A rule as the editor holds it: the document itself, changed piece by piece. */
export type RuleTree = Record<string, unknown>

export const leafKinds = [
  'attribute',
  'tag',
  'follow',
  'group',
  'event',
  'sequence',
  'orders',
  'points',
  'member_level',
  'rfm',
  'layer',
  'quadrant',
  'high_value',
  'score',
  'segment',
  'random',
  'customers',
] as const
export type LeafKind = (typeof leafKinds)[number]

/** Those that the menu offers; people named one by one come from elsewhere. */
export const offeredKinds = leafKinds.filter((kind) => kind !== 'customers')

export const partsOf = (rule: RuleTree): RuleTree[] | undefined =>
  Array.isArray(rule.and) ? (rule.and as RuleTree[]) : Array.isArray(rule.or) ? (rule.or as RuleTree[]) : undefined

export const kindOf = (rule: RuleTree): LeafKind | undefined => leafKinds.find((kind) => kind in rule)

/** "Not" stands as a switch at what it turns round. */
export const positive = (rule: RuleTree): { inner: RuleTree; negated: boolean } =>
  isTree(rule.not) ? { inner: rule.not, negated: true } : { inner: rule, negated: false }

export const negate = (rule: RuleTree, negated: boolean): RuleTree => (negated ? { not: rule } : rule)

const isTree = (value: unknown): value is RuleTree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The page shows a list of conditions; a rule that is one condition is a list of one. */
export const asGroup = (rule: RuleTree): RuleTree => (partsOf(rule) ? rule : { and: [rule] })

export function freshLeaf(kind: LeafKind): RuleTree {
  switch (kind) {
    case 'attribute':
      return { attribute: { property: '', op: 'eq', value: '' } }
    case 'tag':
      return { tag: { any: [] } }
    case 'follow':
      return { follow: { state: 'live' } }
    case 'group':
      return { group: { state: 'member' } }
    case 'event':
      return { event: { event: '', count: { gte: 1 }, within: { last: 30, unit: 'day' } } }
    case 'sequence':
      return { sequence: { steps: [{ event: '' }, { event: '' }], window: { value: 7, unit: 'day' } } }
    case 'orders':
      return { orders: { count: { gte: 1 } } }
    case 'points':
      return { points: { gte: 100 } }
    case 'member_level':
      return { member_level: { is: [] } }
    case 'rfm':
      return { rfm: { groups: [] } }
    case 'layer':
      return { layer: {} }
    case 'quadrant':
      return { quadrant: { quadrants: [] } }
    case 'high_value':
      return { high_value: { share: 0.2 } }
    case 'score':
      return { score: { of: 'relationship', gte: 60 } }
    case 'segment':
      return { segment: '' }
    case 'random':
      return { random: { salt: Math.random().toString(36).slice(2, 8), from: 0, to: 0.1 } }
    case 'customers':
      return { customers: [] }
  }
}

/** Whether everything is chosen that must be; until then there is nothing to count. */
export const isWhole = (rule: RuleTree): boolean => lacksIn(rule).length === 0

/** A condition that is not chosen yet: where it stands in the editor, and of what kind it is; a group lacks conditions. */
export interface Lack {
  place: string
  kind: LeafKind | 'group'
}

/** The place of a part of the group at this place; a group at the top has none. */
export const placeOf = (group: string, index: number): string => `${group}.${index}`

export function lacksIn(rule: RuleTree, place = ''): Lack[] {
  const { inner } = positive(rule)
  const parts = partsOf(inner)
  // No condition at all is everybody; a group within has been begun and asks nothing.
  if (parts?.length === 0) return place === '' ? [] : [{ place, kind: 'group' }]
  if (parts) return parts.flatMap((part, index) => lacksIn(part, placeOf(place, index)))
  const kind = kindOf(inner)
  return kind && isLeafWhole(kind, inner[kind]) ? [] : [{ place, kind: kind ?? 'group' }]
}

function isLeafWhole(kind: LeafKind, value: unknown): boolean {
  if (kind === 'segment') return value !== ''
  const leaf = value as Record<string, unknown>
  const listed = (key: string) => Array.isArray(leaf[key]) && leaf[key].length > 0
  switch (kind) {
    case 'attribute':
      return (
        leaf.property !== '' && (leaf.op === 'exists' || (leaf.value !== '' && !(Array.isArray(leaf.value) && leaf.value.length === 0)))
      )
    case 'tag':
      return ['any', 'all', 'none'].some(listed)
    case 'event':
      return leaf.event !== ''
    case 'sequence':
      return (leaf.steps as { event: string }[]).every(({ event }) => event !== '')
    case 'member_level':
      return listed('is') || listed('isNot') || leaf.level !== undefined
    case 'rfm':
      return listed('groups')
    case 'quadrant':
      return listed('quadrants')
    case 'layer':
      return ['layers', 'health', 'reasons'].some(listed) || leaf.movedFrom !== undefined
    case 'orders':
      return Object.keys(leaf).length > 0
    default:
      return true
  }
}
