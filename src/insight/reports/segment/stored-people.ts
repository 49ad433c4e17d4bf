import { canonicalIdSql, mergedSql, personsWhoDid } from '../../stores/persons.ts'
import { personDaySource } from '../../stores/source.ts'
import { bindings } from '../sql.ts'
import { type Asking, peopleOf } from './asking.ts'
import { complement, type People } from './bits.ts'
import { type Compare, countSql, meets } from './compare.ts'
import type { EventFact } from './node.ts'

/** How often, without a look at what the events say: out of the stores, which hold a row where the events have hundreds. */
export function storedPeople(asking: Asking, fact: EventFact): Promise<People> | undefined {
  const { where, slot, sum, days, count = {} } = fact
  if (where || slot || sum || (days && asking.stores.zone !== asking.moment.zone)) return undefined
  if (!days && isOnce(count)) return everDid(asking, fact)
  if (!days && isNever(count)) return everDid(asking, fact).then(complement)
  return didSoOften(asking, fact)
}

const only = (asked: Compare, sign: keyof Compare, bound: number): boolean => asked[sign] === bound && Object.keys(asked).length === 1

const isOnce = (count: Compare): boolean => only(count, 'gte', 1) || only(count, 'gt', 0)
const isNever = (count: Compare): boolean => only(count, 'eq', 0) || only(count, 'lte', 0) || only(count, 'lt', 1)

const askedOf = ({ ctx, stores }: Asking, { event, from, to }: EventFact) => ({
  tenantId: ctx.tenantId,
  stores,
  event,
  name: event,
  span: { ...(from === undefined ? {} : { from: new Date(from) }), to: new Date(to + 1) },
})

async function everDid(asking: Asking, fact: EventFact): Promise<People> {
  const bind = bindings()
  return peopleOf(asking, bind, `select arrayJoin(bitmapToArray(${personsWhoDid(bind, askedOf(asking, fact))})) as who`)
}

async function didSoOften(asking: Asking, fact: EventFact): Promise<People> {
  const { count, days } = fact
  const bind = bindings()
  const conditions = [
    ...(count ? [countSql(bind, 'sum(times)', count)] : []),
    ...(days ? [countSql(bind, 'uniqExact(local_day)', days)] : []),
  ].join(' and ')
  const holdsForNone = (!count || meets(0, count)) && (!days || meets(0, days))
  const found = await peopleOf(
    asking,
    bind,
    `with ${mergedSql(bind, asking.ctx.tenantId)} select ${canonicalIdSql('person')} as who from ${personDaySource(bind, askedOf(asking, fact))}
     group by who having ${holdsForNone ? `not (${conditions})` : conditions}`,
  )
  return holdsForNone ? complement(found) : found
}
