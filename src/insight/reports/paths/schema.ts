import { z } from 'zod'
import { pageFields } from '../page-fields.ts'
import { datedFields, text } from '../schema.ts'

const names = z.array(text(200)).max(200).default([])

export const pathsReport = z.strictObject({
  type: z.literal('paths'),
  ...datedFields,
  node: z.union([z.enum(['event', 'page']), z.strictObject({ property: text(200) })]).default('event'),
  sessionGapMinutes: z.int().min(1).max(43_200).default(30),
  stepLimit: z.int().min(2).max(50).default(5),
  startPoint: text(500).optional(),
  endPoint: text(500).optional(),
  includeEvents: names,
  excludeEvents: names,
  ...pageFields,
  edgeLimit: z.int().min(1).max(10_000).default(50),
  collapseRepeats: z.boolean().default(true),
})

export type PathsReport = z.infer<typeof pathsReport>

export const pathsResult = z.object({
  edges: z.array(z.object({ source: z.string(), target: z.string(), value: z.int(), averageSeconds: z.number() })),
  nodes: z.array(z.object({ node: z.string(), reached: z.int(), wentOn: z.int(), droppedOff: z.int() })),
})

export type PathsResult = z.infer<typeof pathsResult>
