import { put } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import type { Stage } from '#insight/reports/stages/schema.ts'

export type WrittenMatcher = { event: string; where?: unknown }

export type WrittenRule = {
  events: WrittenMatcher[]
  times?: number
  withinDays?: number
  after?: string
  afterDays?: number
  holdsDays?: number
  until?: WrittenMatcher[]
}

export type WrittenTouchpoint = { stage: Stage; name: string; event: string; where?: unknown }

/** As it was sent: filters of rules are kept as they are written, whatever this form shows of them. */
export type WrittenSettings = {
  rules: Record<Stage, WrittenRule>
  sops: Partial<Record<Stage, { text: string; owner?: string; journey?: string }>>
  touchpoints: WrittenTouchpoint[]
}

type Shown = { settings: WrittenSettings; changedAt: string | null }

export const useStageRules = () => useResource<Shown>('stage-rules')
export const useSaveStageRules = () =>
  useCommand((settings: WrittenSettings) => put<Shown>('stage-rules', settings), ['stage-rules', 'report-answers'])
