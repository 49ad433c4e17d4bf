import leven from 'leven'

/** Names that somebody may have meant: a piece of each other, or few letters away; the nearest first. */
export function nearTo(name: string, known: readonly string[], most = 3): string[] {
  const asked = name.toLowerCase().slice(0, 100)
  const far = Math.max(1, Math.floor(asked.length / 3))
  return known
    .filter((one) => one.length <= 100)
    .map((one) => ({ one, letters: lettersBetween(asked, one.toLowerCase(), far + 1) }))
    .filter(({ letters }) => letters <= far)
    .sort((a, b) => a.letters - b.letters || (a.one < b.one ? -1 : 1))
    .slice(0, most)
    .map(({ one }) => one)
}

/** Letters to change, add or leave out, counted up to a bound; where one holds the other, as few as one. */
const lettersBetween = (a: string, b: string, maxDistance: number): number =>
  Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a)) ? 1 : leven(a, b, { maxDistance })
