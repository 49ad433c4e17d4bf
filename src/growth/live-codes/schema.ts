import { z } from 'zod'
import { Template, Welcome } from '#growth/welcomes/schema.ts'
import { CustomerItem } from '#management/customers/schema.ts'

const Id = z.string().min(1).max(60)
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'A time is 09:00 … 24:00.')
const Name = z.string().trim().min(1, 'A code has a name.').max(60, 'A name has at most 60 letters.')

/** Members of one contact-me code after departments are expanded (doc 92228). */
export const mostEmployees = 100

/** WeCom shows at most this of a remark (doc 92115). */
export const remarkChars = 20

export const Member = z.object({
  employeeId: Id,
  /** Share among those on duty. */
  weight: z.int().min(1).max(100).default(1),
  /** Adds a day; none when absent. */
  dailyCap: z.int().min(1).max(5000).nullable().default(null),
  /** Stands in when nobody else is on duty or everybody is full. */
  spare: z.boolean().default(false),
})

const slot = {
  from: Clock,
  /** Not later than `from` means the next day. */
  to: Clock,
  /** Nobody named is everybody of the code. */
  employeeIds: z.array(Id).max(mostEmployees).default([]),
  welcome: Welcome.nullable().optional(),
}

export const DaySlot = z.object(slot)

/** Days of the week, Monday is 1. */
export const WeeklySlot = z.object({ days: z.array(z.int().min(1).max(7)).min(1, 'A slot has at least one day.').max(7), ...slot })

/** A day, or days up to `until`, that do not follow the week; without slots nobody is on duty. */
export const SpecialDate = z.object({
  date: z.iso.date(),
  until: z.iso.date().nullable().optional(),
  slots: z.array(DaySlot).max(20).default([]),
})

/** Without weekly slots the code is always on duty. */
export const Schedule = z.object({ weekly: z.array(WeeklySlot).max(50).default([]), dates: z.array(SpecialDate).max(100).default([]) })

const Colour = z.string().regex(/^#[0-9a-f]{6}$/i, 'A colour is #rrggbb.')

export const templates = ['plain', 'card', 'poster'] as const

export const Style = z.object({
  template: z.enum(templates).default('card'),
  /** Above the code on a card or poster; the code's name when absent. */
  title: z.string().trim().max(40).optional(),
  subtitle: z.string().trim().max(80).optional(),
  /** Of the modules; dark enough to be read on white. */
  colour: Colour.default('#1a1f2b'),
  background: Colour.default('#0f9d77'),
  logo: Id.optional(),
  picture: Id.optional(),
})

export const LiveCodeInput = z.object({
  name: Name,
  /** The corp it belongs to; the only one when absent. */
  corpId: Id.optional(),
  channelId: Id.nullable().default(null),
  employees: z
    .array(Member)
    .min(1, 'A code needs at least one employee.')
    .max(mostEmployees, `WeCom allows ${mostEmployees} members behind a code.`),
  schedule: Schedule.default({ weekly: [], dates: [] }),
  welcome: Welcome.nullable().default(null),
  tagIds: z.array(Id).max(50).default([]),
  remark: Template(120).nullable().default(null),
  skipVerify: z.boolean().default(true),
  style: Style.default({ template: 'card', colour: '#1a1f2b', background: '#0f9d77' }),
})

/** Absent stays as it is. */
export const LiveCodeChange = z.object({
  name: Name.optional(),
  channelId: Id.nullable().optional(),
  employees: z
    .array(Member)
    .min(1, 'A code needs at least one employee.')
    .max(mostEmployees, `WeCom allows ${mostEmployees} members behind a code.`)
    .optional(),
  schedule: Schedule.optional(),
  welcome: Welcome.nullable().optional(),
  tagIds: z.array(Id).max(50).optional(),
  remark: Template(120).nullable().optional(),
  skipVerify: z.boolean().optional(),
  style: Style.optional(),
})

/** The same code once for every site. */
export const LiveCodeBatch = z.object({
  code: LiveCodeInput.omit({ name: true }),
  sites: z
    .array(z.object({ name: Name, employeeIds: z.array(Id).max(mostEmployees).optional(), subtitle: z.string().trim().max(80).optional() }))
    .min(1, 'Name at least one site.')
    .max(200, 'At most 200 sites at once.'),
})

export const coverages = ['on_duty', 'spare', 'nobody'] as const
export const Coverage = z.enum(coverages)

const Named = z.object({ id: z.string(), name: z.string() })

export const LiveCodeMember = z.object({
  employee: Named.extend({ avatar: z.string().nullable() }),
  weight: z.number(),
  dailyCap: z.number().nullable(),
  spare: z.boolean(),
  /** Set by a manager or the employee. */
  onDuty: z.boolean(),
  /** Offered by WeCom at this moment. */
  listed: z.boolean(),
  addedToday: z.number(),
  /** Why WeCom does not take this employee. */
  blocked: z.string().nullable(),
})

const Counts = z.object({ views: z.number(), adds: z.number(), left: z.number(), ordered: z.number() })

export const LiveCode = z.object({
  id: z.string(),
  name: z.string(),
  corp: Named,
  channel: Named.nullable(),
  employees: z.array(LiveCodeMember),
  schedule: Schedule,
  welcome: Welcome.nullable(),
  /** Where the greeting of this moment comes from. */
  welcomeFrom: z.enum(['slot', 'code', 'channel']).nullable(),
  /** Journeys that may greet where there is none. */
  greetedBy: z.array(Named),
  tags: z.array(Named),
  remark: z.string().nullable(),
  skipVerify: z.boolean(),
  style: Style,
  coverage: Coverage,
  changesAt: z.iso.datetime().nullable(),
  sync: z.object({
    state: z.enum(['done', 'waiting', 'failed']),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    at: z.iso.datetime().nullable(),
  }),
  configId: z.string().nullable(),
  qrUrl: z.string().nullable(),
  link: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const LiveCodeRow = LiveCode.omit({ schedule: true, welcome: true, welcomeFrom: true, greetedBy: true, style: true }).extend({
  addedToday: z.number(),
  /** The last thirty days; absent while the analysis engine is away. */
  counts: Counts.nullable(),
})

export const LiveCodeList = z.object({ items: z.array(LiveCodeRow), next: z.string().nullable() })

export const LiveCodeQuery = z.object({
  q: z.string().trim().max(60).optional(),
  channel: z.string().optional(),
  employee: z.string().optional(),
  coverage: Coverage.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export const ImageQuery = z.object({
  format: z.enum(['png', 'svg', 'pdf']).default('png'),
  /** Pixels across; a PDF is always print size. */
  size: z.coerce.number().int().min(200).max(4000).default(1000),
  template: z.enum(templates).optional(),
  /** What the code says: WeCom's own text, one step for the customer, or our link, which counts who looked. */
  target: z.enum(['wecom', 'link']).default('wecom'),
  download: z.stringbool().optional(),
})

export const PackInput = z.object({
  ids: z.array(Id).min(1).max(200),
  format: z.enum(['png', 'svg', 'pdf']).default('pdf'),
  template: z.enum(templates).optional(),
  target: z.enum(['wecom', 'link']).default('wecom'),
})

export const PeriodQuery = z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() })

/** What a number of the statistics counts people by. */
export const steps = ['added', 'left', 'deleted_by_customer', 'deleted_by_employee', 'tagged', 'ordered'] as const

export const PeopleQuery = PeriodQuery.extend({
  step: z.enum(steps).default('added'),
  employee: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

const Numbers = { added: z.number(), deletedByCustomer: z.number(), deletedByEmployee: z.number() }

export const Statistics = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  asOf: z.iso.datetime(),
  totals: z.object({
    ...Numbers,
    views: z.number(),
    left: z.number(),
    net: z.number(),
    tagged: z.number(),
    ordered: z.number(),
    conversion: z.number(),
  }),
  days: z.array(z.object({ day: z.iso.date(), ...Numbers, views: z.number() })),
  employees: z.array(z.object({ employee: Named, ...Numbers, tagged: z.number(), ordered: z.number() })),
})

export const People = z.object({
  items: z.array(CustomerItem),
  next: z.string().nullable(),
  /** Everybody the number counts, and how many of them lie outside the reader's data scope. */
  total: z.number(),
  hidden: z.number(),
})

export type Member = z.infer<typeof Member>
export type Schedule = z.infer<typeof Schedule>
export type Style = z.infer<typeof Style>
export type LiveCodeInput = z.infer<typeof LiveCodeInput>
export type LiveCodeChange = z.infer<typeof LiveCodeChange>
export type LiveCodeBatch = z.infer<typeof LiveCodeBatch>
export type LiveCode = z.infer<typeof LiveCode>
export type LiveCodeRow = z.infer<typeof LiveCodeRow>
export type LiveCodeMember = z.infer<typeof LiveCodeMember>
export type LiveCodeQuery = z.infer<typeof LiveCodeQuery>
export type Coverage = z.infer<typeof Coverage>
export type ImageQuery = z.infer<typeof ImageQuery>
export type PackInput = z.infer<typeof PackInput>
export type PeriodQuery = z.infer<typeof PeriodQuery>
export type PeopleQuery = z.infer<typeof PeopleQuery>
export type Statistics = z.infer<typeof Statistics>
export type Step = (typeof steps)[number]
export type ImageTemplate = (typeof templates)[number]
