import { z } from 'zod'
import { Attachment } from '../contents/schema.ts'
import { SendFate } from '../outbound/schema.ts'
import { Definition } from './definition.ts'

const name = z.string().trim().min(1, 'A journey has a name.').max(60)
const note = z.string().trim().max(500)

export const JourneyInput = z.strictObject({ name, note: note.default(''), draft: Definition })
export type JourneyInput = z.infer<typeof JourneyInput>

/** Absent stays. `seen`: when the one who changes it read it; refused when somebody else was quicker. */
export const JourneyChange = z.strictObject({
  name: name.optional(),
  note: note.optional(),
  draft: Definition.optional(),
  seen: z.iso.datetime().optional(),
})
export type JourneyChange = z.infer<typeof JourneyChange>

export const journeyStates = ['draft', 'running', 'paused', 'draining', 'stopped'] as const

export const JourneyItem = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string(),
  state: z.enum(journeyStates),
  version: z.int(),
  /** On the way now; ever entered, at the end, at the goal. */
  active: z.int(),
  entered: z.int(),
  done: z.int(),
  goal: z.int(),
  startedAt: z.iso.datetime().nullable(),
  updatedAt: z.iso.datetime(),
  /** Since when it is put away; such a one is read and brought back, nothing else. */
  archivedAt: z.iso.datetime().nullable(),
})
export type JourneyItem = z.infer<typeof JourneyItem>

export const JourneyList = z.object({ items: z.array(JourneyItem), next: z.string().nullable() })

export const Journey = JourneyItem.extend({
  draft: Definition,
  /** What runs now; null before the first start. */
  published: Definition.nullable(),
  /** Whether the drawing says something else than what runs. */
  changed: z.boolean(),
  dueAt: z.iso.datetime().nullable(),
  /** A drawing that waits for a second person; `isOwn`: the asker made or changed it, so that somebody else approves. */
  review: z.object({ receivers: z.int(), by: z.string(), at: z.iso.datetime(), isOwn: z.boolean() }).nullable(),
  /** People whom somebody would let in by hand, so many that a second person is asked first; `isOwn` as above. */
  entryReview: z.object({ people: z.int(), by: z.string(), at: z.iso.datetime(), isOwn: z.boolean() }).nullable(),
  /** Why it was sent back last. */
  reviewNote: z.string().nullable(),
})
export type Journey = z.infer<typeof Journey>

export const JourneyQuery = z.object({
  q: z.string().trim().max(60).optional(),
  state: z.enum(journeyStates).optional(),
  archived: z.stringbool().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
export type JourneyQuery = z.infer<typeof JourneyQuery>

/** Whose drawing it is, so that trials that run on it are looked at too. */
const journey = z.string().min(1).max(60).optional()

export const CheckRequest = z.strictObject({ draft: Definition, journey })

export const Issues = z.object({
  items: z.array(
    z.object({
      step: z.string().nullable(),
      field: z.string(),
      code: z.string(),
      message: z.string(),
      severity: z.enum(['error', 'warning']),
      /** As in the envelope of an error. */
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})

export const PublishRequest = z.strictObject({ migrate: z.boolean().default(false) })

/** Properties that branches may ask for, as if an event had brought them. */
const properties = z.record(z.string().max(200), z.union([z.string().max(500), z.number(), z.boolean()]))
const entry = properties.default({})

export const EnterRequest = z
  .strictObject({
    customers: z.array(z.string().min(1).max(60)).min(1).max(1000).optional(),
    /** Everybody who is in it now. */
    segment: z.string().min(1).max(60).optional(),
    entry,
  })
  .refine(({ customers, segment }) => (customers === undefined) !== (segment === undefined), {
    message: 'Name customers or a segment, one of them.',
    path: ['customers'],
  })
export type EnterRequest = z.infer<typeof EnterRequest>
/** `waiting`: so many are not in yet, because a second person is asked first. */
export const LetInResult = z.object({ entered: z.int(), refused: z.int(), waiting: z.int() })
export type LetInResult = z.infer<typeof LetInResult>

/** What becomes of those who came while it was paused. */
export const Resume = z.object({ arrivals: z.enum(['enter', 'drop']).default('enter') })
export type Resume = z.infer<typeof Resume>

export const CountsQuery = z.object({ version: z.coerce.number().int().min(1).max(1_000_000).optional() })
/** On the way already; were here before and may not come again; lack the property that runs are told apart by; the same person twice. */
export const refusals = ['active', 'before', 'keyless', 'same'] as const
export type Refusal = (typeof refusals)[number]
/** What would become of a list at the door, without anybody coming in. */
export const SortedPeople = z.object({
  people: z.int(),
  enters: z.int(),
  refused: z.array(z.object({ reason: z.enum(refusals), people: z.int() })),
})
export type SortedPeople = z.infer<typeof SortedPeople>

export const DoorLook = SortedPeople.extend({
  /** Whom somebody let in by hand within the last 24 hours without a second person's word: they count with these. */
  lately: z.int(),
  /** So many come in only by the word of a second person. */
  needsApproval: z.boolean(),
})
export type DoorLook = z.infer<typeof DoorLook>

/** Of those who came while it was paused. `people`: who wait; the rest is said of the `looked` who came first. */
export const ArrivalsLook = SortedPeople.extend({ looked: z.int() })
export type ArrivalsLook = z.infer<typeof ArrivalsLook>

/** How many are at each step now, and how many left it by which way; `ways` of the step '' are those of the journey. */
export const StepCounts = z.object({
  steps: z.array(z.object({ step: z.string(), waiting: z.int(), ways: z.record(z.string(), z.int()) })),
  versions: z.array(z.object({ version: z.int(), active: z.int(), publishedAt: z.iso.datetime() })),
  /** Who came while it was paused and waits at the door. */
  arrivals: z.int(),
})

const passed = z.union([z.object({ step: z.string(), way: z.string() }), z.object({ step: z.string(), until: z.string() })])

export const Run = z.object({
  id: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable() }),
  version: z.int(),
  state: z.enum(['active', 'done', 'left', 'stopped', 'failed']),
  reason: z.string().nullable(),
  step: z.string().nullable(),
  wakeAt: z.iso.datetime().nullable(),
  enteredAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  goalAt: z.iso.datetime().nullable(),
})
export const RunList = z.object({ items: z.array(Run), next: z.string().nullable() })
export const RunQuery = z.object({
  step: z.string().max(40).optional(),
  state: z.enum(['active', 'done', 'left', 'stopped', 'failed']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
export type RunQuery = z.infer<typeof RunQuery>
/** The way of one person, turn by turn, by the drawing they walk on. */
export const Trace = z.object({
  run: Run,
  definition: Definition,
  turns: z.array(
    z.object({
      at: z.iso.datetime(),
      passed: z.array(passed),
      /** What became of the messages that this turn wished for, by step: one to the person, or one to each of their groups. */
      sends: z.record(z.string(), z.array(SendFate)),
    }),
  ),
})

/** By the step that waits for something: that it happens, and with which properties. The other waits run out. */
const happens = z.record(z.string().max(40), properties).default({})
export type Happens = z.infer<typeof happens>

type Asking = { draft: Definition; happens: Happens }
const waitsOnly = ({ draft, happens }: Asking, ctx: z.RefinementCtx<Asking>): void => {
  for (const id of Object.keys(happens))
    if (!draft.steps.some((step) => step.id === id && step.type === 'wait_for'))
      ctx.addIssue({ code: 'custom', message: 'No step of this name waits for something.', path: ['happens', id] })
}

export const DryRunRequest = z
  .strictObject({ draft: Definition, journey, customer: z.string().min(1).max(60), entry, happens })
  .superRefine(waitsOnly)
export const DryRun = z.object({
  turns: z.array(z.object({ at: z.iso.datetime(), passed: z.array(passed) })),
  effects: z.array(
    z.object({
      at: z.iso.datetime(),
      step: z.string(),
      type: z.string(),
      text: z.string().nullable(),
      attachments: z.array(Attachment),
    }),
  ),
  /**
   * What this person draws at the door (no step) and at the steps they come to: the variant by its name, none where they are held
   * out. Without an experiment it is the company-wide control group that holds them out.
   */
  trials: z.array(
    z.object({
      step: z.string().nullable(),
      experiment: z.object({ id: z.string(), name: z.string() }).nullable(),
      variant: z.string().nullable(),
    }),
  ),
  end: z.enum(['done', 'endless', 'lost', 'later', 'held_out']),
})
export type DryRun = z.infer<typeof DryRun>

export const SimulateRequest = z
  .strictObject({ draft: Definition, journey, segment: z.string().min(1).max(60), entry, happens })
  .superRefine(waitsOnly)
export const Simulation = z.object({
  people: z.int(),
  /** How many are left out of something by trials and by the company-wide control group, at the door or at a step. */
  held: z.int(),
  /** How many come to a step at all, and by which ways they leave it. */
  steps: z.array(z.object({ step: z.string(), people: z.int(), ways: z.record(z.string(), z.int()) })),
  /** What people and their colleagues get, by local day. */
  days: z.array(
    z.object({
      day: z.string(),
      welcomes: z.int(),
      messages: z.int(),
      /** To how many groups, and how many colleagues are asked to publish. */
      groupMessages: z.int(),
      moments: z.int(),
      tasks: z.int(),
      notices: z.int(),
      sms: z.int(),
    }),
  ),
  /** People of whose messages WeCom would not let all through, with what they got already in its month, week or day. */
  overLimit: z.int(),
  /** The same by the company's own rule for marketing. */
  overFrequency: z.int(),
  end: z.record(z.string(), z.int()),
})
export type Simulation = z.infer<typeof Simulation>
