import { DateTime } from 'luxon'
import type { Context } from '#platform/context.ts'
import { remember } from '#platform/remember.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { personalOf } from '../personal.ts'
import { fillIn, type Values } from '../variables.ts'
import { type Ask, type Effect, wayOf } from './advance.ts'
import type { Definition } from './definition.ts'
import type { Rules } from './rules.ts'
import type { DryRun, Happens, Simulation } from './schema.ts'
import { type Walk, walk } from './walk.ts'

// What would happen, without anything happening: for one person, and for many.

/** Chance has not been drawn yet for a drawing that nobody entered; any salt does. */
const salt = 'dry run'

type Foreseen = { definition: Definition; happens: Happens; entry: Record<string, unknown> }

export async function dryRun(ctx: Context, rules: Rules, customerId: number, foreseen: Foreseen): Promise<DryRun> {
  const [walked] = (await walkAll(ctx, rules, [customerId], foreseen)).values()
  const values = (await personalOf(ctx, [customerId])).get(customerId)?.values ?? {}
  return {
    turns: (walked?.turns ?? []).map(({ at, passed }) => ({ at: at.toISOString(), passed })),
    effects: (walked?.effects ?? []).map(({ at, effect }) => ({
      at: at.toISOString(),
      step: effect.id,
      type: effect.type,
      text: saidBy(effect, values),
    })),
    end: walked?.end ?? 'lost',
  }
}

/** The words of a step, as this person or their colleague would read them. */
function saidBy(effect: Effect, values: Values): string | null {
  if (effect.type === 'task') return fillIn(effect.script ?? effect.title, values)
  return 'text' in effect ? fillIn(effect.text, values) : null
}

export async function simulate(ctx: Context, rules: Rules, people: readonly number[], foreseen: Foreseen): Promise<Simulation> {
  const timezone = await timezoneOf(ctx)
  const walks = [...(await walkAll(ctx, rules, people, foreseen)).values()]
  return {
    people: people.length,
    steps: stepsOf(foreseen.definition, walks),
    days: daysOf(walks, timezone),
    overLimit: walks.filter((one) => isOverLimit(one, timezone)).length,
    end: countBy(walks.map(({ end }) => end)),
  }
}

function stepsOf({ steps }: Definition, walks: readonly Walk[]): Simulation['steps'] {
  const passed = walks.flatMap(({ turns }) => turns.flatMap((turn) => turn.passed))
  const byStep = Map.groupBy(passed, ({ step }) => step)
  return steps.map(({ id }) => {
    const ways = (byStep.get(id) ?? []).flatMap((one) => ('way' in one ? [one.way] : []))
    return { step: id, people: ways.length, ways: countBy(ways) }
  })
}

const countBy = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, list]) => [name, list.length]))

/** What is counted by day, by the step that does it. Groups and moments are not of one person: their steps say how many come. */
const counted = { message: 'messages', task: 'tasks', notice: 'notices', sms: 'sms' } as const
type Day = Omit<Simulation['days'][number], 'day'>

function daysOf(walks: readonly Walk[], zone: string): Simulation['days'] {
  const days = new Map<string, Day>()
  for (const { effects } of walks)
    for (const { at, effect } of effects) {
      const name = effect.type in counted ? counted[effect.type as keyof typeof counted] : undefined
      if (!name) continue
      const day = remember(days, dayOf(at, zone), (): Day => ({ messages: 0, tasks: 0, notices: 0, sms: 0 }))
      day[name]++
    }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, counted]) => ({ day, ...counted }))
}

/** doc 92135: as many a month as the month has days. */
function isOverLimit({ effects }: Walk, zone: string): boolean {
  const months = Map.groupBy(
    effects.filter(({ effect }) => effect.type === 'message').map(({ at }) => DateTime.fromJSDate(at, { zone })),
    (at) => at.toFormat('yyyy-MM'),
  )
  return [...months.values()].some((list) => list.length > (list[0]?.daysInMonth ?? 31))
}

/** Everybody's way by their id; each question is asked once, about everybody. */
async function walkAll(
  ctx: Context,
  rules: Rules,
  people: readonly number[],
  { definition, happens, entry }: Foreseen,
): Promise<Map<number, Walk>> {
  const timezone = await timezoneOf(ctx)
  const way = wayOf(definition, salt, timezone)
  const known = new Map<string, ReadonlySet<number>>()
  const walks = new Map<number, Walk>()
  const key = ({ step, place }: Ask) => `${step} ${place}`
  const awaited = new Map(Object.entries(happens))
  for (let open = [...people]; open.length > 0; ) {
    const asks = new Map<string, Ask>()
    const still: number[] = []
    for (const subject of open) {
      const answers = (ask: Ask) => known.get(key(ask))?.has(subject)
      const walked = walk(way, definition.start, ctx.now(), { subject, entry, happens: awaited, answers })
      if ('asks' in walked) {
        still.push(subject)
        for (const ask of walked.asks) asks.set(key(ask), ask)
      } else walks.set(subject, walked)
    }
    for (const [name, { about }] of asks)
      known.set(name, about === 'greeting' ? new Set(people) : await rules.holds(ctx, about.rule, people))
    open = still
  }
  return walks
}
