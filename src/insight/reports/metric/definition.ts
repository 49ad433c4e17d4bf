import type { Condition } from '#platform/events/where.ts'
import { answeredNps, defaultScores, received, type ScoreKind, sent } from '../score/rules.ts'
import type { Measure } from '../trend/schema.ts'

/** Facts a part looks at: events by name, any event, or the acts of the customer's own. */
export type Facts = { events: readonly string[] | 'any' | 'acts'; where?: Condition }

/** How a part's rows come out of the facts. */
export type Rows =
  | ({ kind: 'flow' } & Facts)
  /** The first of each person ever. */
  | ({ kind: 'first' } & Facts)
  /** Persons with at least so many of them in the time that is looked at. */
  | ({ kind: 'repeat'; atLeast: number } & Facts)
  /** Days since the same person's one before. */
  | ({ kind: 'gap' } & Facts)
  /** Days from the person's first start to their first end, told at the end. */
  | { kind: 'since'; start: Facts; end: Facts }
  /** Starts that were followed by something of the same person within hours; those that still have time are not counted, followed or not. */
  | { kind: 'after'; start: Facts; then: Facts; hours: number; counted: 'matched' | 'settled' }
  /** Who has a live friendship, or is in a group, when an interval ends. */
  | { kind: 'live'; of: 'follow' | 'group' }
  /** Who is in a group when an interval ends: of them those who are somebody's friend then, or who spoke in a group within it. */
  | { kind: 'members'; who: 'friends' | 'spoke' }
  /** Live friendships with an act of the customer's own since the add. */
  | { kind: 'valid' }
  /** Acts of one's own within so many days before an interval ends. */
  | { kind: 'active'; days: number }
  /** Live friendships without such an act for as many days as the company says. */
  | { kind: 'silent' }
  /** The last live friendship ended, and not by handing over. */
  | { kind: 'churned' }
  /** Scores when an interval ends, of everybody who has one. */
  | { kind: 'score'; of: ScoreKind }
  /** Whoever did it at any time before an interval ends. */
  | ({ kind: 'ever' } & Facts)
  /** Of other rows those of whoever is a friend when the interval ends. */
  | { kind: 'friends'; of: Rows }
  /** Facts and what others hold in a property of the same value: those that have one, those that have none, or told of the other's person. */
  | ({ kind: 'linked'; by: string; other: Facts & { by: string }; kept: 'with' | 'without' | 'other' } & Facts)
  /** What customers say to one employee in a row, told at its first word, with the minutes to the answer. */
  | { kind: 'turns'; counted: Turns }
  /** What channels cost, by the day it was spent. */
  | { kind: 'spend' }

/** `settled` have no time left to be answered in, `late` are those of them that were not; `answered` at any time, `replied` with time left too. */
export type Turns = 'settled' | 'answered' | 'late' | 'replied'

export type Part = { zh: string; en: string; rows: Rows; measure: Measure | { of: 'days' } }

export const units = ['persons', 'count', 'money', 'share', 'days', 'minutes', 'number'] as const
export type Unit = (typeof units)[number]
export const loops = ['growth', 'operation', 'conversion', 'effect', 'value'] as const
export type Loop = (typeof loops)[number]
export const aarrr = ['acquisition', 'activation', 'retention', 'revenue', 'referral'] as const

export type Metric = {
  key: string
  zh: string
  en: string
  /** Null for the company's own. */
  loop: Loop | null
  stage?: (typeof aarrr)[number]
  unit: Unit
  better: 'more' | 'less'
  /** What is computed, in words. */
  formula: { zh: string; en: string }
  parts: readonly Part[]
  /** Over the parts A, B, …; the first part alone where it is absent. */
  expression?: string
  /** Dimensions beside channel, employee and tag. */
  dimensions?: readonly string[]
}

/** In the dictionary, and computed once its source is there. */
export type WaitingMetric = Pick<Metric, 'key' | 'zh' | 'en' | 'stage' | 'formula'> & {
  loop: Loop
  waitsFor: { zh: string; en: string /** Where to connect it. */; at: 'events' | 'imports' | 'feature' }
}

/** Which events feed a metric. */
export function feedsOf({ parts }: Pick<Metric, 'parts'>): string[] {
  const names = parts.flatMap(({ rows }) => feedsOfRows(rows))
  return [...new Set(names)].sort()
}

function feedsOfRows(rows: Rows): string[] {
  if (rows.kind === 'spend') return []
  if (rows.kind === 'live') return rows.of === 'follow' ? followNames : groupNames
  if (rows.kind === 'members') return [...groupNames, ...(rows.who === 'friends' ? followNames : [spoke])]
  if (rows.kind === 'churned') return followNames
  if (rows.kind === 'score') return scoreNames[rows.of]
  if (rows.kind === 'valid' || rows.kind === 'silent') return [...followNames, '*']
  if (rows.kind === 'active') return ['*']
  if (rows.kind === 'friends') return [...followNames, ...feedsOfRows(rows.of)]
  if (rows.kind === 'linked') return [...namesOf(rows), ...namesOf(rows.other)]
  if (rows.kind === 'turns') return [received, sent]
  if (rows.kind === 'since') return [...namesOf(rows.start), ...namesOf(rows.end)]
  if (rows.kind === 'after') return [...namesOf(rows.start), ...namesOf(rows.then)]
  return namesOf(rows)
}

const namesOf = ({ events }: Facts): string[] => (typeof events === 'string' ? ['*'] : [...events])

const { relationship, loyalty } = defaultScores
const scoreNames: Record<ScoreKind, string[]> = {
  relationship: [
    'customer.followed',
    'customer.unfollowed',
    received,
    sent,
    ...relationship.parts.content.events,
    ...relationship.parts.groups.events,
  ],
  loyalty: ['order.paid', 'order.amended', ...loyalty.parts.referrals.events, answeredNps],
}

export const followNames = ['customer.followed', 'customer.unfollowed']
export const groupNames = ['group.joined', 'group.left']
export const spoke = 'group_message.sent'
