import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'
import { PageQuery } from '#platform/http/paging.ts'

/** The loop in its order. What each number means stands in the README and in the tooltips. */
export const loopSteps = ['scans', 'adds', 'tagged', 'ordered'] as const
export type LoopStep = (typeof loopSteps)[number]

const dayText = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'A day is written yyyy-MM-dd.')
const span = { from: dayText, to: dayText }

export const OverviewQuery = z.object(span)

export const PeopleQuery = PageQuery.extend({ ...span, step: z.enum(loopSteps), channel: z.string().max(100).optional() })

const Named = z.object({ id: z.string(), name: z.string() })
const counts = { scans: z.int(), adds: z.int(), tagged: z.int(), ordered: z.int() }
const Total = z.object({ total: z.int(), before: z.int() })

export const Overview = z.object({
  loop: z.object({ scans: Total, adds: Total, tagged: Total, ordered: Total }),
  days: z.array(z.object({ day: z.string(), ...counts })),
  channels: z.array(z.object({ channel: Named.nullable(), ...counts })),
})
export type Overview = z.infer<typeof Overview>
export type LoopCounts = Record<LoopStep, number>

export const StepPeople = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      alias: Alias.nullable(),
      avatar: z.string().nullable(),
      at: z.iso.datetime(),
      employee: Named.nullable(),
      channel: Named.nullable(),
    }),
  ),
  next: z.string().nullable(),
  total: z.int(),
})
export type StepPeople = z.infer<typeof StepPeople>
