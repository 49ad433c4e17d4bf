import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { identify } from '#management/identity/commands.ts'
import { employeeNames } from '#management/team/queries.ts'
import { identitiesOf } from '#management/wecom/contacts.ts'
import { corpIdOf } from '#management/wecom/corp-ids.ts'
import type { NewFriend, WelcomeContent, WelcomeDecider } from '#management/wecom/welcome.ts'
import type { Context } from '#platform/context.ts'
import { partitionOf } from '#platform/events/emit.ts'
import { eventFits } from '#platform/events/where-holds.ts'
import { readyAttachments } from '../contents/media.ts'
import { readContent } from '../contents/queries.ts'
import { personalOf } from '../personal.ts'
import { fillIn } from '../variables.ts'
import { type Ask, advance, type Properties } from './advance.ts'
import { type Definition, greetedEvent, greets, readFilter, type StepOf } from './definition.ts'
import { mayEnter } from './entering.ts'
import { askRule, type Rules } from './rules.ts'
import { readVersions, type Version } from './versions.ts'

// What journeys say to a new friend. The twenty seconds run, so it is decided before the person is on the way, by the same function
// that will take them there; what became of it is found when they come to the step (greeting-ends.ts).

/**
 * Greets whom a running journey takes in by being added, in the words of the welcome step that they come to before any wait. Of
 * several journeys the oldest one speaks.
 */
export const greetByJourney =
  (rules: Rules): WelcomeDecider =>
  async (ctx, friend) => {
    const doors = await readDoors(ctx)
    if (doors.length === 0) return undefined
    const customerId = await identify(ctx, identitiesOf(await corpIdOf(ctx, friend.corp), friend.externalUserId, undefined), {}, 'wecom')
    let entry: Properties | undefined
    for (const version of doors) {
      entry ??= await entryOf(ctx, friend, customerId, doors.some(asksEntry))
      const step = await welcomeFor(ctx, rules, version, { friend, customerId, entry })
      if (step) return contentOf(ctx, friend, customerId, version, step)
    }
    return undefined
  }

/** Journeys that may greet whoever comes without words of their own; whether they do, their entry and branches say then. */
export const journeysThatGreet = async (ctx: Context): Promise<{ id: number; name: string }[]> =>
  (await readDoors(ctx)).map(({ journey, name }) => ({ id: journey, name }))

/** Running journeys that greet whoever is added, the oldest first. */
async function readDoors(ctx: Context): Promise<Version[]> {
  const listening = await ctx.db
    .selectFrom('journeyListeners as l')
    .innerJoin('journeys as j', (join) => join.onRef('j.tenantId', '=', 'l.tenantId').onRef('j.id', '=', 'l.journeyId'))
    .select(['l.journeyId', 'l.version'])
    .where('l.tenantId', '=', ctx.tenantId)
    .where('l.event', '=', greetedEvent)
    .where('l.role', '=', 'entry')
    .where('j.state', '=', 'running')
    .orderBy('l.journeyId')
    .execute()
  const versions = await readVersions(ctx, listening)
  return [...versions.values()].filter(({ definition }) => greets(definition))
}

const asksEntry = ({ definition: { entry, steps } }: Version): boolean =>
  (entry.by === 'event' && entry.where !== undefined) ||
  steps.some((step) => step.type === 'branch' && step.paths.some(({ when }) => 'entry' in when))

/** So long the friendship may take to be told of; after that the greeting goes by what the callback said. */
const toldMs = 3000

/** What they come in by. The event itself says most; it is waited for only where somebody asks. */
async function entryOf(ctx: Context, friend: NewFriend, customerId: number, isAsked: boolean): Promise<Properties> {
  const until = ctx.now().getTime() + (isAsked ? toldMs : 0)
  for (;;) {
    const told = isAsked ? await toldOf(ctx, friend, customerId) : undefined
    if (told) return told
    if (ctx.now().getTime() >= until) break
    await sleep(100)
  }
  const name = (await employeeNames(ctx, [friend.employeeId])).get(friend.employeeId) ?? ''
  return { employee: friend.employeeId, employeeName: name, ...(friend.state && { state: friend.state }) }
}

/** The log has no index by customer: the event is among the newest of its partition. */
const lookedThrough = 2000

async function toldOf(ctx: Context, { employeeId, at }: NewFriend, customerId: number): Promise<Properties | undefined> {
  const { rows } = await sql<{ properties: Properties }>`
    select l.properties from (select * from event_log where partition = ${partitionOf(customerId)} order by transaction desc, seq desc limit ${lookedThrough}) l
    where l.tenant_id = ${ctx.tenantId} and l.name = ${greetedEvent} and l.customer_id = ${customerId} and l.at >= ${at}
      and (l.properties ->> 'employee')::int = ${employeeId} limit 1`.execute(ctx.db)
  return rows[0]?.properties
}

type Arriving = { friend: NewFriend; customerId: number; entry: Properties }

/** The welcome step that this journey would take them to now, if it would take them in at all. */
async function welcomeFor(ctx: Context, rules: Rules, version: Version, arriving: Arriving): Promise<StepOf<'welcome'> | undefined> {
  const { definition, way, journey } = version
  const { friend, customerId, entry } = arriving
  if (!fitsEntry(definition, entry)) return undefined
  // Their own run may be there already: it was begun by this friendship.
  const before = new Date(friend.at.getTime() - 60_000)
  if (!(await mayEnter(ctx, { journey, reentry: definition.reentry, before }, { customerId, entry }))) return undefined
  const known = new Map<string, boolean>()
  const nameOf = ({ step, place }: Ask) => `${step} ${place}`
  for (;;) {
    const outcome = advance(
      way,
      { step: definition.start, since: null, until: null, wakeAt: null, entry, happened: {} },
      {
        now: ctx.now(),
        subject: customerId,
        answers: (ask) => (ask.about === 'greeting' ? true : known.get(nameOf(ask))),
      },
    )
    if (outcome.kind !== 'asks') return outcome.effects.find((effect) => effect.type === 'welcome')
    for (const ask of outcome.asks) {
      if (ask.about === 'greeting') continue
      const found = await askRule(ctx, rules, ask.about.rule, [customerId])
      known.set(nameOf(ask), found !== 'refused' && found.has(customerId))
    }
  }
}

const fitsEntry = ({ entry }: Definition, properties: Properties): boolean =>
  entry.by === 'event' && entry.event === greetedEvent && eventFits(readFilter(entry.where), properties)

async function contentOf(
  ctx: Context,
  friend: NewFriend,
  customerId: number,
  version: Version,
  { id, text }: StepOf<'welcome'>,
): Promise<WelcomeContent> {
  const names = await employeeNames(ctx, [friend.employeeId])
  const values = {
    ...(await personalOf(ctx, [customerId])).get(customerId)?.values,
    employee: names.get(friend.employeeId) ?? null,
    // The nickname may take a moment to become known: only asked where it is said.
    ...(/\{\{\s*name/.test(text) && { name: (await friend.name()) ?? null }),
  }
  const content = version.contents[id]
  const attachments = content === undefined ? [] : await readyAttachments(ctx, friend.corp, (await readContent(ctx, content)).attachments)
  return { text: fillIn(text, values), attachments, by: { journey: version.journey, step: id } }
}
