export type Page<Item> = { items: Item[]; next: string | undefined }

/** Where a page begins and how long it may be; the longest WeCom gives when nothing is said. */
export type PageAt = { cursor?: string | undefined; limit?: number | undefined }

/** The same in WeCom's words. */
export function pageBody({ cursor, limit }: PageAt, longest: number): { limit: number; cursor?: string } {
  return { limit: limit ?? longest, ...(cursor && { cursor }) }
}

/** Every item of a paged list, a page at a time. An empty or absent cursor is the end; so is one that does not move. */
export async function* pages<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    yield* page.items
    if (page.next === cursor) return
    cursor = page.next || undefined
  } while (cursor !== undefined)
}

/** Slices no longer than WeCom takes at once. */
export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}
