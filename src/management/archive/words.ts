// What can be looked for in a message, and where it stands in it. Pure.

/** Fields that hold what people wrote or see; ids, addresses and hashes are not looked for. */
const readable = new Set(
  `content title description filename address votetitle voteitem ques room_name topic remarks place wish displayname corpname
   sph_name feed_desc creatorname attendeename`.split(/\s+/),
)
const mostLetters = 4000
const deepest = 8

/** Everything readable of a message, with what stands in mixed messages and forwarded records. */
export function textOf(message: unknown): string {
  const found: string[] = []
  collect(message, false, 0, found)
  return [...found.join('\n')].slice(0, mostLetters).join('')
}

function collect(value: unknown, isReadable: boolean, depth: number, found: string[]): void {
  if (typeof value === 'string') {
    if (isReadable && value.trim()) found.push(value)
    return
  }
  if (typeof value !== 'object' || value === null || depth > deepest) return
  if (Array.isArray(value)) for (const one of value) collect(one, isReadable, depth + 1, found)
  else for (const [key, one] of Object.entries(value)) collect(one, readable.has(key), depth + 1, found)
}

/** How much was said: letters of a text message, nothing of any other. */
export function lettersOf(message: Record<string, unknown>): number {
  const { content } = (message.text ?? {}) as { content?: unknown }
  return typeof content === 'string' ? [...content].length : 0
}

/** Small letters of one width: `ＶＩＰ` is found by `vip`. */
export const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Single letters and neighbouring pairs: finds words of any language, which are seldom set apart in Chinese. */
export function gramsOf(text: string): string[] {
  const letters = [...folded(text)]
  const grams = new Set<string>()
  for (const [i, letter] of letters.entries()) {
    if (isBlank(letter)) continue
    if (isWord(letter)) grams.add(letter)
    const next = letters[i + 1]
    if (next !== undefined && !isBlank(next)) grams.add(letter + next)
  }
  return [...grams]
}

const isBlank = (letter: string): boolean => /\s/u.test(letter)
/** A letter that says something alone: not one of an alphabet, not a digit. */
const isWord = (letter: string): boolean => !/[\p{Script=Latin}\p{Nd}\p{P}]/u.test(letter)

/** The words of a question: all have to stand in the message. */
export const wordsAsked = (question: string): string[] => [
  ...new Set(
    folded(question)
      .split(/\s+/)
      .filter((word) => word !== ''),
  ),
]

/** What narrows a search down. A single letter of an alphabet narrows nothing. */
export const gramsAsked = (words: readonly string[]): string[] => [
  ...new Set(
    words.flatMap((word) => {
      const grams = gramsOf(word)
      const pairs = grams.filter((gram) => [...gram].length === 2)
      return pairs.length > 0 ? pairs : grams
    }),
  ),
]

export type Piece = { text: string; hit: boolean }

const around = 40

/** The place of the first hit with what stands around it, hits apart from the rest. */
export function snippetOf(text: string, words: readonly string[], most = 160): Piece[] {
  const letters = [...text.replace(/\s+/g, ' ').trim()]
  const hits = hitsIn(letters, words)
  const first = hits.indexOf(true)
  const start = first > around ? first - around : 0
  const end = Math.min(letters.length, start + most)
  const pieces: Piece[] = start > 0 ? [{ text: '…', hit: false }] : []
  for (let i = start; i < end; i++) {
    const last = pieces.at(-1)
    const hit = hits[i] === true
    if (last && last.hit === hit) last.text += letters[i]
    else pieces.push({ text: letters[i] ?? '', hit })
  }
  if (end < letters.length) pieces.push({ text: '…', hit: false })
  return pieces
}

/** Folding may change how many letters there are, so each folded letter remembers whence it came. */
function hitsIn(letters: readonly string[], words: readonly string[]): boolean[] {
  const hits = letters.map(() => false)
  const origins: number[] = []
  let text = ''
  for (const [i, letter] of letters.entries())
    for (const unit of folded(letter)) {
      text += unit
      for (let k = 0; k < unit.length; k++) origins.push(i)
    }
  for (const word of words)
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length))
      for (let k = at; k < at + word.length; k++) hits[origins[k] ?? 0] = true
  return hits
}

/** Numbers of mobile phones as those see them who may not see them whole. */
export const maskPhones = (text: string): string => text.replace(/(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)/g, '$1****$2')
