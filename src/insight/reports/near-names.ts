/** Names that somebody may have meant: a piece of each other, or few letters away; the nearest first. */
export function nearTo(name: string, known: readonly string[], most = 3): string[] {
  const asked = name.toLowerCase().slice(0, 100)
  const far = Math.max(1, Math.floor(asked.length / 3))
  return known
    .filter((one) => one.length <= 100)
    .map((one) => ({ one, steps: stepsBetween(asked, one.toLowerCase(), far) }))
    .filter(({ steps }) => steps <= far)
    .sort((a, b) => a.steps - b.steps || (a.one < b.one ? -1 : 1))
    .slice(0, most)
    .map(({ one }) => one)
}

/** Letters to change, add or leave out; where one holds the other, as few as one. */
function stepsBetween(a: string, b: string, far: number): number {
  if (Math.min(a.length, b.length) > 2 && (a.includes(b) || b.includes(a))) return 1
  if (Math.abs(a.length - b.length) > far) return far + 1
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length] ?? 0
}
