import { z } from 'zod'
import { Welcome } from '#growth/welcomes/schema.ts'

const Id = z.string().min(1).max(60)
const Name = z.string().trim().min(1, 'A link has a name.').max(30, 'A name has at most 30 letters.')
const Note = z.string().trim().max(200).nullable()

/** People behind one link after departments are expanded (doc 97297). */
export const mostPeople = 500
export const mostVariants = 100

const employees = z.array(Id).max(mostPeople, `WeCom allows ${mostPeople} people behind a link.`)

/** Whom a customer who knows somebody already is led to. Null: as WeCom likes. */
export const Priority = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('company') }),
  z.object({ kind: z.literal('listed'), employeeIds: employees.min(1, 'Name at least one employee who goes first.') }),
])

const settings = {
  channelId: Id.nullable(),
  employeeIds: employees,
  departmentIds: z.array(Id).max(100),
  skipVerify: z.boolean(),
  /** The remark in WeCom shows where the customer came from. */
  markSource: z.boolean(),
  priority: Priority.nullable(),
  welcome: Welcome.nullable(),
  tagIds: z.array(Id).max(50),
}

export const AcquisitionLinkInput = z.object({
  name: Name,
  /** The corp it belongs to; the only one when absent. */
  corpId: Id.optional(),
  channelId: settings.channelId.default(null),
  employeeIds: settings.employeeIds.default([]),
  departmentIds: settings.departmentIds.default([]),
  skipVerify: settings.skipVerify.default(true),
  markSource: settings.markSource.default(true),
  priority: settings.priority.default(null),
  welcome: settings.welcome.default(null),
  tagIds: settings.tagIds.default([]),
})

/** Absent stays as it is. */
export const AcquisitionLinkChange = z.object({ name: Name, ...settings }).partial()

export const VariantInput = z.object({
  name: z.string().trim().min(1, 'A place has a name.').max(40, 'A name has at most 40 letters.'),
  note: Note.default(null),
  /** Where it is not the link's own. */
  channelId: Id.nullable().default(null),
})

export const VariantChange = z
  .object({
    name: z.string().trim().min(1, 'A place has a name.').max(40, 'A name has at most 40 letters.'),
    note: Note,
    channelId: Id.nullable(),
  })
  .partial()

/** `making`: WeCom has not answered yet. `unavailable`: nobody is left behind it. `gone`: deleted at WeCom. */
export const linkStates = ['active', 'making', 'unavailable', 'gone'] as const

const Named = z.object({ id: z.string(), name: z.string() })
const Member = Named.extend({ avatar: z.string().nullable(), left: z.boolean() })

export const Variant = z.object({
  id: z.string(),
  name: z.string(),
  note: z.string().nullable(),
  channel: Named.nullable(),
  isMain: z.boolean(),
  state: z.string(),
  /** WeCom's address with this place in it, and ours, which counts who looked. Null until WeCom made the link. */
  url: z.string().nullable(),
  shortUrl: z.string(),
  added: z.number(),
  wrote: z.number(),
})

const Counts = z.object({
  /** Friendships that came through the link, now and ever. */
  friends: z.number(),
  added: z.number(),
  wrote: z.number(),
  /** The last thirty days. */
  addedLately: z.number(),
  leftLately: z.number(),
  /** Counted by WeCom. */
  clicksLately: z.number(),
})

export const AcquisitionLinkRow = z.object({
  id: z.string(),
  name: z.string(),
  corp: Named,
  channel: Named.nullable(),
  state: z.enum(linkStates),
  origin: z.enum(['here', 'wecom']),
  employees: z.array(Member),
  departments: z.array(Named),
  tags: z.array(Named),
  variants: z.number(),
  counts: Counts,
  url: z.string().nullable(),
  sync: z.object({
    state: z.enum(['done', 'waiting', 'failed']),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    at: z.iso.datetime().nullable(),
  }),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

export const AcquisitionLink = AcquisitionLinkRow.omit({ variants: true }).extend({
  linkId: z.string().nullable(),
  skipVerify: z.boolean(),
  markSource: z.boolean(),
  priority: z.object({ kind: z.enum(['company', 'listed']), employees: z.array(Member) }).nullable(),
  welcome: Welcome.nullable(),
  /** Where the greeting comes from. */
  welcomeFrom: z.enum(['link', 'channel']).nullable(),
  /** Journeys that may greet where there is none. */
  greetedBy: z.array(Named),
  variants: z.array(Variant),
  unavailableAt: z.iso.datetime().nullable(),
  goneAt: z.iso.datetime().nullable(),
  readAt: z.iso.datetime().nullable(),
})

export const AcquisitionLinkList = z.object({ items: z.array(AcquisitionLinkRow), next: z.string().nullable() })

export const AcquisitionLinkQuery = z.object({
  q: z.string().trim().max(60).optional(),
  channel: z.string().max(60).optional(),
  employee: z.string().max(60).optional(),
  state: z.enum(linkStates).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export const quotaLevels = ['fine', 'low', 'exhausted', 'unknown'] as const

export const Quota = z.object({
  corp: Named,
  total: z.number().nullable(),
  balance: z.number().nullable(),
  level: z.enum(quotaLevels),
  lots: z.array(z.object({ expiresAt: z.iso.datetime().nullable(), balance: z.number() })),
  /** What ends within two weeks. */
  expiring: z.object({ at: z.iso.datetime(), balance: z.number() }).nullable(),
  readAt: z.iso.datetime().nullable(),
  /** Why this app may not use links, as WeCom said it. */
  problem: z.object({ errcode: z.number(), message: z.string() }).nullable(),
})

export const QuotaList = z.object({ items: z.array(Quota), next: z.null() })

/** How many readings were begun: one a connected corp. */
export const Reading = z.object({ jobs: z.int() })

export const ImageQuery = z.object({
  format: z.enum(['png', 'svg', 'pdf']).default('png'),
  size: z.coerce.number().int().min(200).max(4000).default(1000),
  /** WeCom's own address, or ours, which counts who looked. */
  target: z.enum(['wecom', 'link']).default('wecom'),
  download: z.stringbool().optional(),
})

export const PeriodQuery = z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() })

/** What a number of the statistics counts people by; the first four of those who came in the period. */
export const steps = ['added', 'wrote', 'silent', 'ordered', 'left', 'deleted_by_customer', 'deleted_by_employee'] as const

export const PeopleQuery = PeriodQuery.extend({
  step: z.enum(steps).default('added'),
  variant: z.string().max(60).optional(),
  employee: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

const Numbers = { added: z.number(), wrote: z.number(), left: z.number() }

export const LinkStatistics = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  totals: z.object({
    ...Numbers,
    silent: z.number(),
    ordered: z.number(),
    deletedByCustomer: z.number(),
    deletedByEmployee: z.number(),
    /** Counted by WeCom: people who opened the link, and new customers. */
    clicks: z.number(),
    newCustomers: z.number(),
    /** What WeCom and our short address told as it happened; null while the analysis engine is away. */
    opened: z.number().nullable(),
    requested: z.number().nullable(),
    viewed: z.number().nullable(),
  }),
  days: z.array(z.object({ day: z.iso.date(), ...Numbers, clicks: z.number() })),
  variants: z.array(z.object({ variant: Named.nullable(), ...Numbers })),
  employees: z.array(z.object({ employee: Named, ...Numbers })),
})

export const chats = ['silent', 'wrote', 'unknown'] as const

export const AcquiredCustomer = z.object({
  id: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable(), avatar: z.string().nullable() }),
  employee: Named,
  variant: Named.nullable(),
  addedAt: z.iso.datetime(),
  chat: z.enum(chats),
  wroteAt: z.iso.datetime().nullable(),
  messages: z.number(),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.enum(['customer', 'employee', 'transfer']).nullable(),
})

/** `total`: everybody the number counts; `hidden`: how many of them lie outside the reader's data scope. */
export const AcquiredCustomerList = z.object({
  items: z.array(AcquiredCustomer),
  next: z.string().nullable(),
  total: z.number(),
  hidden: z.number(),
})

export type AcquisitionLinkInput = z.infer<typeof AcquisitionLinkInput>
export type AcquisitionLinkChange = z.infer<typeof AcquisitionLinkChange>
export type AcquisitionLink = z.infer<typeof AcquisitionLink>
export type AcquisitionLinkRow = z.infer<typeof AcquisitionLinkRow>
export type AcquisitionLinkQuery = z.infer<typeof AcquisitionLinkQuery>
export type VariantInput = z.infer<typeof VariantInput>
export type VariantChange = z.infer<typeof VariantChange>
export type Variant = z.infer<typeof Variant>
export type Quota = z.infer<typeof Quota>
export type ImageQuery = z.infer<typeof ImageQuery>
export type PeriodQuery = z.infer<typeof PeriodQuery>
export type PeopleQuery = z.infer<typeof PeopleQuery>
export type LinkStatistics = z.infer<typeof LinkStatistics>
export type AcquiredCustomer = z.infer<typeof AcquiredCustomer>
export type Step = (typeof steps)[number]
