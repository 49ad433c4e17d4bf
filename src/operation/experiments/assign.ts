import { hash } from 'node:crypto'
import { whole } from './schema.ts'

export type Weighted = { key: string; weight: number }

/**
 * Which variant this subject gets. Stable: the same salt, subject and weights give the same variant for ever, in whatever order the
 * variants are named; independent between salts. Weights are whole per-mille and add up to a thousand.
 */
export function variantOf(salt: string, subject: number, variants: readonly Weighted[]): string {
  const place = placeOf('variant', salt, subject)
  let end = 0
  for (const { key, weight } of [...variants].sort(byKey)) {
    end += weight
    if (place < end) return key
  }
  throw new Error(`the weights add up to ${end}, not to ${whole}`)
}

/**
 * Whether this subject is left untreated: of an experiment, or by the company-wide control group. A larger share holds out the same
 * people and more. Independent of `variantOf` also under the same salt.
 */
export const isHeldOut = (salt: string, subject: number, perMille: number): boolean => placeOf('holdout', salt, subject) < perMille

/** Code units, because no locale may move anybody. */
const byKey = (one: Weighted, other: Weighted): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)

/** One of a thousand places, the same for ever: 48 bits of SHA-256, whose remainder leans to no place that could be measured. */
const placeOf = (purpose: 'variant' | 'holdout', salt: string, subject: number): number =>
  Number.parseInt(hash('sha256', `${purpose}:${salt}:${subject}`).slice(0, 12), 16) % whole
