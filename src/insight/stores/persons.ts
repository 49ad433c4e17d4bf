import { type Asked, activeSource, type Binder, personDaySource } from './source.ts'

/** The merge map as scalars, for `with`: merged.1 counts as merged.2. */
export const mergedSql = (bind: Binder, tenantId: number): string =>
  `(select (groupArray(person), groupArray(canonical)) from persons final where tenant = ${bind.integer(tenantId)} and canonical != person) as merged,
    bitmapBuild(merged.1) as merged_persons`

/** A bitmap of original ids → of those they count as. Costs as much as merged people are in it. Needs `mergedSql`. */
export const canonicalSql = (bitmap: string): string =>
  `bitmapOr(bitmapAndnot(${bitmap}, merged_persons), bitmapBuild(arrayMap(one -> transform(one, merged.1, merged.2), bitmapToArray(bitmapAnd(${bitmap}, merged_persons)))))`

/**
 * How many people a bitmap of original ids stands for, without building the other bitmap: those who were never merged, and of
 * whom the merged ones count as those who are not there themselves. Who somebody counts as was never merged.
 */
export const canonicalCountSql = (bitmap: string): string => {
  const gone = `bitmapToArray(bitmapAnd(${bitmap}, merged_persons))`
  const counted = `bitmapBuild(arrayMap(one -> transform(one, merged.1, merged.2), ${gone}))`
  return `(bitmapCardinality(${bitmap}) - length(${gone}) + bitmapAndnotCardinality(${counted}, ${bitmap}))`
}

/** The other way: every original id that counts as one of these people. */
export const originalsSql = (people: string): string =>
  `bitmapOr(${people}, bitmapBuild(arrayFilter((one, other) -> bitmapContains(${people}, other), merged.1, merged.2)))`

/** One id, likewise. */
export const canonicalIdSql = (person: string): string => `transform(${person}, merged.1, merged.2)`

/** A list of ids as a bitmap; ids are integers of the codec, and too many for parameters. */
export const bitmapOf = (ids: readonly number[]): string => `bitmapBuild([${ids.map((id) => Math.trunc(id)).join(',')}]::Array(UInt32))`

export type Did = Asked & {
  /** An event's name, `*` for any. */
  event: string
  /** At least so often within the span; once unless said otherwise. */
  atLeast?: number
}

/**
 * A scalar expression: the bitmap of the people (after merges) who did something at least so often within a span of instants,
 * exactly, also where the span begins or ends within a day. Combine with bitmapAnd, bitmapOr, bitmapAndnot.
 */
export function personsWhoDid(bind: Binder, did: Did): string {
  const { tenantId, event, atLeast = 1 } = did
  if (atLeast <= 1)
    return `(with ${mergedSql(bind, tenantId)}, groupBitmapMergeState(persons) as found
      select ${canonicalSql('found')} from ${activeSource(bind, { ...did, names: [event] })})`
  // By the person as they were first, so that the merge map is asked once for each and not for each of their days.
  return `(with ${mergedSql(bind, tenantId)}
    select groupBitmapState(who) from (
      select ${canonicalIdSql('person')} as who from (select person, sum(times) as often from ${personDaySource(bind, { ...did, name: event })} group by person)
      group by who having sum(often) >= ${bind.integer(atLeast)}))`
}
