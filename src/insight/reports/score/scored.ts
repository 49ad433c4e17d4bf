import { type AskedScores, numbersSql } from './asked.ts'
import { loyaltySql } from './loyalty.ts'
import { relationshipSql } from './relationship.ts'
import type { ScoreKind, ScoreRules } from './rules.ts'

/** Rounded far below what anybody sees, so that what adds up to 60 is 60. */
const scoreSql = (weights: string): string =>
  `round(100 * arraySum((p, w) -> ifNull(p, 0) * w, parts, ${weights}) / nullIf(arraySum((p, w) -> if(p is null, 0, w), parts, ${weights}), 0), 6)`

/** Everybody with a score at a moment: who, employee, moment, facts, parts (0 to 100) and score, null where no part of weight is known. */
export function scoredSql(asked: AskedScores, kind: ScoreKind, rules: ScoreRules): string {
  const { sql, weights } = kind === 'relationship' ? relationshipSql(asked, rules.relationship) : loyaltySql(asked, rules.loyalty)
  const weightsSql = numbersSql(asked.bind, weights)
  return `(select who, employee, moment, facts, arrayMap(p -> p * 100, parts) as percents, ${scoreSql(weightsSql)} as score from ${sql})`
}
