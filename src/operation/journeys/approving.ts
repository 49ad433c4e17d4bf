import { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { addMaker, isMaker, needsApproval, type Review, requireSecondPerson } from '../approvals/approval.ts'
import { publishJourney, requireWalkable } from './commands.ts'
import { Definition, type Step } from './definition.ts'
import type { Rules } from './rules.ts'

/** A drawing that waits for a second person, as it is to be started; what is drawn meanwhile is another one. */
const Pending = z.object({ definition: Definition, migrate: z.boolean(), receivers: z.int(), by: z.string(), at: z.iso.datetime() })

/** Starts the drawing, or asks a second person first when it may reach many. */
export async function submitJourney(
  ctx: Context,
  rules: Rules,
  id: number,
  { migrate }: { migrate: boolean },
): Promise<'review' | 'published'> {
  const definition = Definition.parse((await readRow(ctx, id)).draft)
  await requireWalkable(ctx, rules, definition)
  const receivers = Math.max(await receiversOf(ctx, rules, definition), migrate ? await movedTo(ctx, id, definition) : 0)
  if (!(await needsApproval(ctx, receivers))) {
    await publishJourney(ctx, rules, id, { migrate })
    return 'published'
  }
  await inTransaction(ctx, async (ctx) => {
    const { makers } = await readRow(ctx, id)
    const pending: z.infer<typeof Pending> = { definition, migrate, receivers, by: ctx.actor.name, at: ctx.now().toISOString() }
    await save(ctx, id, { review: JSON.stringify(pending), reviewNote: null, makers: await addMaker(ctx, makers) })
    await audit(ctx, 'journey.submitted', ['jny', id], { receivers, migrate })
  })
  return 'review'
}

/** The second person's word: what was submitted starts, or goes back to the desk. */
export async function reviewJourney(ctx: Context, rules: Rules, id: number, review: Review): Promise<void> {
  const row = await readRow(ctx, id)
  const pending = Pending.nullable().parse(row.review)
  if (!pending) throw appError('journey.no_review', { status: 409, message: 'Nothing of this journey waits for approval.' })
  requireSecondPerson(ctx, row.makers, review)
  const { definition, migrate, receivers, at } = pending
  if (review.approve) await publishJourney(ctx, rules, id, { migrate, approved: { definition, at, by: ctx.actor.name } })
  else await inTransaction(ctx, async (ctx) => save(ctx, id, { review: null, reviewNote: review.note || null }))
  await audit(ctx, review.approve ? 'journey.approved' : 'journey.rejected', ['jny', id], { note: review.note, receivers })
}

/** What of a pending review is shown. */
export function shownReview(ctx: Context, stored: unknown, makers: readonly number[]) {
  const pending = Pending.nullable().parse(stored)
  if (!pending) return null
  const { receivers, by, at } = pending
  return { receivers, by, at, isOwn: isMaker(ctx, makers) }
}

/** Steps that change what we know of people, or where they go, and reach nobody. */
const within: readonly Step['type'][] = [
  'tag',
  'attribute',
  'stage',
  'notice',
  'wait',
  'wait_until',
  'wait_for',
  'branch',
  'split',
  'goal',
  'end',
]

/** Whether anybody hears something of it. */
export const reachesPeople = ({ steps }: Definition): boolean => steps.some(({ type }) => !within.includes(type))

/**
 * How many people a drawing may reach: those in its segment, or who did its event in the last thirty days. Who will be named by hand
 * nobody knows yet: long lists of them are asked about at the door (`letting-in.ts`).
 */
async function receiversOf(ctx: Context, rules: Rules, definition: Definition): Promise<number> {
  const { entry } = definition
  if (entry.by === 'hand' || !reachesPeople(definition)) return 0
  const customers = await ctx.db
    .selectFrom('customers')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('listed', '=', true)
    .execute()
  // Where everybody would be few, nobody needs to be asked about.
  if (!(await needsApproval(ctx, customers.length))) return customers.length
  if (entry.by !== 'event') return (await rules.membersOf(ctx, entry.segment)).length
  const { event, where } = entry
  const rule = { event: { event, ...(where === undefined ? {} : { where }), within: { last: 30, unit: 'day' } } }
  return (
    await rules.holds(
      ctx,
      rule,
      customers.map(({ id }) => id),
    )
  ).size
}

/** Who is on the way already and would walk on by this drawing. */
async function movedTo(ctx: Context, id: number, definition: Definition): Promise<number> {
  if (!reachesPeople(definition)) return 0
  const { people } = await ctx.db
    .selectFrom('journeyRuns')
    .select(({ fn }) => fn.countAll<number>().as('people'))
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', id)
    .where('state', '=', 'active')
    .where(
      'step',
      'in',
      definition.steps.map((step) => step.id),
    )
    .executeTakeFirstOrThrow()
  return Number(people)
}

async function readRow(ctx: Context, id: number) {
  const row = await ctx.db
    .selectFrom('journeys')
    .select(['draft', 'makers', 'review'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('archivedAt', 'is', null)
    .$if(ctx.pending !== undefined, (query) => query.forUpdate())
    .executeTakeFirst()
  if (!row) throw notFound('journey')
  return row
}

const save = async (
  ctx: Context,
  id: number,
  change: { review: string | null; reviewNote: string | null; makers?: number[] },
): Promise<void> =>
  void (await ctx.db.updateTable('journeys').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute())
