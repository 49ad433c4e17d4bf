import type { Meaning, Token } from './meanings.ts'

/** Words and what they mean, found by their first letter. */
export type Lexicon = ReadonlyMap<string, readonly { word: string; means: Meaning[] }[]>
export type Pattern = (text: string, at: number) => { length: number; meaning: Meaning } | undefined

/** Several entries of one word become one with several meanings, in the order they came. */
export function lexiconOf(entries: Iterable<readonly [word: string, meaning: Meaning]>): Lexicon {
  const words = new Map<string, Meaning[]>()
  for (const [name, meaning] of entries) {
    const word = plain(name).toLowerCase()
    if (word === '') continue
    const means = words.get(word) ?? []
    // A tag called 下单 is asked for as 标签下单: the word alone stays what it is everywhere else.
    if (isNamed(meaning) && !means.every(isNamed)) continue
    if (!means.some((one) => sameMeaning(one, meaning))) words.set(word, [...means, meaning])
  }
  return Map.groupBy(
    [...words].map(([word, means]) => ({ word, means })),
    ({ word }) => word.slice(0, 1),
  )
}

/** What somebody or something is called, in contrast to what words mean everywhere. */
export const isNamed = ({ is }: Meaning): boolean => is === 'name' || is === 'employee' || is === 'value'

const sameMeaning = (one: Meaning, other: Meaning): boolean => JSON.stringify(one) === JSON.stringify(other)

/** Full-width letters and runs of spaces are the same to a reader. */
export const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim()

type Step = { cost: number; token: Token }

const unknownCost = 100
const wordCost = 10
const fillerCost = 11

/**
 * Cuts a question into tokens so that the fewest letters stay unknown, then into the fewest and longest pieces. Letters of the
 * alphabet are only ever read as whole words.
 */
export function readTokens(text: string, lexicon: Lexicon, patterns: readonly Pattern[]): Token[] {
  const lower = text.toLowerCase()
  const best: (Step | undefined)[] = Array.from({ length: text.length + 1 })
  const costAt = (at: number) => (at === text.length ? 0 : (best[at]?.cost ?? Number.POSITIVE_INFINITY))
  for (let at = text.length - 1; at >= 0; at--) {
    const tokens = [unknownAt(text, at), ...knownAt(text, lower, at, lexicon, patterns)]
    const steps = tokens.map((token) => ({ token, cost: costOf(token) + costAt(at + token.text.length) }))
    best[at] = steps.reduce((one, other) =>
      other.cost < one.cost || (other.cost === one.cost && other.token.text.length > one.token.text.length) ? other : one,
    )
  }
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    const token = best[at]?.token ?? unknownAt(text, at)
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

function costOf({ text, means: [first] }: Token): number {
  if (!first) return isSilent(text) ? 0 : unknownCost * text.length
  return first.is === 'filler' ? fillerCost : wordCost
}

/** Spaces, quotes and marks between words. */
export const isSilent = (text: string): boolean => /^[\s,.?!;:"'“”‘’「」『』《》【】()、。·…&+/_]+$/.test(text)
export const isUnknown = ({ text, means }: Token): boolean => means.length === 0 && !isSilent(text)

/** Whether more letters are unknown than were understood: an answer to the smaller part of a question is a guess. */
export function isMostlyUnknown(tokens: readonly Token[], understood: readonly Token[]): boolean {
  const letters = (some: readonly Token[]) => some.reduce((sum, { text }) => sum + text.length, 0)
  return letters(tokens.filter(isUnknown)) > letters(understood)
}

function unknownAt(text: string, at: number): Token {
  const word = isLetter(text[at]) && !isLetter(text[at - 1]) ? /^[\p{Script=Latin}\p{Nd}]+/u.exec(text.slice(at))?.[0] : undefined
  const letter = String.fromCodePoint(text.codePointAt(at) ?? 0)
  return { at, text: word ?? letter, means: [] }
}

function knownAt(text: string, lower: string, at: number, lexicon: Lexicon, patterns: readonly Pattern[]): Token[] {
  const words = (lexicon.get(lower.slice(at, at + 1)) ?? []).filter(({ word }) => lower.startsWith(word, at))
  const found = [
    ...words.map(({ word, means }) => ({ length: word.length, means })),
    ...patterns.flatMap((pattern) => {
      const one = pattern(text, at)
      return one && one.length > 0 ? [{ length: one.length, means: [one.meaning] }] : []
    }),
  ]
  return found
    .filter(({ length }) => isWhole(text, at, length))
    .map(({ length, means }) => ({ at, text: text.slice(at, at + length), means }))
}

const isLetter = (sign: string | undefined): boolean => sign !== undefined && /[\p{Script=Latin}]/u.test(sign)
const isWhole = (text: string, at: number, length: number): boolean =>
  !(isLetter(text[at]) && isLetter(text[at - 1])) && !(isLetter(text[at + length - 1]) && isLetter(text[at + length]))
