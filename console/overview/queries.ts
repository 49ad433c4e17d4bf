import { useList, useResource } from '#console/api/query.ts'
import type { Named } from '#console/api/types.ts'
import type { Counts, Step } from '#console/overview/loop-steps.ts'
import type { Called } from '#console/ui/person-name.ts'

export interface Overview {
  loop: Record<Step, { total: number; before?: number | null }>
  days: ({ day: string } & Counts)[]
  channels: ({ channel: Named | null } & Counts)[]
}

export interface StepPerson extends Called {
  id: string
  avatar?: string | null
  at: string
  employee?: Named | null
  channel?: Named | null
}

export const useOverview = (span: { from: string; to: string }) => useResource<Overview>('overview', span)

export const useStepPeople = (query: { step: Step; from: string; to: string; channel?: string | undefined }) =>
  useList<StepPerson>('overview/people', query)
