import { z } from 'zod'
import { Welcome } from '#growth/welcomes/schema.ts'

/** What kind of place a channel is; `group` only holds others. */
export const channelKinds = [
  'group',
  'feed_ads',
  'kol',
  'content_platform',
  'official_account',
  'channels_video',
  'mini_program',
  'website',
  'sms',
  'call',
  'store',
  'leaflet',
  'rollup_banner',
  'bus_stop',
  'parcel_card',
  'employee',
  'fission',
  'qq_group',
  'other',
] as const

export const ChannelKind = z.enum(channelKinds)

const Name = z.string().trim().min(1, 'A channel has a name.').max(60, 'A name has at most 60 letters.')

export const NewChannel = z.object({
  name: Name,
  kind: ChannelKind.default('other'),
  parentId: z.string().nullable().default(null),
  ownerId: z.string().nullable().default(null),
  note: z.string().trim().max(500).nullable().default(null),
  position: z.int().min(0).max(10_000).optional(),
  /** Said by every code below that has no greeting of its own. */
  welcome: Welcome.nullable().default(null),
})

export const ChannelChange = z
  .object({
    name: Name,
    kind: ChannelKind,
    parentId: z.string().nullable(),
    ownerId: z.string().nullable(),
    note: z.string().trim().max(500).nullable(),
    position: z.int().min(0).max(10_000),
    welcome: Welcome.nullable(),
    archived: z.boolean(),
  })
  .partial()

const Named = z.object({ id: z.string(), name: z.string() })

export const Channel = z.object({
  id: z.string(),
  name: z.string(),
  kind: ChannelKind,
  parentId: z.string().nullable(),
  owner: Named.nullable(),
  note: z.string().nullable(),
  position: z.number(),
  welcome: Welcome.nullable(),
  archived: z.boolean(),
  /** Codes of this channel and those below, and customers who came through them. */
  codes: z.number(),
  customers: z.number(),
  createdAt: z.iso.datetime(),
})

export const ChannelList = z.object({ items: z.array(Channel), next: z.string().nullable() })

export type NewChannel = z.infer<typeof NewChannel>
export type ChannelChange = z.infer<typeof ChannelChange>
export type Channel = z.infer<typeof Channel>
export type ChannelKind = z.infer<typeof ChannelKind>
