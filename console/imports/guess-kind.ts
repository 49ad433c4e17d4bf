interface Known {
  name: string
  columns: { key: string; required: boolean; aliases: string[] }[]
}

/** What a file holds, told by its headers: the kind that knows most of them and misses nothing it needs. */
export function guessKind(kinds: readonly Known[], headers: readonly string[]): string | undefined {
  const present = new Set(headers.map(plain))
  let best: { name: string; score: number } | undefined
  for (const { name, columns } of kinds) {
    const hits = columns.filter(({ key, aliases }) => [key, ...aliases].some((alias) => present.has(plain(alias))))
    const missing = columns.filter((column) => column.required && !hits.includes(column)).length
    const score = hits.length - missing * 3
    // The first wins a tie: kinds are listed by how often they are imported.
    if (hits.length > 0 && score > 0 && (!best || score > best.score)) best = { name, score }
  }
  return best?.name
}

/** As the server compares headers: without case, spaces, width and units. */
const plain = (header: string): string =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((元|yuan|rmb|cny|¥)\)/g, '')
    .replace(/[\s*_\-:：]/g, '')
