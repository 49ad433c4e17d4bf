import { z } from 'zod'
import { pageFields } from '../page-fields.ts'
import { datedFields, text } from '../schema.ts'

/** A place of a path as the result names it. */
const node = text(600).regex(/^\d{1,2}_/, 'A node is its step and its name: 2_/pricing.')

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
  /** Who came to a node, went on from it or stopped there; or who went from one node to the next. */
  persons: z
    .union([
      z.strictObject({ node, of: z.enum(['reached', 'wentOn', 'droppedOff']).default('reached') }),
      z.strictObject({ source: node, target: node }),
    ])
    .optional(),
})

export type PathsReport = z.infer<typeof pathsReport>

export const pathsResult = z.object({
  edges: z.array(z.object({ source: z.string(), target: z.string(), value: z.int(), averageSeconds: z.number() })),
  nodes: z.array(z.object({ node: z.string(), reached: z.int(), wentOn: z.int(), droppedOff: z.int() })),
  /** Fewer than the times, where somebody went there in several visits. */
  persons: z.array(z.string()).optional(),
})

export type PathsResult = z.infer<typeof pathsResult>
