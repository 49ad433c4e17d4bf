import { received, sent } from '../../score/rules.ts'
import type { Turns } from '../definition.ts'
import { inSpans, type Spans } from '../spans.ts'
import { type Asking, factsSql } from './facts.ts'

/** The same time to answer in as the relationship score has, here for employees. */
export function turnRows(asking: Asking, spans: Spans, counted: Turns): string {
  const { bind, scope } = asking
  const window = bind.integer(scope.settings.scores.relationship.replyHours * 3_600_000)
  const settled = `ms + ${window} <= ${bind.integer(scope.ctx.now().getTime())}`
  const kept = {
    settled,
    answered: `${settled} and next != 0`,
    late: `${settled} and (next = 0 or next > ms + ${window})`,
    replied: 'next != 0',
  }[counted]
  return inSpans(
    bind,
    scope,
    spans,
    `(select who, at, properties, if(next = 0, null, toDecimal256OrNull(toString((next - ms) / 60000.), 20)) as number
      from ${runsSql(asking)} where side = 1 and ${kept})`,
  )
}

/** Messages in a row by the same side are one: `next` is when the other side spoke, 0 for not yet. */
function runsSql(asking: Asking): string {
  const { bind } = asking
  const facts = factsSql(asking, { events: [received, sent] }, {})
  const pair = 'partition by who, employee order by ms, id'
  const messages = `(select who, at, ms, id, properties, properties['employee'] as employee, toUInt8(name = ${bind.text(received)}) as side from ${facts} where who != 0)`
  const marked = `(select *, lagInFrame(side, 1, 2) over (${pair} rows between unbounded preceding and current row) as before from ${messages})`
  return `(select who, at, ms, properties, side, leadInFrame(ms, 1, 0) over (${pair} rows between current row and unbounded following) as next
    from ${marked} where side != before)`
}
