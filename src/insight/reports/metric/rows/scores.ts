import type { ScoreKind } from '../../score/rules.ts'
import { scoredSql } from '../../score/scored.ts'
import { momentsSql, type Spans } from '../spans.ts'
import type { Asking } from './facts.ts'

/** A score each of everybody who has one at a moment; the friendship's or the order's own properties say nothing of it. */
export function scoreRows({ bind, scope, report }: Asking, spans: Spans, kind: ScoreKind): string {
  const scored = scoredSql(
    { bind, scope, report, moments: momentsSql(bind, scope, spans), until: spans.now.to },
    kind,
    scope.settings.scores,
  )
  return `(select who, map()::Map(String, String) as properties, toDecimal256OrNull(toString(score), 20) as number, moment.3 as isNow, [moment.2] as keys
    from ${scored} where score is not null)`
}
