import { taskCompleted } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { logEvents } from '#platform/events/watches.ts'
import { internalId } from '#platform/ids.ts'
import type { Definition, Happening } from './definition.ts'
import type { Rules } from './rules.ts'

/** `look`: whoever waits for a rule is asked about again. */
type Role = 'entry' | 'exit' | 'goal' | 'wait' | 'look'
type Listener = { role: Role; event: string; segmentId: number | null }

/** How coming into a segment and going out of it are told. */
export const segmentEvents = { in: 'segment.entered', out: 'segment.left' } as const

/** Under which name something that happens to a person is told. */
export function toldAs(happens: Happening): string {
  if ('event' in happens) return happens.event
  return 'task' in happens ? taskCompleted.name : segmentEvents[happens.moves]
}

/** What a version has to hear of. */
async function listenersOf(ctx: Context, rules: Rules, { entry, exits, goal, steps }: Definition): Promise<Listener[]> {
  const listener = (role: Role, happens: Happening): Listener => ({
    role,
    event: toldAs(happens),
    segmentId: 'segment' in happens ? internalId(ctx, 'seg', happens.segment) : null,
  })
  const awaited = steps.flatMap((step) => (step.type === 'wait_for' ? step.happens : []))
  const heard = await Promise.all(awaited.map((one) => ('rule' in one ? rules.heardBy(ctx, one.rule) : [])))
  return [
    ...(entry.by === 'event' || entry.by === 'segment' ? [listener('entry', entry)] : []),
    ...exits.map((one) => listener('exit', one)),
    ...(goal?.when ?? []).map((one) => listener('goal', one)),
    ...awaited.flatMap((one) => ('rule' in one ? [] : [listener('wait', one)])),
    ...heard.flat().map((event): Listener => ({ role: 'look', event, segmentId: null })),
  ]
}

/** Listens for a version from now on. Nobody enters by an older one; who is on it is still heard of. */
export async function listen(ctx: Context, rules: Rules, journey: number, version: number, definition: Definition): Promise<void> {
  await hush(ctx, journey)
  const unique = new Map((await listenersOf(ctx, rules, definition)).map((one) => [JSON.stringify(one), one]))
  const rows = [...unique.values()].map((one) => ({ tenantId: ctx.tenantId, journeyId: journey, version, ...one }))
  if (rows.length > 0) await ctx.db.insertInto('journeyListeners').values(rows).execute()
  await logAwaited(ctx)
}

/** Nobody comes in by events any more. */
export const hush = (ctx: Context, journey: number): Promise<unknown> =>
  ctx.db
    .deleteFrom('journeyListeners')
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', journey)
    .where('role', '=', 'entry')
    .execute()

/** Nothing of it is waited for any more. */
export async function forget(ctx: Context, journey: number): Promise<void> {
  await ctx.db.deleteFrom('journeyListeners').where('tenantId', '=', ctx.tenantId).where('journeyId', '=', journey).execute()
  await logAwaited(ctx)
}

/** Behaviour that any journey of the company waits for is told in the log. */
async function logAwaited(ctx: Context): Promise<void> {
  const rows = await ctx.db.selectFrom('journeyListeners').select('event').distinct().where('tenantId', '=', ctx.tenantId).execute()
  await logEvents(
    ctx,
    rows.map(({ event }) => event),
  )
}
