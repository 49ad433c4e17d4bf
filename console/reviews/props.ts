import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import type { ReviewResult } from '#insight/reports/review/schema.ts'
import { type ReviewSubject, reviewSubjects } from '#insight/reports/review/subjects.ts'

export type ReviewProps = ResultProps<ReviewResult>

export const subjectOf = ({ document }: Pick<ReviewProps, 'document'>): ReviewSubject =>
  reviewSubjects.find((one) => one === document.of) ?? 'live'

/** Opens the people behind a number: of one row, or of all of them. */
export const behind = ({ document, drill }: ReviewProps, title: string, of: string, key?: string) =>
  drill({ title, report: change(document, { persons: { of, ...(key === undefined ? {} : { key }) } }) })
