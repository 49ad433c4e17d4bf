import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { commonFields } from '../schema.ts'
import { oneWindow, windowFields } from '../window.ts'

/** The quadrants in the order of their worth. */
export const quadrants = [
  { key: 'both', name: '高频高客单', nameEn: 'Often and much', often: true, much: true },
  { key: 'much', name: '低频高客单', nameEn: 'Seldom, much', often: false, much: true },
  { key: 'often', name: '高频低客单', nameEn: 'Often, little', often: true, much: false },
  { key: 'neither', name: '低频低客单', nameEn: 'Seldom and little', often: false, much: false },
] as const
const key = z.enum(['both', 'much', 'often', 'neither'])

export const quadrantReport = z
  .strictObject({
    type: z.literal('quadrant'),
    ...commonFields,
    ...windowFields,
    amount: z.enum(['net', 'gross']).default('net'),
    /** Where high begins: above the middle of all buyers, or at bounds – orders, and major units per order. */
    thresholds: z
      .union([z.enum(['median', 'mean']), z.strictObject({ frequency: z.number().positive(), orderValue: z.number().min(0) })])
      .default('median'),
    rows: z.boolean().default(false),
    persons: z.strictObject({ quadrant: key }).optional(),
    currency: currency.optional(),
  })
  .superRefine(oneWindow)
export type QuadrantReport = z.infer<typeof quadrantReport>

export const quadrantResult = z.object({
  customers: z.int(),
  currency: z.string(),
  thresholds: z.object({ frequency: z.number().nullable(), orderValue: z.number().nullable() }),
  quadrants: z.array(
    z.object({
      key,
      name: z.string(),
      nameEn: z.string(),
      count: z.int(),
      orders: z.int(),
      amount: z.number(),
      orderValue: z.number().nullable(),
    }),
  ),
  rows: z.array(z.object({ person: z.string(), frequency: z.int(), amount: z.number(), orderValue: z.number(), quadrant: key })).optional(),
  persons: z.array(z.string()).optional(),
})
export type QuadrantResult = z.infer<typeof quadrantResult>
