/**
 * A set of persons: bit `id % 32` of word `id / 32`. Ids are dense, so a million people are 125 kB, and sets meet, join and are
 * counted word by word. A set that says `negated` holds everybody but these; who everybody is, only the end needs to know.
 */
export type People = { negated: boolean; bits: Uint32Array }

export const nobody = (): People => ({ negated: false, bits: new Uint32Array(0) })
export const everybody = (): People => ({ negated: true, bits: new Uint32Array(0) })

export const complement = ({ negated, bits }: People): People => ({ negated: !negated, bits })

export function intersect(a: People, b: People): People {
  if (a.negated && b.negated) return { negated: true, bits: join(a.bits, b.bits) }
  if (a.negated) return { negated: false, bits: without(b.bits, a.bits) }
  return { negated: false, bits: b.negated ? without(a.bits, b.bits) : meet(a.bits, b.bits) }
}

export const unite = (a: People, b: People): People => complement(intersect(complement(a), complement(b)))

/** One after the other would copy the set each time; there are few. */
export const intersectAll = (sets: readonly People[]): People => sets.reduce(intersect, everybody())
export const uniteAll = (sets: readonly People[]): People => sets.reduce(unite, nobody())

const meet = (a: Uint32Array, b: Uint32Array): Uint32Array =>
  new Uint32Array(Math.min(a.length, b.length)).map((_, i) => (a[i] ?? 0) & (b[i] ?? 0))

const join = (a: Uint32Array, b: Uint32Array): Uint32Array =>
  new Uint32Array(Math.max(a.length, b.length)).map((_, i) => (a[i] ?? 0) | (b[i] ?? 0))

export const without = (a: Uint32Array, b: Uint32Array): Uint32Array => a.map((word, i) => word & ~(b[i] ?? 0))

/** From words by their place, as databases give them. */
export function bitsOfWords(words: readonly number[], values: readonly number[]): Uint32Array {
  const bits = new Uint32Array(words.reduce((most, word) => Math.max(most, word + 1), 0))
  for (const [i, word] of words.entries()) bits[word] = values[i] ?? 0
  return bits
}

export function bitsOf(ids: readonly number[]): Uint32Array {
  const bits = new Uint32Array(ids.reduce((most, id) => Math.max(most, (id >>> 5) + 1), 0))
  for (const id of ids) bits[id >>> 5] = (bits[id >>> 5] ?? 0) | (1 << (id & 31))
  return bits
}

/** In the order of ids. */
export function idsOf(bits: Uint32Array): number[] {
  const ids: number[] = []
  for (let word = 0; word < bits.length; word++)
    for (let left = bits[word] ?? 0; left !== 0; left &= left - 1) ids.push(word * 32 + 31 - Math.clz32(left & -left))
  return ids
}

export const has = (bits: Uint32Array, id: number): boolean => (((bits[id >>> 5] ?? 0) >>> (id & 31)) & 1) === 1

export function countBits(bits: Uint32Array): number {
  let count = 0
  for (let word of bits) {
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}

/** Little-endian bytes: bit `id % 8` of byte `id / 8`, which is how both databases count bits of a text. */
export const bytesOf = (bits: Uint32Array): Buffer => Buffer.from(bits.buffer, bits.byteOffset, bits.byteLength)
