/** Baskets that hold the same frequent items, as places in the list of items (ascending), and how many there are of them. */
export type Basket = { items: readonly number[]; times: number }

/** A frequent set: places of its items (ascending) and how many baskets hold it. */
export type Itemset = { items: number[]; count: number }

export class TooManyItemsets extends Error {}

type Column = { item: number; count: number; baskets: Uint32Array }

/**
 * Every set of at most `maxLength` items that at least `minCount` baskets hold (Eclat: depth first, by intersecting the lists of
 * baskets of two sets that differ in one item). Memory is that of the lists along one path.
 */
export function frequentItemsets(baskets: readonly Basket[], minCount: number, maxLength: number, most: number): Itemset[] {
  const times = Uint32Array.from(baskets, (basket) => basket.times)
  const found: Itemset[] = []
  const note = (items: number[], count: number) => {
    if (found.length === most) throw new TooManyItemsets()
    found.push({ items: items.toSorted((a, b) => a - b), count })
  }
  const descend = (prefix: number[], columns: readonly Column[]) => {
    columns.forEach((column, i) => {
      const items = [...prefix, column.item]
      note(items, column.count)
      if (items.length === maxLength) return
      const below: Column[] = []
      for (let j = i + 1; j < columns.length; j++) {
        const other = columns[j]
        const joined = other && intersect(column, other, times, minCount)
        if (joined) below.push(joined)
      }
      if (below.length > 0) descend(items, below)
    })
  }
  // Rare items first: their lists are short, and so are all below them.
  descend(
    [],
    columnsOf(baskets, times, minCount).toSorted((a, b) => a.count - b.count),
  )
  return found
}

function columnsOf(baskets: readonly Basket[], times: Uint32Array, minCount: number): Column[] {
  const lists = new Map<number, number[]>()
  baskets.forEach(({ items }, place) => {
    for (const item of items) {
      const list = lists.get(item)
      if (list) list.push(place)
      else lists.set(item, [place])
    }
  })
  return [...lists]
    .map(([item, list]) => ({ item, count: list.reduce((sum, place) => sum + (times[place] ?? 0), 0), baskets: Uint32Array.from(list) }))
    .filter(({ count }) => count >= minCount)
}

function intersect(a: Column, b: Column, times: Uint32Array, minCount: number): Column | undefined {
  const both = new Uint32Array(Math.min(a.baskets.length, b.baskets.length))
  let [length, count, i, j] = [0, 0, 0, 0]
  while (i < a.baskets.length && j < b.baskets.length) {
    const [x, y] = [a.baskets[i] as number, b.baskets[j] as number]
    if (x === y) {
      both[length++] = x
      count += times[x] as number
    }
    if (x <= y) i++
    if (y <= x) j++
  }
  return count >= minCount ? { item: b.item, count, baskets: both.slice(0, length) } : undefined
}
