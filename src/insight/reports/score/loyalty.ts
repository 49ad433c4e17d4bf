import { scanOrders } from '../orders.ts'
import { scanEvents } from '../sql.ts'
import { type AskedScores, atMoments, dayMs, type Facts, numberSql, scanOf, share } from './asked.ts'
import { answeredNps, type LoyaltyRules } from './rules.ts'

/** Whoever bought before a moment. Facts: repurchases, inTime, expected, referrals, nps, tenureDays. */
export function loyaltySql(asked: AskedScores, { windowDays, onTimeDays, parts }: LoyaltyRules): Facts {
  const { bind } = asked
  const referrals = bind.texts(parts.referrals.events)
  const window = bind.integer(windowDays * dayMs)
  const full = (value: number) => numberSql(bind, value)
  const sql = `(with (select groupUniqArray(name) from ${scanEvents(bind, { tenantId: asked.scope.ctx.tenantId, to: asked.until, names: parts.referrals.events })}) as seen
    select b.who as who, '' as employee, b.moment as moment,
      array(toNullable(toFloat64(b.repurchases)), toFloat64(b.inTime), toFloat64(b.expected), toFloat64(d.referrals), d.nps, b.tenureMs / ${dayMs}) as facts,
      array(${share('b.repurchases', full(parts.repurchases.full))},
        if(b.expected = 0, null, toNullable(b.inTime / b.expected)),
        if(hasAny(seen, ${referrals}), ${share('d.referrals', full(parts.referrals.full))}, null),
        if(d.nps is null, null, least(1., greatest(0., d.nps / 10))),
        ${share(`b.tenureMs / ${dayMs}`, full(parts.tenure.full))}) as parts
    from ${buyersSql(asked, window, bind.integer(onTimeDays * dayMs))} as b
    left join ${deedsSql(asked, parts, window)} as d on b.who = d.who and b.moment = d.moment)`
  const { repurchases, onTime, referrals: brought, nps, tenure } = parts
  return { sql, weights: [repurchases.weight, onTime.weight, brought.weight, nps.weight, tenure.weight] }
}

/** After each purchase another is expected: in time, or told to be missing once the time is over. */
function buyersSql(asked: AskedScores, window: string, onTime: string): string {
  const { bind, moments } = asked
  const orders = `(select who, ms, nth, leadInFrame(ms, 1, 0) over (partition by who order by ms, ord rows between current row and unbounded following) as next
    from ${scanOrders(bind, scanOf(asked))} where who != 0 and paid > 0)`
  const told = `(select who, ms, nth, ${atMoments(moments)}, ms >= moment.1 - ${window} as recent,
      next != 0 and next < moment.1 and next <= ms + ${onTime} as again, ms + ${onTime} <= moment.1 as settled from ${orders})`
  return `(select who, moment, max(moment.1 - ms) as tenureMs, countIf(recent and nth > 1) as repurchases,
      countIf(recent and again) as inTime, countIf(recent and (again or settled)) as expected
    from ${told} group by who, moment)`
}

function deedsSql(asked: AskedScores, { referrals }: LoyaltyRules['parts'], window: string): string {
  const { bind, moments } = asked
  const [brought, nps] = [bind.texts(referrals.events), bind.text(answeredNps)]
  return `(select who, moment, countIf(has(${brought}, name)) as referrals, argMaxIf(answer, ms, name = ${nps}) as nps
    from (select who, name, ms, toFloat64OrNull(properties['score']) as answer, ${atMoments(moments, window)}
      from ${scanEvents(bind, { ...scanOf(asked), names: [...new Set([...referrals.events, answeredNps])] })} where who != 0)
    group by who, moment)`
}
