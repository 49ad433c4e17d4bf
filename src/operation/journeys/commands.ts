import { sql } from 'kysely'
import { requireUnused, type UsersOf } from '#management/uses.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { randomLetters } from '#platform/random-letters.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { addMaker, makersOf } from '../approvals/approval.ts'
import { createContent } from '../contents/commands.ts'
import type { Content } from '../contents/schema.ts'
import { withdrawMoments } from '../moments/journey-moments.ts'
import { cancelIntents, recallTasks } from '../outbound/commands.ts'
import { withdrawTasks } from '../tasks/commands.ts'
import { dropArrivals } from './arrivals.ts'
import type { Issue } from './check.ts'
import { checkJourney } from './checking.ts'
import { countPeople } from './counts.ts'
import { Definition, greets, type Step } from './definition.ts'
import { type LetIn, letIn } from './entering.ts'
import { prepareSoon } from './jobs.ts'
import { forget, hush, listen } from './listeners.ts'
import { nextRepeat } from './moments.ts'
import type { Rules } from './rules.ts'
import type { JourneyChange, JourneyInput, Resume } from './schema.ts'
import { trialIssues } from './trials.ts'
import { readVersions, versionKey } from './versions.ts'

const nameTaken = () => appError('journey.name_taken', { status: 409, message: 'Another journey has this name.', field: 'name' })

export const createJourney = (ctx: Context, { name, note, draft }: JourneyInput): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('journeys')
      .values({
        tenantId: ctx.tenantId,
        name,
        note,
        draft: JSON.stringify(draft),
        salt: randomLetters(16),
        makers: await makersOf(ctx),
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
      })
      .onConflict((conflict) => conflict.columns(['tenantId', 'name']).where('archivedAt', 'is', null).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) throw nameTaken()
    await audit(ctx, 'journey.created', ['jny', row.id], { name })
    return row.id
  })

/** Changes the drawing, not what runs: that needs `publishJourney`. Of two editors the slower one is told. */
export const changeJourney = (ctx: Context, id: number, { seen, ...change }: JourneyChange): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const journey = await lockJourney(ctx, id)
    if (seen !== undefined && new Date(seen).getTime() !== journey.updatedAt.getTime())
      throw appError('journey.changed_meanwhile', {
        status: 409,
        message: 'Somebody else changed this journey meanwhile. Look at it again.',
      })
    await refuseTaken(ctx, id, change.name)
    await ctx.db
      .updateTable('journeys')
      .set({
        ...(change.name !== undefined && { name: change.name }),
        ...(change.note !== undefined && { note: change.note }),
        // Another drawing needs another word of the second person.
        ...(change.draft !== undefined && { draft: JSON.stringify(change.draft), review: null }),
        makers: await addMaker(ctx, journey.makers),
        updatedAt: ctx.now(),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await audit(ctx, 'journey.changed', ['jny', id], { fields: Object.keys(change) })
  })

async function refuseTaken(ctx: Context, id: number, name: string | undefined): Promise<void> {
  if (name === undefined) return
  const other = await ctx.db
    .selectFrom('journeys')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .where('archivedAt', 'is', null)
    .where('id', '<>', id)
    .executeTakeFirst()
  if (other) throw nameTaken()
}

/** 422 with the first thing that is wrong, by its own code, the step and the field. */
export async function requireWalkable(ctx: Context, rules: Rules, definition: Definition): Promise<void> {
  const [wrong] = (await checkJourney(ctx, rules, definition)).filter(({ severity }) => severity === 'error')
  if (wrong) throw refusalOf(definition, wrong)
}

/** `approved`: what a second person agreed to, which may be older than what is drawn now. */
type Publishing = { migrate?: boolean; approved?: { definition: Definition; at: string; by: string } }

/** The drawing becomes the version that people enter by from now on; nobody is asked (`submitJourney` does). Returns its number. */
export async function publishJourney(
  ctx: Context,
  rules: Rules,
  id: number,
  { migrate = false, approved }: Publishing = {},
): Promise<number> {
  const definition = approved?.definition ?? Definition.parse((await findJourney(ctx, id)).draft)
  await requireWalkable(ctx, rules, definition)
  return inTransaction(ctx, async (ctx) => {
    const journey = await lockJourney(ctx, id)
    if (approved && (journey.review as { at?: string } | null)?.at !== approved.at)
      throw appError('journey.changed_meanwhile', {
        status: 409,
        message: 'Somebody else changed this journey meanwhile. Look at it again.',
      })
    const [broken] = await trialIssues(ctx, id, definition)
    if (broken) throw refusalOf(definition, broken)
    const version = journey.version + 1
    await ctx.db
      .insertInto('journeyVersions')
      .values({
        tenantId: ctx.tenantId,
        journeyId: id,
        version,
        definition: JSON.stringify(definition),
        contents: JSON.stringify(await contentsOf(ctx, definition)),
        publishedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        publishedAt: ctx.now(),
        approvedBy: approved?.by ?? null,
      })
      .execute()
    await listen(ctx, rules, id, version, definition)
    const state = journey.state === 'paused' ? 'paused' : 'running'
    await setState(ctx, id, state, {
      version,
      startedAt: ['running', 'paused'].includes(journey.state) ? journey.startedAt : ctx.now(),
      // Who was to be told the older words is to be asked about again.
      ...{ review: null, reviewNote: null, makers: [], entryReview: null, entryPeople: null },
      ...(await dueOf(ctx, definition)),
    })
    if (migrate) await migrateRuns(ctx, id, version, definition)
    if (definition.steps.some((step) => step.type === 'welcome' && step.attachments.length > 0)) await prepareSoon(ctx, id, version)
    await audit(ctx, 'journey.published', ['jny', id], { version, migrate })
    return version
  })
}

/** Names the step in words, and the field as it was sent; of a step that is gone, the steps. */
function refusalOf({ steps }: Definition, { step, field, code, message, details }: Issue): Error {
  if (step === null) return appError(code, { status: 422, message, field, ...(details && { details }) })
  const place = steps.findIndex(({ id }) => id === step)
  return appError(code, {
    status: 422,
    message: `${step}: ${message}`,
    field: place < 0 ? 'steps' : `steps.${place}.${field}`,
    ...(details && { details }),
  })
}

/** What steps say is written down with the version, and never changes either. */
async function contentsOf(ctx: Context, { steps }: Definition): Promise<Record<string, number>> {
  const contents: Record<string, number> = {}
  for (const [place, step] of steps.entries()) {
    const content = contentOf(step)
    if (content) contents[step.id] = await createContent(ctx, content, ['steps', place])
  }
  return contents
}

/** The words of a greeting stay in the drawing: each friend hears their own, and a content has no variables. */
function contentOf(step: Step): Content | undefined {
  if (step.type === 'message' || step.type === 'group_message' || step.type === 'moment')
    return { text: step.text, attachments: step.attachments }
  return step.type === 'welcome' && step.attachments.length > 0 ? { text: '', attachments: step.attachments } : undefined
}

async function dueOf(ctx: Context, { entry }: Definition): Promise<{ dueAt: Date | null; dueAfter: number | null }> {
  if (entry.by !== 'schedule') return { dueAt: null, dueAfter: null }
  const timezone = await timezoneOf(ctx)
  return { dueAt: nextRepeat(ctx.now(), entry.repeat, timezone) ?? null, dueAfter: null }
}

/** Whoever stands at a step that the new version has too goes on by it; the others end on their old way. What is waited stays as it was. */
async function migrateRuns(ctx: Context, id: number, version: number, { steps }: Definition): Promise<void> {
  const { rows } = await sql<{ people: number }>`
    with moved as (
      update journey_runs set version = ${version} where tenant_id = ${ctx.tenantId} and journey_id = ${id} and state = 'active' and version <> ${version}
        and step = any(${steps.map((step) => step.id)}::text[]) returning 1)
    select count(*)::int as people from moved`.execute(ctx.db)
  const people = rows[0]?.people ?? 0
  if (people > 0) await countPeople(ctx, [{ journey: id, version, step: '', way: 'migrated', people }])
}

/**
 * Nobody moves and nobody enters; what people wait for goes on counting, and is caught up with at once afterwards. Whoever comes
 * waits at the door.
 */
export const pauseJourney = (ctx: Context, id: number): Promise<void> => turn(ctx, id, 'paused', ['running', 'draining'])
/** The worker lets in who came while it was paused, as its policy has it then; or nobody of them comes in. */
export const resumeJourney = (ctx: Context, id: number, { arrivals }: Resume = { arrivals: 'enter' }): Promise<void> =>
  turn(ctx, id, 'running', ['paused', 'draining'], arrivals)
/** Nobody enters any more, nor do those who wait; whoever is on the way goes to the end. */
export const drainJourney = (ctx: Context, id: number): Promise<void> => turn(ctx, id, 'draining', ['running', 'paused'])

type State = 'running' | 'paused' | 'draining' | 'stopped'

const turn = (ctx: Context, id: number, state: State, from: readonly string[], arrivals: Resume['arrivals'] = 'drop'): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const journey = await lockJourney(ctx, id)
    if (journey.state === state) return
    if (!from.includes(journey.state))
      throw appError('journey.wrong_state', { status: 409, message: `A journey that is ${journey.state} cannot become ${state}.` })
    const keeps = state === 'paused' || (journey.state === 'paused' && arrivals === 'enter')
    const dropped = keeps ? 0 : await dropArrivals(ctx, { journey: id, version: journey.version })
    const forgets = state !== 'draining' && (await forgetsLate(ctx, id, journey, keeps))
    await setState(ctx, id, state, forgets ? { startedAt: ctx.now() } : {})
    await audit(ctx, `journey.${state}`, ['jny', id], { ...(dropped > 0 && { dropped }) })
  })

/** Whether who came until now, and is heard of later, is no newcomer: nobody of their time could enter, or wait for it. */
async function forgetsLate(ctx: Context, id: number, from: { state: string; version: number }, keeps: boolean): Promise<boolean> {
  if (from.state === 'running') return false
  if (from.state === 'draining' || !keeps) return true
  const walked = { journeyId: id, version: from.version }
  const version = (await readVersions(ctx, [walked])).get(versionKey(walked))
  return version !== undefined && greets(version.definition)
}

/** Everybody is out at once; `recall`: what members were asked to send and did not is called back too. Returns how many were on the way. */
export const stopJourney = (ctx: Context, id: number, { recall }: { recall: boolean } = { recall: false }): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const journey = await lockJourney(ctx, id)
    if (journey.state === 'draft') throw appError('journey.wrong_state', { status: 409, message: 'This journey was never started.' })
    await setState(ctx, id, 'stopped', { dueAt: null, dueAfter: null, entryReview: null, entryPeople: null })
    await hush(ctx, id)
    await dropArrivals(ctx, { journey: id, version: journey.version })
    const { rows } = await sql<{ version: number; people: number }>`
      with ended as (
        update journey_runs set state = 'stopped', reason = 'stopped', wake_at = null, ended_at = ${ctx.now()}
        where tenant_id = ${ctx.tenantId} and journey_id = ${id} and state = 'active' returning version)
      select version, count(*)::int as people from ended group by version`.execute(ctx.db)
    await countPeople(
      ctx,
      rows.map(({ version, people }) => ({ journey: id, version, step: '', way: 'stopped', people })),
    )
    await withdrawTasks(ctx, { kind: 'journey', id })
    await cancelIntents(ctx, { kind: 'journey', id })
    const tasks = recall ? await recallTasks(ctx, { kind: 'journey', id }) : 0
    await withdrawMoments(ctx, id)
    await forget(ctx, id)
    const people = rows.reduce((sum, row) => sum + row.people, 0)
    await audit(ctx, 'journey.stopped', ['jny', id], { people, tasks })
    return people
  })

/** Nobody needs it any more: `users` says who does. */
export const archiveJourney = (ctx: Context, id: number, users: UsersOf): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const journey = await lockJourney(ctx, id)
    if (!['draft', 'stopped'].includes(journey.state))
      throw appError('journey.wrong_state', { status: 409, message: 'Stop this journey before you put it away.' })
    requireUnused('journey.in_use', await users(ctx, { journey: publicId(ctx, 'jny', id) }))
    await ctx.db.updateTable('journeys').set({ archivedAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'journey.archived', ['jny', id])
  })

/** Back among the others, as it was put away. Throws `journey.name_taken` when another has its name by now. */
export const restoreJourney = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const journey = await ctx.db
      .selectFrom('journeys')
      .select(['name', 'archivedAt'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!journey) throw notFound('journey')
    if (journey.archivedAt === null) return
    await refuseTaken(ctx, id, journey.name)
    await ctx.db
      .updateTable('journeys')
      .set({ archivedAt: null, updatedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await audit(ctx, 'journey.restored', ['jny', id])
  })

/** People named one by one: through the API, from a list, by hand. Those the policy keeps out are counted. */
export async function enterByHand(
  ctx: Context,
  id: number,
  customerIds: readonly number[],
  entry: Record<string, unknown> = {},
): Promise<LetIn> {
  await findOpen(ctx, id)
  const total = { entered: 0, refused: 0 }
  for (let start = 0; start < customerIds.length; start += doorPeople) {
    const arrivals = customerIds.slice(start, start + doorPeople).map((customerId) => ({ customerId, entry }))
    const { entered, refused } = await letIn(ctx, id, arrivals)
    total.entered += entered
    total.refused += refused
  }
  return total
}

/** So many come in within one transaction: a long one keeps whoever reads the log waiting. */
const doorPeople = 5000

/** Throws `journey.not_running` where nobody can enter. */
export async function findOpen(ctx: Context, id: number): Promise<{ version: number }> {
  const { state, version } = await findJourney(ctx, id)
  if (state !== 'running')
    throw appError('journey.not_running', { status: 409, message: 'Nobody can enter a journey that is not running.' })
  return { version }
}

type Facts = {
  version?: number
  startedAt?: Date | null
  dueAt?: Date | null
  dueAfter?: number | null
  review?: null
  entryReview?: null
  entryPeople?: null
  reviewNote?: null
  makers?: number[]
}

const setState = (ctx: Context, id: number, state: State, facts: Facts) =>
  ctx.db
    .updateTable('journeys')
    .set({ state, ...facts, updatedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()

const journeyRow = (ctx: Context, id: number) =>
  ctx.db
    .selectFrom('journeys')
    .select(['name', 'state', 'draft', 'version', 'startedAt', 'updatedAt', 'makers', 'review'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('archivedAt', 'is', null)

export async function findJourney(ctx: Context, id: number) {
  const journey = await journeyRow(ctx, id).executeTakeFirst()
  if (!journey) throw notFound('journey')
  return journey
}

/** Waits for whoever is moving people on, and keeps them from beginning again. */
async function lockJourney(ctx: Context, id: number) {
  const journey = await journeyRow(ctx, id).forUpdate().executeTakeFirst()
  if (!journey) throw notFound('journey')
  return journey
}
