import { useText } from '#console/i18n/i18n.ts'
import { type Document, textOf } from '#console/reports/document.ts'
import { valueName } from '#console/reports/labels.ts'
import { useSegmentNames } from '#console/segments/queries.ts'
import type { RetentionCohorts, RetentionResult } from '#insight/reports/retention/schema.ts'

/** Whose cohorts: everybody, one value of the breakdown, or one segment; `fields` and `of` turn the document into a question for people. */
export interface RetentionGroup {
  key: string
  name: string
  cohorts: RetentionCohorts
  fields: Record<string, unknown>
  of: Record<string, unknown>
}

export function useRetentionGroups({ cohorts, breakdown = [], segments = [] }: RetentionResult): RetentionGroup[] {
  const { t } = useText()
  const names = new Map(useSegmentNames().map(({ value, label }) => [value, label]))
  return [
    { key: 'all', name: t('portrait.everybody'), cohorts, fields: { breakdown: undefined, segments: undefined }, of: {} },
    ...breakdown.map(({ value, name, other, cohorts }) => ({
      key: JSON.stringify([value, other]),
      name: valueName(name ?? value, other, t),
      cohorts,
      fields: { segments: undefined },
      of: other ? { other } : { value },
    })),
    ...segments.map(({ segment, cohorts }) => ({
      key: segment,
      name: names.get(segment) ?? segment,
      cohorts,
      fields: { breakdown: undefined, segments: undefined, segment },
      of: {},
    })),
  ]
}

/** The mean of each column over the cohorts whose value is over, in percent; null where there is none. */
export function meansOf(cohorts: RetentionCohorts, complete: RetentionResult['complete']): (number | null)[] {
  const longest = Math.max(...cohorts.map(({ values }) => values.length))
  return Array.from({ length: longest }, (_, at) => {
    const whole = cohorts.filter(({ values }, cohort) => values[at] !== undefined && isOver(cohorts, complete, cohort, at))
    const size = whole.reduce((sum, cohort) => sum + cohort.size, 0)
    const back = whole.reduce((sum, cohort) => sum + (cohort.values[at] ?? 0), 0)
    return size === 0 ? null : Math.round((back / size) * 1000) / 10
  })
}

/** Whoever still has time to come back is no one who stayed away: such a value stands in no mean. */
export const isOver = (cohorts: RetentionCohorts, complete: RetentionResult['complete'], cohort: number, at: number): boolean =>
  at < (complete?.[cohort] ?? cohorts[cohort]?.values.length ?? 0)

/** Brackets follow one another and hold as many intervals as they say: [1, 3] is 1 and 2–4. */
export function columnNumber({ mode, brackets }: Document, at: number): string {
  if (mode !== 'brackets' || !Array.isArray(brackets) || at === 0) return String(at)
  const lengths = brackets.slice(0, at).map(Number)
  const last = lengths.reduce((sum, length) => sum + length, 0)
  const first = last - (lengths.at(-1) ?? 1) + 1
  return first === last ? String(last) : `${first}–${last}`
}

export function periodOf(document: Document): 'hour' | 'day' | 'week' | 'month' {
  const period = textOf(document.period)
  return period === 'hour' || period === 'week' || period === 'month' ? period : 'day'
}
