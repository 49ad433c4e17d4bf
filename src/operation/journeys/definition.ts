import { z } from 'zod'
import { type Condition, where } from '#platform/events/where.ts'
import { remember } from '#platform/remember.ts'
import { Attachment } from '../contents/schema.ts'

// What a journey is, as the editor draws it and a version keeps it. Safe for the browser.

/** A filter as it was written; `where` reads it. */
const filter = z.unknown().superRefine((value, ctx) => {
  const read = where.safeParse(value ?? {})
  if (!read.success) for (const { message, path } of read.error.issues) ctx.addIssue({ code: 'custom', message, path: [...path] })
})

const stepId = z.string().regex(/^[\w-]{1,40}$/, 'A step is named by letters, digits, - and _.')
const eventName = z.string().trim().min(1, 'Name an event.').max(100)
const publicId = z.string().min(1).max(60)
const text = (most: number) => z.string().trim().min(1).max(most)

export const durationUnits = ['minute', 'hour', 'day', 'week'] as const
const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const

export const Duration = z.strictObject({ value: z.int().min(1).max(10_000), unit: z.enum(durationUnits) })
export type Duration = z.infer<typeof Duration>
/** Days of a duration are 24 hours; a step that wants a time of day says so. */
export const durationMs = ({ value, unit }: Duration): number => value * unitMs[unit]

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day is written 09:30.')
const weekdays = z.array(z.int().min(1).max(7)).min(1).max(7)

/**
 * Something that happens to a person: an event they are in, their coming into or going out of a segment, the end of a task that a
 * step of this journey asked a colleague for.
 */
export const Happening = z.union([
  z.strictObject({ event: eventName, where: filter.optional() }),
  z.strictObject({ task: stepId, result: z.enum(['done', 'skipped']).optional() }),
  z.strictObject({ segment: publicId, moves: z.enum(['in', 'out']) }),
])
export type Happening = z.infer<typeof Happening>

/** What somebody may wait for: that something happens to them, or that a rule of the segment builder holds for them. */
const Awaited = z.union([...Happening.options, z.strictObject({ rule: z.unknown() })])
export type Awaited = z.infer<typeof Awaited>

const repeat = z.union([
  z.strictObject({ every: z.literal('day'), at: clock }),
  z.strictObject({ every: z.literal('week'), at: clock, weekdays }),
  z.strictObject({ every: z.literal('month'), at: clock, day: z.int().min(1).max(31) }),
  z.strictObject({ every: z.literal('once'), at: clock, date: z.iso.date() }),
])
export type Repeat = z.infer<typeof repeat>

/** Empty until somebody chose one: such a journey is drawn, and not started. */
const chosenSegment = z.string().max(60)

export const Entry = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('event'), event: eventName, where: filter.optional() }),
  z.strictObject({ by: z.literal('segment'), segment: chosenSegment, moves: z.enum(['in', 'out']) }),
  z.strictObject({ by: z.literal('schedule'), segment: chosenSegment, repeat }),
  /** Through the API or by hand: people are named. */
  z.strictObject({ by: z.literal('hand') }),
])
export type Entry = z.infer<typeof Entry>

export const Reentry = z.discriminatedUnion('policy', [
  z.strictObject({ policy: z.literal('once') }),
  z.strictObject({ policy: z.literal('after'), days: z.int().min(1).max(3650) }),
  z.strictObject({ policy: z.literal('inactive') }),
  /** One run a value: of an order, of a course. */
  z.strictObject({ policy: z.literal('each'), property: text(200) }),
])
export type Reentry = z.infer<typeof Reentry>

/** What goes to customers through WeCom. How many and which attachments each step takes is checked with the rest of the drawing. */
const said = (most: number) => ({
  text: z.string().trim().max(most).default(''),
  attachments: z.array(Attachment).max(50).default([]),
})
const saysSomething = ({ text, attachments }: { text: string; attachments: readonly unknown[] }) => text !== '' || attachments.length > 0
const nothingSaid = { error: 'Words or an attachment are needed.', path: ['text'] }

const next = stepId.nullable().default(null)
const common = { id: stepId, name: z.string().trim().max(60).optional(), at: z.strictObject({ x: z.number(), y: z.number() }).optional() }

export const Step = z.discriminatedUnion('type', [
  z.strictObject({ ...common, type: z.literal('tag'), tag: publicId, remove: z.boolean().default(false), next }),
  z.strictObject({
    ...common,
    type: z.literal('attribute'),
    key: text(50),
    value: z.union([z.string().max(500), z.number(), z.boolean(), z.null()]),
    next,
  }),
  /** For the friend's colleague to do, with a script that names the person. */
  z.strictObject({
    ...common,
    type: z.literal('task'),
    title: text(100),
    script: z.string().max(4000).optional(),
    due: Duration.optional(),
    next,
  }),
  /** Moves the one-to-one stage that the friend's colleague has come to with the person. */
  z.strictObject({ ...common, type: z.literal('stage'), stage: publicId, back: z.boolean().default(false), next }),
  /** To colleagues, through the app: to the person's friend where nobody is named. */
  z.strictObject({ ...common, type: z.literal('notice'), employees: z.array(publicId).max(20).default([]), text: text(500), next }),
  /** What a new friend hears within the twenty seconds that WeCom gives. Left when the fate of the greeting is known. */
  z.strictObject({ ...common, type: z.literal('welcome'), ...said(4000), next }).refine(saysSomething, nothingSaid),
  /** One content for everybody, because WeCom takes it so. */
  z
    .strictObject({
      ...common,
      type: z.literal('message'),
      ...said(4000),
      kind: z.enum(['marketing', 'service']).default('marketing'),
      next,
    })
    .refine(saysSomething, nothingSaid),
  /** To the groups of the friend's colleague that the person is in. */
  z
    .strictObject({
      ...common,
      type: z.literal('group_message'),
      ...said(4000),
      kind: z.enum(['marketing', 'service']).default('marketing'),
      next,
    })
    .refine(saysSomething, nothingSaid),
  /** The friend's colleague is asked to publish it; WeCom shows it by tag, not by person. */
  z
    .strictObject({ ...common, type: z.literal('moment'), ...said(2000), tag: publicId.nullable().default(null), next })
    .refine(saysSomething, nothingSaid),
  /** A wish that another feature or system fulfils: it is told as an event and to webhooks. */
  z.strictObject({ ...common, type: z.literal('offer'), offer: z.enum(['coupon', 'points']), value: text(100), next }),
  z.strictObject({ ...common, type: z.literal('signal'), signal: text(60), next }),
  /** The same for a text message: whoever is connected to a provider sends it. */
  z.strictObject({
    ...common,
    type: z.literal('sms'),
    text: text(500),
    kind: z.enum(['marketing', 'service']).default('marketing'),
    next,
  }),
  z.strictObject({ ...common, type: z.literal('wait'), for: Duration, next }),
  /** Until the next time of day, on these days of the week (1 is Monday) where some are said. */
  z.strictObject({ ...common, type: z.literal('wait_until'), at_time: clock, weekdays: weekdays.optional(), next }),
  z.strictObject({
    ...common,
    type: z.literal('wait_for'),
    happens: z.array(Awaited).min(1).max(10),
    timeout: Duration,
    next,
    otherwise: next,
  }),
  z.strictObject({
    ...common,
    type: z.literal('branch'),
    paths: z
      .array(
        z.strictObject({
          name: text(60),
          /** A rule of the segment builder, or a filter on what the person came in by or was last waited for. */
          when: z.union([z.strictObject({ rule: z.unknown() }), z.strictObject({ entry: filter }), z.strictObject({ happened: filter })]),
          next,
        }),
      )
      .min(1)
      .max(20),
    otherwise: next,
  }),
  z.strictObject({
    ...common,
    type: z.literal('split'),
    /** Whole per cents. */
    paths: z
      .array(z.strictObject({ name: text(60), weight: z.int(), next }))
      .min(1)
      .max(10),
  }),
  z.strictObject({ ...common, type: z.literal('goal'), next }),
  z.strictObject({ ...common, type: z.literal('end') }),
])
export type Step = z.infer<typeof Step>
export type StepOf<Type extends Step['type']> = Extract<Step, { type: Type }>

/** A step that says something to customers through WeCom: words, attachments or both. */
export type Saying = StepOf<'welcome' | 'message' | 'group_message' | 'moment'>

export const mostSteps = 200

export const Definition = z.strictObject({
  entry: Entry,
  reentry: Reentry.default({ policy: 'once' }),
  /** Whoever meets one of these leaves at once, also out of a wait. */
  exits: z.array(Happening).max(10).default([]),
  goal: z
    .strictObject({ when: z.array(Happening).min(1).max(10), leaves: z.boolean().default(true) })
    .nullable()
    .default(null),
  start: next,
  steps: z.array(Step).max(mostSteps, `A journey has at most ${mostSteps} steps.`).default([]),
  /** Whether the touch works, and whether the business moves: metrics by name. */
  trialMetric: z.string().max(100).nullable().default(null),
  growthMetric: z.string().max(100).nullable().default(null),
})
export type Definition = z.infer<typeof Definition>

/** How being added as a friend is told: the only entry that somebody can be greeted at. */
export const greetedEvent = 'customer.followed'

/** Whoever comes in is greeted, which WeCom allows for twenty seconds: nobody is let in later. */
export const greets = ({ entry, steps }: Definition): boolean =>
  entry.by === 'event' && entry.event === greetedEvent && steps.some(({ type }) => type === 'welcome')

/** Where a step may lead, with the name of the way. */
export function waysOf(step: Step): { way: string; to: string | null }[] {
  switch (step.type) {
    case 'end':
      return []
    case 'wait_for':
      return [
        { way: 'next', to: step.next },
        { way: 'otherwise', to: step.otherwise },
      ]
    case 'branch':
      return [...step.paths.map(({ next: to }, i) => ({ way: `paths.${i}`, to })), { way: 'otherwise', to: step.otherwise }]
    case 'split':
      return step.paths.map(({ next: to }, i) => ({ way: `paths.${i}`, to }))
    default:
      return [{ way: 'next', to: step.next }]
  }
}

/** Steps that do something to somebody, which a trial can leave undone. A greeting is said before anybody stands there. */
export const isTreatment = ({ type }: Step): boolean =>
  !['welcome', 'wait', 'wait_until', 'wait_for', 'branch', 'split', 'goal', 'end'].some((other) => other === type)

/** Whether those who stand there have to be asked about again now and then. */
export const waitsForRule = (step: Step | undefined): boolean => step?.type === 'wait_for' && step.happens.some((one) => 'rule' in one)

const filters = new WeakMap<object, Condition>()

/** A filter as it was read; checked when the definition was. Read once for everybody who comes by. */
export const readFilter = (value: unknown): Condition | undefined =>
  value === undefined ? undefined : remember(filters, value as object, () => where.parse(value))
