import { valueNames } from '../metric/dimensions.ts'
import type { Scope } from '../scope.ts'
import type { Life } from './retention.ts'
import type { RetentionReport } from './schema.ts'

export type Known = Life & { one: string; value: string | null }

type Row = { value: string | null; name: string | null; other?: true; lives: Known[] }

/** The values with the most people who are in any cohort, the rest as "Other". Everybody has one value, so the rows add up to the whole. */
export async function splitLives(
  scope: Scope,
  { dimension, limit }: NonNullable<RetentionReport['breakdown']>,
  lives: readonly Known[],
): Promise<Row[]> {
  const called = await valueNames(scope, dimension ?? '')
  const started = lives.filter(({ starts }) => starts.length > 0)
  const rows = [...Map.groupBy(started, ({ value }) => value)]
    .map(([value, lives]): Row => ({ ...called(value), lives }))
    .sort(
      (a, b) =>
        b.lives.length - a.lives.length ||
        Number(a.value === null) - Number(b.value === null) ||
        (String(a.value) < String(b.value) ? -1 : 1),
    )
  if (rows.length <= limit) return rows
  const rest = rows.slice(limit).flatMap(({ lives }) => lives)
  return [...rows.slice(0, limit), { value: 'Other', name: null, other: true, lives: rest }]
}
