import { asksPersons } from '#platform/events/where.ts'
import { type Bindings, conditionSql, type Scan, scanEvents } from './sql.ts'

const names = ['customer.followed', 'customer.unfollowed', 'live_code.added', 'acquisition_link.added']

/**
 * How people came and whether they stayed, one row each who was ever a friend: who, since (their first friendship, ms), through
 * (the first channel any of their friendships came through, '' for none), follows (ms of every friendship made, in order), and
 * ties: (employee, ms, 1 made or 0 ended) in order. `where` looks at the friendships made.
 */
export function scanArrivals(bind: Bindings, { where, ...scan }: Scan): string {
  const isWanted = where ? `and ${conditionSql(bind, where)}` : ''
  const persons = scan.persons === true || (where !== undefined && asksPersons(where))
  return `(select who, minIf(ms, wanted) as since, argMinIf(channel, (ms, id), channel != '') as through,
      arraySort(groupArrayIf(ms, wanted)) as follows,
      arraySort(t -> (t.2, t.3), groupArrayIf((employee, ms, toUInt8(name = 'customer.followed')), name in ('customer.followed', 'customer.unfollowed'))) as ties
    from (select who, ms, id, name, channel, properties['employee'] as employee, name = 'customer.followed' ${isWanted} as wanted
      from ${scanEvents(bind, { ...scan, names, persons })}) where who != 0 group by who having length(follows) > 0)`
}

/** The first channel each person ever came through: who, first. */
export const firstChannelsSql = (bind: Bindings, scan: Scan): string =>
  `(select who, argMin(channel, ms) as first from ${scanEvents(bind, { ...scan, names: ['customer.followed', 'live_code.added', 'acquisition_link.added'] })}
    where channel != '' group by who)`

/** Whether somebody with these ties was anybody's friend at that instant. */
export const isFriendSql = (ties: string, at: string): string =>
  `arrayExists(one -> (arrayLast(t -> t.1 = one and t.2 <= ${at}, ${ties})).3 = 1, arrayDistinct(arrayMap(t -> t.1, ${ties})))`
