import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

export const EventsReceipt = z.object({ accepted: z.int(), duplicates: z.int(), quarantined: z.int() })

const name = z.string().trim().min(1).max(200)

/** A page asks what it shows; `slip`: what its browser was dealt before. */
export const VariantQuestion = z.object({ experiment: name, device: name, person: name.optional(), slip: z.string().max(1000).optional() })
export type VariantQuestion = z.infer<typeof VariantQuestion>

/** Null for the page as it is. The slip goes into `experiment.exposed` when that has been shown. */
export const VariantAnswer = z.object({ variant: z.string().nullable(), slip: z.string().optional() })

export const RecentQuery = z.object({
  name: z.string().max(100).optional(),
  /** A customer's id, or any identity of theirs as its sender writes it; `customer` is its older name. */
  person: z.string().min(1).max(200).optional(),
  customer: z.string().max(60).optional(),
  device: z.string().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})

export type RecentQuery = { name?: string | undefined; person?: string | undefined; device?: string | undefined; limit: number }

export const RecentEvents = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      at: z.string(),
      receivedAt: z.string(),
      customerId: z.string().nullable(),
      customerName: z.string().nullable(),
      customerAlias: Alias.nullable(),
      properties: z.record(z.string(), z.string()),
    }),
  ),
  next: z.null(),
})

export const propertyTypes = ['text', 'number', 'integer', 'boolean', 'time', 'list'] as const
export type PropertyType = (typeof propertyTypes)[number]

const clean = (letters: number) =>
  z
    .string()
    .trim()
    .max(letters)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'This is no text.')

export const PlannedProperty = z.strictObject({
  name: clean(100).min(1),
  type: z.enum(propertyTypes),
  title: clean(100).default(''),
  required: z.boolean().default(false),
  /** The only values it may have, written out. */
  values: z.array(clean(200)).max(200).optional(),
})
export type PlannedProperty = z.infer<typeof PlannedProperty>

/** What a company says of an event of its own. */
export const Declaring = z.strictObject({
  title: clean(100).min(1),
  description: clean(1000).default(''),
  owner: clean(100).default(''),
  properties: z.array(PlannedProperty).max(200).default([]),
  closed: z.boolean().default(false),
  sample: z.record(z.string(), z.unknown()).nullable().default(null),
})
export type Declaring = z.infer<typeof Declaring>

/** An event name with its declaration (absent for what senders made up) and its use. */
export const PlannedEvent = z.object({
  name: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }).nullable(),
  declared: z.boolean(),
  /** Who declared it: the product, which states it or has pages tell it, or the company; null for nobody. */
  declaredBy: z.enum(['product', 'pages', 'company']).nullable(),
  own: z.boolean(),
  /** Told to consumers and webhooks only: no report has it. */
  logOnly: z.boolean(),
  properties: z.array(z.string()),
  /** Declared properties with their types, where the event is held to them. */
  plan: Declaring.nullable(),
  events: z.int(),
  persons: z.int(),
  lastAt: z.string().nullable(),
})

export type PlannedEvent = z.infer<typeof PlannedEvent>

export const TrackingPlan = z.object({
  items: z.array(PlannedEvent),
  next: z.null(),
  holdUnknown: z.boolean(),
  /** What was ever told of people: declared attributes, and what programs brought along. */
  personProperties: z.array(z.string()),
})

export const TrackingRules = z.strictObject({ holdUnknown: z.boolean() })

/** `shop`: the sandbox's own shop, to try the script on, while this installation works with the sandbox. */
export const TrackingSetup = z.object({ script: z.string(), shop: z.string().nullable() })
export type TrackingSetup = z.infer<typeof TrackingSetup>

export const QuarantineList = z.object({
  items: z.array(
    z.object({ id: z.string(), reason: z.string(), field: z.string().nullable(), event: z.unknown(), receivedAt: z.string() }),
  ),
  next: z.null(),
  /** How many there are, whatever the list shows. */
  waiting: z.int(),
})

export const ReplayBody = z.object({ event: z.record(z.string(), z.unknown()).optional() })

/** All that wait, or those of one event name. */
export const ReplayAll = z.strictObject({ name: z.string().max(200).optional() })
export const ReplayReceipt = z.object({ accepted: z.int(), duplicates: z.int(), held: z.int() })
