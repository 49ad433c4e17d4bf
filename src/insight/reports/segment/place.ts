import { hash53 } from '#conversion/orders/facts.ts'

/**
 * Where somebody stands between 0 and 1 for a salt: the same every time, and unlike their place for another salt. The finisher of
 * MurmurHash3 (public domain), twice, so that neighbours in number are not neighbours in place.
 */
export function placeOf(seed: number, person: number): number {
  return mix(mix(person ^ seed) + Math.imul(seed, 0x9e3779b1)) / 2 ** 32
}

export const seedOf = (salt: string): number => hash53(salt) >>> 0

function mix(value: number): number {
  let h = value >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
