import { scanEvents } from '../sql.ts'
import { type AskedScores, atMoments, dayMs, type Facts, numberSql, scanOf, share } from './asked.ts'
import { type RelationshipRules, received, sent } from './rules.ts'

/** Whoever has a live friendship at a moment. Facts: turns, replied, asked, content, groups, tenureDays. */
export function relationshipSql(asked: AskedScores, { windowDays, replyHours, parts }: RelationshipRules): Facts {
  const { bind, byEmployee } = asked
  const key = byEmployee ? 'who, employee, moment' : 'who, moment'
  const [content, groups] = [bind.texts(parts.content.events), bind.texts(parts.groups.events)]
  const window = bind.integer(windowDays * dayMs)
  const full = (value: number) => numberSql(bind, value)
  const talk = talkSql(asked, key, window, bind.integer(replyHours * 3_600_000))
  const deeds = deedsSql(asked, parts, window)
  const sql = `(with (select groupUniqArray(name) from ${scanEvents(bind, { tenantId: asked.scope.ctx.tenantId, to: asked.until, names: named(parts) })}) as seen
    select f.who as who, ${byEmployee ? 'f.employee' : "''"} as employee, f.moment as moment,
      array(toNullable(toFloat64(t.turns)), toFloat64(t.replied), toFloat64(t.asked), toFloat64(d.content), toFloat64(d.inGroups), f.tenureMs / ${dayMs}) as facts,
      array(if(hasAny(seen, [${bind.text(received)}, ${bind.text(sent)}]), ${share('t.turns', full(parts.turns.full))}, null),
        if(t.asked = 0, null, toNullable(t.replied / t.asked)),
        if(hasAny(seen, ${content}), ${share('d.content', full(parts.content.full))}, null),
        if(hasAny(seen, ${groups}), ${share('d.inGroups', full(parts.groups.full))}, null),
        ${share(`f.tenureMs / ${dayMs}`, full(parts.tenure.full))}) as parts
    from ${friendsSql(asked, key)} as f
    left join ${talk} as t on f.who = t.who and f.moment = t.moment ${byEmployee ? 'and f.employee = t.employee' : ''}
    left join ${deeds} as d on f.who = d.who and f.moment = d.moment)`
  return { sql, weights: [parts.turns.weight, parts.replies.weight, parts.content.weight, parts.groups.weight, parts.tenure.weight] }
}

const named = ({ content, groups }: RelationshipRules['parts']): string[] => [
  ...new Set([received, sent, ...content.events, ...groups.events]),
]

/** The longest of the friendships that live at the moment. */
function friendsSql(asked: AskedScores, key: string): string {
  const { bind, moments } = asked
  const marks = scanEvents(bind, { ...scanOf(asked), names: ['customer.followed', 'customer.unfollowed'] })
  return `(select ${key}, max(moment.1 - last.1) as tenureMs
    from (select who, employee, arrayJoin(${moments}) as moment, arrayLast(mark -> mark.1 < moment.1, marks) as last
      from (select who, f.properties['employee'] as employee, arraySort(groupArray((f.ms, toUInt8(f.name = 'customer.followed')))) as marks
        from ${marks} as f where who != 0 group by who, employee))
    where last.2 = 1 group by ${key})`
}

/**
 * Messages in a row by the same side are one: `next` is when the other side spoke again. A turn is both having spoken. What an
 * employee said is asked about once it was answered in time, or has no time left.
 */
function talkSql(asked: AskedScores, key: string, window: string, reply: string): string {
  const { bind, moments } = asked
  const messages = `(select who, properties['employee'] as employee, ms, id, toUInt8(name = ${bind.text(received)}) as side
    from ${scanEvents(bind, { ...scanOf(asked), names: [received, sent] })} where who != 0)`
  const pair = 'partition by who, employee order by ms, id'
  const runs = `(select who, employee, ms, side, leadInFrame(ms, 1, 0) over (${pair} rows between current row and unbounded following) as next
    from (select *, lagInFrame(side, 1, 2) over (${pair} rows between unbounded preceding and current row) as before from ${messages}) where side != before)`
  const told = `(select who, employee, side, ${atMoments(moments, window)}, next != 0 and next < moment.1 and next <= ms + ${reply} as answered, ms + ${reply} <= moment.1 as settled from ${runs})`
  return `(select ${key}, sum(both) as turns, sum(answers) as replied, sum(questions) as asked
    from (select who, employee, moment, least(countIf(side = 1), countIf(side = 0)) as both,
        countIf(side = 0 and answered) as answers, countIf(side = 0 and (answered or settled)) as questions
      from ${told} group by who, employee, moment)
    group by ${key})`
}

function deedsSql(asked: AskedScores, { content, groups }: RelationshipRules['parts'], window: string): string {
  const { bind, moments } = asked
  const [opened, spoke] = [bind.texts(content.events), bind.texts(groups.events)]
  return `(select who, moment, countIf(has(${opened}, name)) as content, countIf(has(${spoke}, name)) as inGroups
    from (select who, name, ${atMoments(moments, window)}
      from ${scanEvents(bind, { ...scanOf(asked), names: [...new Set([...content.events, ...groups.events])] })} where who != 0)
    group by who, moment)`
}
