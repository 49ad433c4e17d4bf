import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, decimalSql, matcherSql, propertySql, type Scan, scanEvents } from '../sql.ts'
import type { GraphOf, InfluenceReport } from './schema.ts'
import type { Message } from './trees.ts'

/** `target` is the customer, or 0 with the `name` that the event calls the other by. */
const Row = z.object({ source: z.number(), target: z.number(), name: z.string(), weight: z.number() })
export type Link = z.infer<typeof Row>

/** More pairs than a rank can be computed of in a few seconds. */
export const mostPairs = 1_000_000

const said = 'group_message.sent'

function datesOf(scope: Scope, { dateFrom, dateTo }: InfluenceReport): Pick<Scan, 'from' | 'to'> {
  const { timezone } = scope.calendar
  return {
    ...(dateFrom ? { from: dayRange(dateFrom, dateFrom, timezone).from } : {}),
    ...(dateTo ? { to: dayRange(dateTo, dateTo, timezone).to } : {}),
  }
}

export function readLinks(scope: Scope, report: InfluenceReport, graph: GraphOf): Promise<Link[]> {
  const bind = bindings()
  const links = graph === 'reply' || graph === 'mention' ? talkSql(bind, scope, report, graph) : namedSql(bind, scope, report, graph)
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select source, target, name, toFloat64(sum(weight)) as weight from ${links}
      group by source, target, name order by weight desc, source, target, name limit ${bind.integer(mostPairs + 1)}`,
  })
}

/**
 * Links between members of groups. A message is found by its id in the group, a member by the name the group knows them by; both also
 * where they are from before the dates. Employees are nobody here (0): influence is asked of customers.
 */
function talkSql(bind: Bindings, scope: Scope, report: InfluenceReport, graph: 'reply' | 'mention'): string {
  const now = scanEvents(bind, { ...scope.scan(report), ...datesOf(scope, report), names: [said] })
  const before = scanEvents(bind, { ...scope.scan({}), names: [said] })
  const messages = `select properties['chat'] as chat, properties['message'] as other, argMin(who, ms) as person from ${before}
    where properties['message'] != '' group by chat, other`
  const members = `select properties['chat'] as chat, properties['sender'] as other, argMax(who, ms) as person from ${before} group by chat, other`
  const link = (other: string, condition: string, known: string) =>
    `select l.who as source, k.person as target, '' as name, 1 as weight
     from (select who, properties['chat'] as chat, ${other} as other from ${now} where who != 0 and ${condition}) as l
     left any join (${known}) as k on l.chat = k.chat and l.other = k.other`
  if (graph === 'mention')
    return `(${link("arrayJoin(JSONExtract(properties['mentions'], 'Array(String)'))", "properties['mentions'] != ''", members)})`
  return `(${link("properties['replyTo']", "properties['replyTo'] != ''", messages)}
    union all ${link("properties['replyToSender']", "properties['replyTo'] = '' and properties['replyToSender'] != ''", members)})`
}

/**
 * Who joined or became a friend says who asked them to, where the source knows it. Whom a colleague asked into a group has a link
 * to nobody, as an answer to a colleague has.
 */
const invited = ['group.joined', 'customer.followed', 'customer.referred', 'invite.accepted']

/** Links out of events that name the other person in a property. */
function namedSql(bind: Bindings, scope: Scope, report: InfluenceReport, graph: Exclude<GraphOf, 'reply' | 'mention'>): string {
  const own: Exclude<GraphOf, string> = graph === 'invite' ? { event: '*', to: 'inviter' } : graph
  const names = graph === 'invite' ? invited : own.event === '*' ? undefined : [own.event]
  const other = `ifNull(${propertySql(bind, own.to)}, '')`
  const weight = own.weight === undefined ? '1' : `ifNull(${decimalSql(propertySql(bind, own.weight))}, 0)`
  const byColleague = graph === 'invite' ? "event = 'group.joined' and properties['employee'] != ''" : '0'
  const scan = { ...scope.scan(report), ...datesOf(scope, report), names, persons: askPersons([own]) }
  return `(select who as source, 0 as target, ${other} as name, ${weight} as weight
    from (select who, name as event, properties from ${scanEvents(bind, scan)} where who != 0 and ${matcherSql(bind, own)}) where name != '' or ${byColleague})`
}

const MessageRow = z.object({ chat: z.string(), message: z.string(), parent: z.string(), sender: z.string() })
export const mostMessages = 1_000_000

export function readMessages(scope: Scope, report: InfluenceReport): Promise<Message[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: MessageRow,
    sql: `select properties['chat'] as chat, if(properties['message'] = '', toString(id), properties['message']) as message,
        properties['replyTo'] as parent, properties['sender'] as sender
      from ${scanEvents(bind, { ...scope.scan(report), ...datesOf(scope, report), names: [said] })}
      order by chat, ms, message limit ${bind.integer(mostMessages + 1)}`,
  })
}
