import { z } from 'zod'
import { bindings } from '../../sql.ts'
import type { Rows } from '../definition.ts'
import { startsSql } from '../rows/events.ts'
import { inSpans } from '../spans.ts'
import { type Asker, isOf, onlyPersons, type Placed, placesOf } from './question.ts'

type After = Extract<Rows, { kind: 'after' }>

const Row = z.object({
  isNow: z.number(),
  key: z.string(),
  events: z.number(),
  persons: z.number(),
  followed: z.number(),
  followers: z.number(),
})

/** How many starts were followed and how many there were is one question. */
export const askAfters: Asker = (asking, spans, parts) => {
  const afters = parts.filter(isOf('after'))
  const same = Map.groupBy(afters, ({ part: { rows } }) => JSON.stringify([rows.start, rows.then, rows.hours]))
  return [...same.values()].map((some) => ({ places: placesOf(some), ask: () => countAfters(asking, spans, some) }))
}

async function countAfters(asking: Parameters<Asker>[0], spans: Parameters<Asker>[1], same: readonly Placed<After>[]) {
  const [one] = same
  if (!one) return []
  const bind = bindings()
  const settled = startsSql({ bind, ...asking }, spans, one.part.rows)
  const rows = await asking.scope.ask({
    params: bind.params,
    row: Row,
    sql: `select isNow, key, count() as events, uniqExact(who) as persons, countIf(matched) as followed, uniqExactIf(who, matched) as followers
      from (select who, matched, isNow, arrayJoin(keys) as key from ${inSpans(bind, asking.scope, spans, settled, 'who, matched')}) group by isNow, key`,
  })
  return rows.flatMap(({ isNow, key, events, persons, followed, followers }) =>
    same.map(({ place, part }) =>
      part.rows.counted === 'matched'
        ? onlyPersons(place, isNow, key, followers, followed)
        : onlyPersons(place, isNow, key, persons, events),
    ),
  )
}
