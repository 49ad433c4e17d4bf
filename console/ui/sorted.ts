/** How a table is sorted, as it stands in the address: a column, or `-column` for the largest first. */
export type Sort = string | undefined

/** Rows by a value of each; what has none comes last whichever way, because nothing known is neither the most nor the least. */
export function sortedBy<Row>(rows: readonly Row[], sort: Sort, figureOf: (row: Row, column: string) => number | null): Row[] {
  if (sort === undefined) return [...rows]
  const [column, way] = sort.startsWith('-') ? [sort.slice(1), -1] : [sort, 1]
  return rows.toSorted((one, other) => {
    const [a, b] = [figureOf(one, column), figureOf(other, column)]
    return a === null || b === null ? Number(a === null) - Number(b === null) : way * (a - b)
  })
}

/** The largest first, then the smallest, then as it was. */
export const nextSort = (sort: Sort, column: string): Sort => (sort === `-${column}` ? column : sort === column ? undefined : `-${column}`)
