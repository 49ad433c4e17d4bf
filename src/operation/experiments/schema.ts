import { z } from 'zod'

/** Weights are whole per-mille of those who are not held out, and add up to this. */
export const whole = 1000

/** The variant of whoever is held out of an experiment. */
export const holdout = 'holdout'

const text = (letters: number) => z.string().trim().min(1).max(letters)
const scalar = z.union([z.string().max(500), z.number(), z.boolean()])

/** What reports understand as a filter, in its short form: a property is a value, or one of several. */
const where = z.record(text(200), z.union([scalar, z.array(scalar).min(1).max(50)]))

/** What a person did within the window: whether the event came at all, or what came of a property. */
export const Metric = z.strictObject({
  name: text(60),
  event: text(200),
  where: where.optional(),
  measure: z
    .string()
    .regex(/^(converted|sum\(.{1,200}\))$/s, 'A measure is converted or sum(property).')
    .default('converted'),
  better: z.enum(['more', 'less']).default('more'),
  /** Of these events only what people do themselves, as the company's settings have it. */
  own: z.literal(true).optional(),
})
export type Metric = z.infer<typeof Metric>

/** What must not suffer: it may get worse by this much, in the units of its measure. */
export const GuardRail = Metric.extend({
  better: z.enum(['more', 'less']).default('less'),
  tolerance: z.number().min(0).max(1e12).default(0),
})
export type GuardRail = z.infer<typeof GuardRail>

export const Variant = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z0-9_]{1,30}$/, 'A key is small letters, digits and underscores.')
    .refine((key) => key !== holdout, `"${holdout}" is the name of those who are held out.`),
  name: text(60),
  /** Whole per-mille of those who are not held out. */
  weight: z.int().min(1).max(whole),
})
export type Variant = z.infer<typeof Variant>

const variants = z
  .array(Variant)
  .min(1)
  .max(10)
  .refine((all) => new Set(all.map(({ key }) => key)).size === all.length, 'Each variant has a key of its own.')
  .refine((all) => all.reduce((sum, { weight }) => sum + weight, 0) === whole, `Weights add up to ${whole}.`)

/** `base`: the share or mean of the trial metric without treatment; `spread`: for sums, how far people lie apart (standard deviation). */
export const Plan = z.strictObject({
  base: z.number().min(0).max(1e12),
  spread: z.number().positive().max(1e12).optional(),
  lift: z.number().positive().max(1e12),
  power: z.number().min(0.5).max(0.99).default(0.8),
})
export type Plan = z.infer<typeof Plan>

export const thingKinds = ['journey', 'journey_step', 'message', 'page', 'offer'] as const

/** Where the program itself says who gets what; an offer is made by somebody else, who tells it. */
export const dealtKinds = ['journey', 'journey_step', 'message', 'page'] as const satisfies readonly (typeof thingKinds)[number][]

/** What is treated, as its feature calls it outside. */
export const Thing = z.strictObject({ kind: z.enum(thingKinds), id: text(60), step: text(60).nullable().default(null) })
export type Thing = z.infer<typeof Thing>

const holdoutPerMille = z.int().min(0).max(990)
const windowDays = z.int().min(1).max(366)

export const NewExperiment = z.strictObject({
  name: text(60),
  hypothesis: z.string().trim().max(1000).default(''),
  holdoutPerMille: holdoutPerMille.default(0),
  variants,
  /** Whom the others are held against; those held out, else the first variant. */
  control: z.string().max(30).optional(),
  trialMetric: Metric,
  growthMetric: Metric,
  guardRails: z.array(GuardRail).max(10).default([]),
  windowDays,
  plan: Plan,
  plannedEnd: z.iso.date().nullable().default(null),
  thing: Thing.nullable().default(null),
})
export type NewExperiment = z.infer<typeof NewExperiment>

/** Absent stays as it is. */
export const ExperimentPatch = z
  .strictObject({
    name: text(60),
    hypothesis: z.string().trim().max(1000),
    holdoutPerMille,
    variants,
    control: z.string().max(30),
    trialMetric: Metric,
    growthMetric: Metric,
    guardRails: z.array(GuardRail).max(10),
    windowDays,
    plan: Plan,
    plannedEnd: z.iso.date().nullable(),
    thing: Thing.nullable(),
  })
  .partial()
export type ExperimentPatch = z.infer<typeof ExperimentPatch>

export const states = ['draft', 'running', 'stopped', 'archived'] as const
export type State = (typeof states)[number]

export const StateChange = z.strictObject({
  state: z.enum(['running', 'stopped', 'archived']),
  /** Which variant won, when one is stopped; null when none did. */
  winner: z.string().max(30).nullable().optional(),
})
export type StateChange = z.infer<typeof StateChange>

export const Experiment = z.object({
  id: z.string(),
  name: z.string(),
  hypothesis: z.string(),
  state: z.enum(states),
  holdoutPerMille: z.int(),
  variants: z.array(Variant),
  control: z.string(),
  trialMetric: Metric,
  growthMetric: Metric,
  guardRails: z.array(GuardRail),
  windowDays: z.int(),
  plan: Plan,
  plannedEnd: z.string().nullable(),
  thing: Thing.nullable(),
  winner: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  stoppedAt: z.iso.datetime().nullable(),
  ratioAlarmedAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  /** People with a first exposure, and how many of them were left untreated. */
  exposed: z.int(),
  ghosts: z.int(),
})
export type Experiment = z.infer<typeof Experiment>

export const ExperimentList = z.object({ items: z.array(Experiment), next: z.string().nullable() })

export const ExperimentQuery = z.object({
  q: z.string().trim().max(60).optional(),
  state: z.enum(states).optional(),
  /** What is treated, by its id. */
  thing: text(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
export type ExperimentQuery = z.infer<typeof ExperimentQuery>

/** Without `from`, at once; `rotate` deals the people anew. 0 leaves nobody out. */
export const ControlGroupChange = z.strictObject({
  perMille: z.int().min(0).max(500),
  rotate: z.boolean().default(false),
  from: z.iso.datetime().optional(),
})
export type ControlGroupChange = z.infer<typeof ControlGroupChange>

const ControlPeriod = z.object({
  from: z.iso.datetime(),
  until: z.iso.datetime().nullable(),
  perMille: z.int(),
  /** Counted up whenever people were dealt anew. */
  deal: z.int(),
})

/** The company-wide control group, now and ever: newest first. */
export const ControlGroup = z.object({
  perMille: z.int(),
  since: z.iso.datetime().nullable(),
  periods: z.array(ControlPeriod),
  /** People who are listed as customers. */
  customers: z.int(),
})
export type ControlGroup = z.infer<typeof ControlGroup>

export const ControlQuery = z.object({ at: z.iso.datetime({ offset: true }).optional() })

export const ControlStanding = z.object({
  heldOut: z.boolean(),
  /** Since when they are in the group, or out of it, without a break; null for ever. */
  since: z.iso.datetime().nullable(),
})
export type ControlStanding = z.infer<typeof ControlStanding>

export const ControlMembersQuery = ControlQuery.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
export const ControlMembers = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
  next: z.string().nullable(),
})
