import type { Part } from '../definition.ts'
import type { Spans } from '../spans.ts'
import { afterRows, firstRows, flowRows, gapRows, linkedRows, repeatRows, sinceRows } from './events.ts'
import type { Asking } from './facts.ts'
import { scoreRows } from './scores.ts'
import { activeRows, churnedRows, everRows, friendsOf, liveRows, membersRows, silentRows, validRows } from './states.ts'
import { turnRows } from './turns.ts'

/** What a part counts, a row each: who, properties, number, isNow, and the keys (the whole '', its intervals) it counts under. */
export function rowsSql(asking: Asking, spans: Spans, { rows, measure }: Pick<Part, 'rows' | 'measure'>): string {
  switch (rows.kind) {
    case 'flow':
      return flowRows(asking, spans, rows, measure)
    case 'first':
      return firstRows(asking, spans, rows, measure)
    case 'repeat':
      return repeatRows(asking, spans, rows, measure)
    case 'gap':
      return gapRows(asking, spans, rows)
    case 'since':
      return sinceRows(asking, spans, rows)
    case 'after':
      return afterRows(asking, spans, rows)
    case 'live':
      return liveRows(asking, spans, rows.of)
    case 'members':
      return membersRows(asking, spans, rows.who)
    case 'valid':
      return validRows(asking, spans)
    case 'active':
      return activeRows(asking, spans, rows.days)
    case 'silent':
      return silentRows(asking, spans, asking.scope.settings.silentDays)
    case 'churned':
      return churnedRows(asking, spans)
    case 'score':
      return scoreRows(asking, spans, rows.of)
    case 'ever':
      return everRows(asking, spans, rows)
    case 'friends':
      return friendsOf(asking, spans, rowsSql(asking, spans, { rows: rows.of, measure }))
    case 'linked':
      return linkedRows(asking, spans, rows, measure)
    case 'turns':
      return turnRows(asking, spans, rows.counted)
    case 'spend':
      throw new Error('What was spent is nobody’s row.')
  }
}
