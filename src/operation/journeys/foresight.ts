import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { remember } from '#platform/remember.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { personalOf } from '../personal.ts'
import { fillIn, type Values } from '../variables.ts'
import { type Ask, type Effect, wayOf } from './advance.ts'
import { hearingGroups, publishingColleagues } from './broadcasts.ts'
import type { Definition, Step } from './definition.ts'
import { type Over, overLimits, readLimits } from './foreseen-limits.ts'
import type { Rules } from './rules.ts'
import type { DryRun, Happens, Simulation } from './schema.ts'
import { type ForeseenTrials, foreseeTrials } from './trials.ts'
import { type Walk, walk } from './walk.ts'

// What would happen, without anything happening: for one person, and for many.

/** `journey`: whose drawing it is, so that its lots are the real ones and trials that run on it are met. */
type Foreseen = { definition: Definition; happens: Happens; entry: Record<string, unknown>; journey?: number | undefined }

/** `withheld`: what the gate keeps from the control group. Whoever a trial holds out at the door takes no way. */
type Walked = Omit<Walk, 'end'> & { end: Walk['end'] | 'held_out'; withheld: Walk['effects'] }

export async function dryRun(ctx: Context, rules: Rules, customerId: number, foreseen: Foreseen): Promise<DryRun> {
  const { walks, trials } = await walkAll(ctx, rules, [customerId], foreseen)
  const walked = walks.get(customerId)
  const values = (await personalOf(ctx, [customerId])).get(customerId)?.values ?? {}
  return {
    turns: (walked?.turns ?? []).map(({ at, passed }) => ({ at: at.toISOString(), passed })),
    effects: (walked?.effects ?? []).map(({ at, effect }) => ({
      at: at.toISOString(),
      step: effect.id,
      type: effect.type,
      text: saidBy(effect, values),
      attachments: 'attachments' in effect ? effect.attachments : [],
    })),
    trials: walked ? trialsMet(ctx, customerId, walked, trials) : [],
    end: walked?.end ?? 'lost',
  }
}

function trialsMet(ctx: Context, customer: number, walked: Walked, trials: ForeseenTrials): DryRun['trials'] {
  const steps = new Set<string | null>([null, ...walked.met, ...walked.withheld.map(({ effect }) => effect.id)])
  return [...steps].flatMap((step): DryRun['trials'] => {
    const drawn = trials.drawn(customer, step)
    if (!drawn) return step === null ? [] : [{ step, experiment: null, variant: null }]
    const { experiment, name, variant } = drawn
    return [{ step, experiment: { id: publicId(ctx, 'xpt', experiment), name }, variant }]
  })
}

/** The words of a step, as this person or their colleague would read them. */
function saidBy(effect: Effect, values: Values): string | null {
  if (effect.type === 'task') return fillIn(effect.script ?? effect.title, values)
  return 'text' in effect && effect.text !== '' ? fillIn(effect.text, values) : null
}

export async function simulate(ctx: Context, rules: Rules, people: readonly number[], foreseen: Foreseen): Promise<Simulation> {
  const { walks } = await walkAll(ctx, rules, people, foreseen)
  const ways = [...walks.values()]
  const overs = await oversOf(ctx, walks)
  return {
    people: people.length,
    held: ways.filter(isLeftOut).length,
    steps: stepsOf(foreseen.definition, ways),
    days: await daysOf(ctx, walks),
    overLimit: overs.filter(({ platform }) => platform).length,
    overFrequency: overs.filter(({ frequency }) => frequency).length,
    end: countBy(ways.map(({ end }) => end)),
  }
}

const isLeftOut = ({ end, turns, withheld }: Walked): boolean =>
  end === 'held_out' || withheld.length > 0 || turns.some(({ passed }) => passed.some((one) => 'way' in one && one.way === 'held'))

function stepsOf({ steps }: Definition, walks: readonly Walked[]): Simulation['steps'] {
  const passed = walks.flatMap(({ turns }) => turns.flatMap((turn) => turn.passed))
  const byStep = Map.groupBy(passed, ({ step }) => step)
  return steps.map(({ id }) => {
    const ways = (byStep.get(id) ?? []).flatMap((one) => ('way' in one ? [one.way] : []))
    return { step: id, people: ways.length, ways: countBy(ways) }
  })
}

const countBy = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, list]) => [name, list.length]))

/** What is counted by day, by the step that does it. */
const counted = { welcome: 'welcomes', message: 'messages', task: 'tasks', notice: 'notices', sms: 'sms' } as const
type Day = Omit<Simulation['days'][number], 'day'>

async function daysOf(ctx: Context, walks: ReadonlyMap<number, Walked>): Promise<Simulation['days']> {
  const zone = await timezoneOf(ctx)
  const days = new Map<string, Day>()
  const dayAt = (day: string): Day =>
    remember(days, day, () => ({ welcomes: 0, messages: 0, groupMessages: 0, moments: 0, tasks: 0, notices: 0, sms: 0 }))
  for (const { effects } of walks.values())
    for (const { at, effect } of effects) {
      const name = effect.type in counted ? counted[effect.type as keyof typeof counted] : undefined
      if (name) dayAt(dayOf(at, zone))[name]++
    }
  for (const day of await toManyOf(ctx, walks, zone, 'group_message', hearingGroups)) dayAt(day).groupMessages++
  for (const day of await toManyOf(ctx, walks, zone, 'moment', publishingColleagues)) dayAt(day).moments++
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sums]) => ({ day, ...sums }))
}

/** The day of each message to many: whoever is reached by a step hears it once a day, however many come to it. */
async function toManyOf(
  ctx: Context,
  walks: ReadonlyMap<number, Walked>,
  zone: string,
  type: Effect['type'],
  reachedBy: (ctx: Context, people: readonly number[]) => Promise<ReadonlyMap<number, readonly unknown[]>>,
): Promise<string[]> {
  const coming = [...walks].flatMap(([person, { effects }]) =>
    effects.flatMap(({ at, effect }) => (effect.type === type ? [{ person, step: effect.id, day: dayOf(at, zone) }] : [])),
  )
  if (coming.length === 0) return []
  const reached = await reachedBy(
    ctx,
    coming.map(({ person }) => person),
  )
  const days = new Map<string, string>()
  for (const { person, step, day } of coming) for (const one of reached.get(person) ?? []) days.set(`${day} ${step} ${one}`, day)
  return [...days.values()]
}

async function oversOf(ctx: Context, walks: ReadonlyMap<number, Walked>): Promise<Over[]> {
  const limits = await readLimits(ctx, [...walks.keys()])
  return [...walks].map(([person, { effects }]) => {
    const wished = effects.flatMap(({ at, effect }) => (effect.type === 'message' ? [{ at, kind: effect.kind }] : []))
    return overLimits(limits, limits.got.get(person) ?? [], wished)
  })
}

/** Everybody's way by their id; each question is asked once, about everybody. */
async function walkAll(
  ctx: Context,
  rules: Rules,
  people: readonly number[],
  { definition, happens, entry, journey }: Foreseen,
): Promise<{ walks: Map<number, Walked>; trials: ForeseenTrials }> {
  const way = wayOf(definition, await saltOf(ctx, journey), await timezoneOf(ctx))
  const trials = await foreseeTrials(ctx, journey, people)
  const known = new Map<string, ReadonlySet<number>>()
  const walks = new Map<number, Walked>()
  const key = ({ step, place }: Ask) => `${step} ${place}`
  const awaited = new Map(Object.entries(happens))
  for (const subject of trials.held) walks.set(subject, { turns: [], effects: [], met: [], withheld: [], end: 'held_out' })
  for (let open = people.filter((id) => !trials.held.has(id)); open.length > 0; ) {
    const asks = new Map<string, Ask>()
    const still: number[] = []
    for (const subject of open) {
      const answers = (ask: Ask) => known.get(key(ask))?.has(subject)
      const lot = (step: Step) => trials.of(step, subject)
      const walked = walk(way, definition.start, ctx.now(), { subject, entry, happens: awaited, answers, lot })
      if ('asks' in walked) {
        still.push(subject)
        for (const ask of walked.asks) asks.set(key(ask), ask)
      } else walks.set(subject, gated(walked, trials.control.has(subject)))
    }
    for (const [name, { about }] of asks)
      known.set(name, about === 'greeting' ? new Set(people) : await rules.holds(ctx, about.rule, people))
    open = still
  }
  return { walks, trials }
}

/** The company-wide control group gets no marketing: the step is passed, and the gate keeps the message. */
function gated(walked: Walk, isControl: boolean): Walked {
  const isKept = ({ effect }: Walk['effects'][number]) => isControl && effect.type === 'message' && effect.kind === 'marketing'
  return { ...walked, effects: walked.effects.filter((one) => !isKept(one)), withheld: walked.effects.filter(isKept) }
}

/** Chance has not been drawn yet for a drawing that belongs to no journey; any salt does. */
async function saltOf(ctx: Context, journey: number | undefined): Promise<string> {
  if (journey === undefined) return 'dry run'
  const row = await ctx.db
    .selectFrom('journeys')
    .select('salt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .executeTakeFirst()
  if (!row) throw notFound('journey')
  return row.salt
}
