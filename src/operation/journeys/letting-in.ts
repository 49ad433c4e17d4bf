import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { isMaker, makersOf, needsApproval, type Review, requireSecondPerson } from '../approvals/approval.ts'
import { reachesPeople } from './approving.ts'
import { enterByHand, findOpen } from './commands.ts'
import { lookAtDoor } from './door.ts'
import type { LetIn } from './entering.ts'
import type { DoorLook, LetInResult } from './schema.ts'
import { readVersions, versionKey } from './versions.ts'

// People let in by hand. Nobody could say how many when the journey was published, so a long list needs a second person's word here.

/** A list that waits; `makers`: who asks, and who published what these people would be told. None of them approves it. */
const Pending = z.object({
  people: z.int(),
  entry: z.record(z.string(), z.unknown()),
  makers: z.array(z.int()),
  by: z.string(),
  at: z.iso.datetime(),
})
type Pending = z.infer<typeof Pending>

type Asked = { people: readonly number[]; entry?: Record<string, unknown> }

/** What would become of these people if they came now, and whether a second person has to be asked before. */
export async function lookAtEntries(ctx: Context, journey: number, { people, entry = {} }: Asked): Promise<DoorLook> {
  const { version } = await findOpen(ctx, journey)
  const arrivals = people.map((customerId) => ({ customerId, entry }))
  const look = await lookAtDoor(ctx, { journey, version }, arrivals)
  const lately = recent(ctx, await handEntries(ctx, journey))
  const asks = look.enters > 0 && (await reaches(ctx, journey, version)) && (await needsApproval(ctx, sumOf(lately) + look.enters))
  return { ...look, lately: sumOf(lately), needsApproval: asks }
}

/** Lets people in, or keeps their list until a second person says so; `waiting`: how many of the list that waits would come in then. */
export async function letInByHand(ctx: Context, journey: number, asked: Asked): Promise<LetInResult> {
  // One list after the other, so that two short ones of one moment are counted together.
  const waiting = await inTransaction(ctx, async (ctx) => {
    await findOpen(ctx, journey)
    await lockRow(ctx, journey)
    const { needsApproval, enters } = await lookAtEntries(ctx, journey, asked)
    if (needsApproval) return keep(ctx, journey, asked)
    await noteEntries(ctx, journey, enters)
    return 0
  })
  if (waiting > 0) return { entered: 0, refused: 0, waiting }
  return { ...(await enterByHand(ctx, journey, asked.people, asked.entry)), waiting: 0 }
}

/** People let in by nobody's word but the asker's, by the hour. */
const HandEntries = z.record(z.string(), z.int())
type HandEntries = z.infer<typeof HandEntries>

const hourMs = 3_600_000

async function handEntries(ctx: Context, journey: number): Promise<HandEntries> {
  const row = await ctx.db
    .selectFrom('journeys')
    .select('handEntries')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .executeTakeFirst()
  return HandEntries.parse(row?.handEntries ?? {})
}

/** Those of the last 24 hours, and of the hour in which they began. */
const recent = (ctx: Context, entries: HandEntries): HandEntries =>
  Object.fromEntries(Object.entries(entries).filter(([hour]) => Date.parse(hour) + 25 * hourMs > ctx.now().getTime()))

const sumOf = (entries: HandEntries): number => Object.values(entries).reduce((sum, people) => sum + people, 0)

async function noteEntries(ctx: Context, journey: number, people: number): Promise<void> {
  if (people === 0) return
  const entries = recent(ctx, await handEntries(ctx, journey))
  const hour = new Date(Math.floor(ctx.now().getTime() / hourMs) * hourMs).toISOString()
  await save(ctx, journey, { handEntries: JSON.stringify({ ...entries, [hour]: (entries[hour] ?? 0) + people }) })
}

/**
 * The second person's word: these very people come in, or nobody of them, in one transaction with the end of the waiting. Whoever may
 * not come any more is turned away as ever.
 */
export const reviewEntries = (ctx: Context, journey: number, review: Review): Promise<LetIn> =>
  inTransaction(ctx, async (ctx) => {
    const { approve, note } = review
    if (approve) await findOpen(ctx, journey)
    const row = await lockRow(ctx, journey)
    const pending = Pending.nullable().parse(row.entryReview)
    if (!pending) throw appError('journey.no_review', { status: 409, message: 'Nothing of this journey waits for approval.' })
    requireSecondPerson(ctx, pending.makers, review)
    await save(ctx, journey, { entryReview: null, entryPeople: null })
    await audit(ctx, approve ? 'journey.entries_approved' : 'journey.entries_rejected', ['jny', journey], { note, people: pending.people })
    return approve ? enterByHand(ctx, journey, row.entryPeople ?? [], pending.entry) : { entered: 0, refused: 0 }
  })

/** What of a waiting list is shown. */
export function shownEntries(ctx: Context, stored: unknown) {
  const pending = Pending.nullable().parse(stored)
  if (!pending) return null
  const { people, by, at, makers } = pending
  return { people, by, at, isOwn: isMaker(ctx, makers) }
}

/** Keeps a list; whoever asks for more of the same people adds to the one that waits. Returns how many of all would come in. */
async function keep(ctx: Context, journey: number, { people: asked, entry = {} }: Asked): Promise<number> {
  const row = await lockRow(ctx, journey)
  const earlier = Pending.nullable().parse(row.entryReview)
  if (earlier && !(isMaker(ctx, earlier.makers) && isDeepStrictEqual(earlier.entry, entry)))
    throw appError('journey.entries_wait', { status: 409, message: 'Another list waits for approval at this journey. It comes first.' })
  const people = [...new Set([...(earlier ? (row.entryPeople ?? []) : []), ...asked])]
  const arrivals = people.map((customerId) => ({ customerId, entry }))
  const { enters } = await lookAtDoor(ctx, { journey, version: row.version }, arrivals)
  const makers = [...new Set([...(await makersOf(ctx)), ...(await publisherOf(ctx, journey, row.version))])]
  const pending: Pending = { people: enters, entry, makers, by: ctx.actor.name, at: ctx.now().toISOString() }
  await save(ctx, journey, { entryReview: JSON.stringify(pending), entryPeople: people })
  await audit(ctx, 'journey.entries_submitted', ['jny', journey], { people: enters, version: row.version })
  return enters
}

/** Nobody where a second person has seen the words already: that was who published them. */
async function publisherOf(ctx: Context, journey: number, version: number): Promise<number[]> {
  const row = await ctx.db
    .selectFrom('journeyVersions')
    .select('publishedBy')
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', journey)
    .where('version', '=', version)
    .where('approvedBy', 'is', null)
    .executeTakeFirst()
  return row?.publishedBy ? [row.publishedBy] : []
}

async function reaches(ctx: Context, journey: number, version: number): Promise<boolean> {
  const key = { journeyId: journey, version }
  const found = (await readVersions(ctx, [key])).get(versionKey(key))
  return found !== undefined && reachesPeople(found.definition)
}

async function lockRow(ctx: Context, journey: number) {
  const row = await ctx.db
    .selectFrom('journeys')
    .select(['version', 'entryReview', 'entryPeople'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .where('archivedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('journey')
  return row
}

type Change = { entryReview: string | null; entryPeople: number[] | null } | { handEntries: string }

const save = async (ctx: Context, journey: number, change: Change): Promise<void> =>
  void (await ctx.db.updateTable('journeys').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', journey).execute())
