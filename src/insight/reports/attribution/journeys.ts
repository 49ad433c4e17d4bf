import type { Bindings } from '../sql.ts'

/** Longer paths keep their first touch and their latest ones: somebody with ten thousand touches must not make a million paths of them. */
export const longest = 200

/** `nothing` is a worth of none, of the type that worths have. */
type Setting = { from: string; to: string; window: string; nothing: string }

/**
 * Out of each person's touches (ms, place) and conversions (ms, worth), in order of time: `chunks` of so many
 * touches as a path is long, with those before them (`near`), how many went before these (`passed`) and the conversions that came
 * after one of the chunk, as (ms, worth, low, high, first place, first ms): the path is the touches after low up to high. What a
 * lambda takes from outside is copied for every element, so a path is cut out of four hundred touches, never out of all of them;
 * nothing grows faster than the number of conversions times the length of a path. Also `unled`, the touches within the dates after
 * which nobody converted, `led`, the places that stand in a path, and `isAlone`, whether a conversion had no touch before it.
 */
export const journeysSql = (bind: Bindings, { from, to, window, nothing }: Setting, persons: string): string => {
  const inDates = (ms: string) => `${ms} >= ${from} and ${ms} < ${to}`
  const length = bind.integer(longest)
  // Marks in order of time: the beginning of a conversion's window, a touch, a conversion.
  const marks = `arraySort(arrayConcat(arrayMap(c -> (c.1 - ${window}, 0, toUInt32(0), toUInt16(0)), conversions), arrayMap((t, i) -> (t.1, 1, i, t.2), touches, arrayEnumerate(touches)),
      arrayMap(c -> (c.1, 2, toUInt32(0), toUInt16(0)), conversions)))`
  const ofNext = (tuple: string, is: string) =>
    `arrayFilter((n, m) -> m.2 = 1, arrayReverseFill(n -> n.1 != 0, arrayMap((m, b) -> if(${is}, ${tuple}, (toInt64(0), toInt64(0))), marks, before)), marks)`
  const marked = `select who, touches, conversions, marks, arrayCumSum(m -> toInt64(m.2 = 1), marks) as before
    from (select who, touches, conversions, ${marks} as marks from (${persons}))`
  const lying = `select who, touches, conversions, arrayFilter((b, m) -> m.2 = 0, before, marks) as lows, arrayFilter((b, m) -> m.2 = 2, before, marks) as highs,
      arrayFilter((f, m) -> m.2 = 0, arrayReverseFill(m -> m.2 = 1, marks), marks) as firsts,
      ${ofNext('(m.1, toInt64(0))', 'm.2 = 2')} as nexts, ${ofNext('(m.1, b)', `m.2 = 2 and ${inDates('m.1')}`)} as nextsInDates
    from (${marked})`
  const judged = `select who, touches,
      arrayFilter(c -> ${inDates('c.1')}, arrayMap((c, low, high, first) -> (c.1, c.2, low, high, first.4, first.1, intDiv(greatest(high, 1) - 1, ${length})), conversions, lows, highs, firsts)) as paths,
      arrayFilter((t, n) -> ${inDates('t.1')} and (n.1 = 0 or n.1 > t.1 + ${window}), touches, nexts) as unled,
      arrayMap(t -> t.2, arrayFilter((t, n, i) -> n.1 != 0 and n.1 <= t.1 + ${window} and i > n.2 - ${length} + 1, touches, nextsInDates, arrayEnumerate(touches))) as ledPlaces
    from (${lying})`
  const split = `select who, touches, paths, unled, ledPlaces, if(empty(touches), [[]], arraySplit((t, i) -> i % ${length} = 1, touches, arrayEnumerate(touches))) as touchChunks
    from (${judged})`
  // A conversion at moment nought begins each chunk, so that there are as many chunks of conversions as of touches.
  const beginnings = `arrayMap(i -> (toInt64(0), ${nothing}, toInt64(0), toInt64(0), toUInt16(0), toInt64(0), toInt64(i)), range(length(touchChunks)))`
  return `select who, touches, unled,
      arrayDistinct(arrayConcat(ledPlaces, arrayMap(c -> c.5, arrayFilter(c -> c.4 > c.3, paths)))) as led, arrayExists(c -> c.4 = c.3, paths) as isAlone,
      arrayMap((before, own, some, i) -> (arrayConcat(before, own), toInt64((greatest(i, 2) - 2) * ${length}), arrayPopFront(some)), arrayPushFront(arrayPopBack(touchChunks), []), touchChunks,
        arraySplit(c -> c.1 = 0, arraySort(c -> (c.7, c.1 != 0), arrayConcat(paths, ${beginnings}))), arrayEnumerate(touchChunks)) as chunks
    from (${split})`
}
