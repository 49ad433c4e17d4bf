import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'

export const talkKinds = ['pair', 'room', 'several'] as const
export type TalkKind = (typeof talkKinds)[number]

export const memberKinds = ['employee', 'customer', 'robot'] as const
export type MemberKind = (typeof memberKinds)[number]

/** `default`: was never asked. */
export const consentStates = ['agreed', 'refused', 'default'] as const
export type ConsentState = (typeof consentStates)[number]

export const sourceKinds = ['none', 'sidecar', 'files'] as const

/** Types of messages that a search can be narrowed to; others are found without. */
export const messageTypes = [
  'text',
  'image',
  'voice',
  'video',
  'file',
  'link',
  'weapp',
  'location',
  'emotion',
  'card',
  'mixed',
  'chatrecord',
  'markdown',
  'news',
  'todo',
  'vote',
  'collect',
  'redpacket',
  'external_redpacket',
  'meeting',
  'meeting_notification',
  'meeting_voice_call',
  'voiptext',
  'voip_doc_share',
  'docmsg',
  'calendar',
  'sphfeed',
  'qydiskfile',
  'revoke',
  'agree',
  'disagree',
] as const

const Person = z.object({
  kind: z.enum(memberKinds),
  /** What WeCom calls them. */
  member: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  /** Null where nobody of ours is known under that name, and for customers outside the asker's data scope. */
  employeeId: z.string().nullable(),
  customerId: z.string().nullable(),
})
export type Person = z.infer<typeof Person>

const Consent = z.object({
  member: z.string(),
  name: z.string(),
  status: z.enum(consentStates),
  changedAt: z.string().nullable(),
  checkedAt: z.string(),
})
export type Consent = z.infer<typeof Consent>

const Piece = z.object({ text: z.string(), hit: z.boolean() })

export const TalkItem = z.object({
  id: z.string(),
  kind: z.enum(talkKinds),
  /** Of a room; empty where it has none. */
  name: z.string(),
  groupId: z.string().nullable(),
  corp: z.object({ id: z.string(), name: z.string() }),
  /** Everybody in a talk of two, the first few of a room; customers first. */
  people: z.array(Person),
  peopleCount: z.int(),
  messages: z.int(),
  firstAt: z.string(),
  lastAt: z.string(),
  last: z.object({ type: z.string(), text: z.string(), sender: z.string(), recalled: z.boolean() }).nullable(),
  consent: z.object({ agreed: z.int(), refused: z.int(), default: z.int() }),
})
export type TalkItem = z.infer<typeof TalkItem>

export const TalkList = z.object({ items: z.array(TalkItem), next: z.string().nullable() })
/** Without what was said last: only messages that are asked for are read. */
export const TalkDetail = TalkItem.omit({ last: true }).extend({ consents: z.array(Consent) })
export type TalkDetail = z.infer<typeof TalkDetail>

export const TalkQuery = PageQuery.extend({
  /** Name of a room, of a customer or of a colleague. */
  q: z.string().trim().max(100).optional(),
  kind: z.enum(talkKinds).optional(),
  employee: z.string().max(60).optional(),
  customer: z.string().max(60).optional(),
  corp: z.string().max(60).optional(),
})
export type TalkQuery = z.infer<typeof TalkQuery>

/** Which talks, without saying what was said in them. */
export const TalkNewsQuery = TalkQuery.omit({ cursor: true, limit: true })
export const TalkNews = z.object({ lastAt: z.string().nullable() })
export type TalkNews = z.infer<typeof TalkNews>

/** `stored` is here, `open` can still be fetched, `gone` was not opened in the three days for which WeCom keeps files. */
export const mediaStates = ['stored', 'open', 'gone'] as const

export const MessageItem = z.object({
  id: z.string(),
  talkId: z.string(),
  type: z.string(),
  /** False for types that this version has no words for. */
  known: z.boolean(),
  at: z.string(),
  sender: Person,
  /** The message as WeCom has it. */
  body: z.record(z.string(), z.unknown()),
  text: z.string(),
  media: z.array(
    z.object({ url: z.string(), name: z.string(), bytes: z.int().nullable(), state: z.enum(mediaStates), until: z.string().nullable() }),
  ),
  recalledAt: z.string().nullable(),
  /** The message that this one takes back, where it is here. */
  recalls: z.string().nullable(),
})
export type MessageItem = z.infer<typeof MessageItem>

/** In the order in which they were said; `earlier` and `later` are cursors. */
export const MessageList = z.object({ items: z.array(MessageItem), earlier: z.string().nullable(), later: z.string().nullable() })
export type MessageList = z.infer<typeof MessageList>

/** The end of the talk unless said otherwise: around a message, or from a cursor of an answer. */
export const MessageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  around: z.string().max(60).optional(),
  earlier: z.string().max(500).optional(),
  later: z.string().max(500).optional(),
})
export type MessageQuery = z.infer<typeof MessageQuery>

const day = z.iso.date()

export const SearchQuery = PageQuery.extend({
  q: z.string().trim().max(100).optional(),
  employee: z.string().max(60).optional(),
  customer: z.string().max(60).optional(),
  talk: z.string().max(60).optional(),
  corp: z.string().max(60).optional(),
  from: z.enum(memberKinds).optional(),
  type: z.string().max(40).optional(),
  dateFrom: day.optional(),
  dateTo: day.optional(),
})
export type SearchQuery = z.infer<typeof SearchQuery>

export const SearchHit = z.object({
  id: z.string(),
  at: z.string(),
  type: z.string(),
  sender: z.object({ kind: z.enum(memberKinds), name: z.string() }),
  recalled: z.boolean(),
  pieces: z.array(Piece),
  talk: z.object({ id: z.string(), kind: z.enum(talkKinds), name: z.string() }),
})
export type SearchHit = z.infer<typeof SearchHit>
export const SearchHits = z.object({ items: z.array(SearchHit), next: z.string().nullable() })

const Secret = z.string().trim().min(8, 'This is too short for a secret of WeCom.').max(256)

export const SourceChange = z.object({
  kind: z.enum(sourceKinds),
  url: z.string().trim().max(500).optional(),
  /** Kept as it is when left out. */
  secret: Secret.optional(),
})
export type SourceChange = z.infer<typeof SourceChange>

export const KeyItem = z.object({
  version: z.int(),
  publicKey: z.string(),
  savedAt: z.string(),
  savedBy: z.string(),
  /** Messages that wait because this key does not open them. */
  unread: z.int(),
})
export type KeyItem = z.infer<typeof KeyItem>

/** Without a private key a new pair is made. */
export const NewKey = z.object({ version: z.int().min(1).max(100_000), privateKey: z.string().max(20_000).optional() })

export const CorpArchive = z.object({
  corp: z.object({ id: z.string(), name: z.string(), corpId: z.string() }),
  kind: z.enum(sourceKinds),
  url: z.string(),
  hasSecret: z.boolean(),
  seq: z.int(),
  messages: z.int(),
  lastMessageAt: z.string().nullable(),
  pulledAt: z.string().nullable(),
  caughtUpAt: z.string().nullable(),
  failures: z.int(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  nextAt: z.string().nullable(),
  keys: z.array(KeyItem),
  /** What cannot be read: under which key version and why. */
  unread: z.array(z.object({ version: z.int(), reason: z.enum(['no_key', 'bad_key', 'unreadable']), messages: z.int() })),
  gaps: z.array(z.object({ fromAt: z.string(), toAt: z.string(), notedAt: z.string() })),
})
export type CorpArchive = z.infer<typeof CorpArchive>
export const CorpArchiveList = z.object({ items: z.array(CorpArchive), next: z.string().nullable() })

/** Whom WeCom keeps, asked now. */
export const RecordedMembers = z.object({
  items: z.array(z.object({ userId: z.string(), name: z.string(), employeeId: z.string().nullable() })),
})
export type RecordedMembers = z.infer<typeof RecordedMembers>

export const WatchedWord = z.object({
  id: z.string(),
  word: z.string(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  /** False while messages from before it was watched are looked through. */
  lookedBack: z.boolean(),
})
export type WatchedWord = z.infer<typeof WatchedWord>
export const WatchedWordList = z.object({ items: z.array(WatchedWord), next: z.null() })

export const NewWatchedWord = z.strictObject({
  word: z.string().trim().min(1, 'Say which word.').max(40, 'A word has at most 40 letters.'),
})
