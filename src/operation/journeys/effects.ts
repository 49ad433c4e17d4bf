import { setAttributes } from '#management/customers/editing.ts'
import { changeTaggings } from '#management/tags/commands.ts'
import { journeyGoalReached, journeySignalled, offerRequested } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { intend } from '../outbound/commands.ts'
import { personalOf } from '../personal.ts'
import { assignTasks, type TaskWish } from '../tasks/commands.ts'
import { fillIn } from '../variables.ts'
import type { Effect } from './advance.ts'
import type { StepOf } from './definition.ts'
import { after } from './moments.ts'
import type { Version } from './versions.ts'

/** What a step does to one person, in their run. `turn` tells visits of one step apart. */
export type Act = { effect: Effect; version: Version; run: number; turn: number; customerId: number }
type ActOf<Type extends Effect['type']> = Act & { effect: StepOf<Type> }

/**
 * Carries out what a batch of people shall have, in the transaction that moves them on: each once, or not at all. Nothing here
 * leaves the database; what goes outside is an intent that others carry out.
 */
export async function carryOut(ctx: Context, acts: readonly Act[]): Promise<void> {
  await giveTags(ctx, only(acts, 'tag'))
  await giveAttributes(ctx, only(acts, 'attribute'))
  await askColleagues(ctx, only(acts, 'task'))
  await intend(
    ctx,
    only(acts, 'message').map(({ effect, version, run, turn, customerId }) => ({
      key: keyOf(version, run, effect.id, turn),
      customerId,
      content: version.contents[effect.id] ?? 0,
      kind: effect.kind,
      source: { kind: 'journey', id: version.journey, step: effect.id },
    })),
  )
  for (const act of acts) tell(ctx, act)
}

/** One wish a visit of a step. */
const keyOf = ({ journey }: Version, run: number, step: string, turn: number): string =>
  `journey ${journey} run ${run} step ${step} turn ${turn}`

const only = <Type extends Effect['type']>(acts: readonly Act[], type: Type): ActOf<Type>[] =>
  acts.filter((act): act is ActOf<Type> => act.effect.type === type)

function giveTags(ctx: Context, acts: readonly ActOf<'tag'>[]): Promise<unknown> {
  // A name from outside is deciphered, which costs more than everything else here: once for a tag, not for a person.
  const tags = new Map([...new Set(acts.map(({ effect }) => effect.tag))].map((tag) => [tag, internalId(ctx, 'tag', tag)]))
  const changes = acts.map(({ effect, customerId }) => ({ tagId: tags.get(effect.tag) ?? 0, customerId, tagged: !effect.remove }))
  return changeTaggings(ctx, changes, { source: 'journey' })
}

async function giveAttributes(ctx: Context, acts: readonly ActOf<'attribute'>[]): Promise<void> {
  for (const same of Map.groupBy(acts, ({ version, effect }) => `${version.journey} ${version.version} ${effect.id}`).values()) {
    const [first] = same
    if (!first) continue
    const people = same.map(({ customerId }) => customerId)
    await setAttributes(ctx, people, { [first.effect.key]: first.effect.value })
  }
}

/** The friend for longest is asked, in words that name the person. */
async function askColleagues(ctx: Context, acts: readonly ActOf<'task'>[]): Promise<void> {
  if (acts.length === 0) return
  const personal = await personalOf(
    ctx,
    acts.map(({ customerId }) => customerId),
  )
  const wishes = acts.map(({ effect, version, run, turn, customerId }): TaskWish => {
    const { employeeId = null, values = {} } = personal.get(customerId) ?? {}
    return {
      key: keyOf(version, run, effect.id, turn),
      ...(employeeId !== null && { employeeId }),
      customerId,
      kind: 'contact',
      title: [...fillIn(effect.title, values)].slice(0, 100).join(''),
      ...(effect.script && { script: fillIn(effect.script, values) }),
      ...(effect.due && { dueAt: after(ctx.now(), effect.due) }),
      source: { kind: 'journey', id: version.journey, step: effect.id },
    }
  })
  await assignTasks(ctx, wishes)
}

function tell(ctx: Context, { effect, version, run, customerId }: Act): void {
  const journey = { journey: version.journey, journeyName: version.name, version: version.version }
  const step = { ...journey, step: effect.id, run }
  if (effect.type === 'goal') emit(ctx, journeyGoalReached, { customerId, properties: journey })
  if (effect.type === 'offer') emit(ctx, offerRequested, { customerId, properties: { ...step, offer: effect.offer, value: effect.value } })
  if (effect.type === 'signal') emit(ctx, journeySignalled, { customerId, properties: { ...step, signal: effect.signal } })
}
