import { z } from 'zod'

/** What may name a customer, strongest first: the first one of a list that is known says whose it is. */
export const identityKinds = ['unionid', 'wecom_external_userid', 'openid', 'member_no', 'phone', 'shop_buyer', 'person', 'device'] as const

export const IdentityKind = z.enum(identityKinds)
export type IdentityKind = z.infer<typeof IdentityKind>

/** `scope` tells apart values that are only unique within something: the corp of an external_userid, the app of an openid. */
export const Identity = z.object({ kind: IdentityKind, value: z.string(), scope: z.string().max(100).optional() })
export type Identity = z.infer<typeof Identity>

export const genders = ['male', 'female'] as const
export const customerKinds = ['person', 'company'] as const

/** What stands in for the name of somebody who has none: of their identities the one that people know by heart best. */
export const Alias = z.object({ kind: IdentityKind, value: z.string() })
export type Alias = z.infer<typeof Alias>

/** What a source knows about a customer; what it leaves out stays as it was. */
export type CustomerFacts = {
  name?: string
  avatar?: string
  gender?: (typeof genders)[number]
  kind?: (typeof customerKinds)[number]
  company?: string
  position?: string
  attributes?: Record<string, string | number | boolean>
}

export const MergeRequest = z.object({ keep: z.string(), merge: z.string() })

/** `keep`: which of the two gives the face; the older one unless said otherwise. */
export const ReviewDecision = z.object({ decision: z.enum(['merge', 'separate']), keep: z.string().optional() })

const Who = z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable(), avatar: z.string().nullable() })

export const MergeItem = z.object({
  id: z.string(),
  keep: Who,
  merged: Who,
  reason: z.string(),
  details: z.record(z.string(), z.unknown()),
  mergedAt: z.iso.datetime(),
  mergedBy: z.string(),
  undoneAt: z.iso.datetime().nullable(),
  undoneBy: z.string().nullable(),
})

export const ReviewItem = z.object({
  id: z.string(),
  first: Who,
  second: Who,
  reason: z.string(),
  details: z.record(z.string(), z.unknown()),
  state: z.enum(['open', 'merged', 'separate']),
  createdAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
  decidedBy: z.string().nullable(),
})

export const MergeList = z.object({ items: z.array(MergeItem), next: z.string().nullable() })
export const ReviewList = z.object({ items: z.array(ReviewItem), next: z.string().nullable() })
