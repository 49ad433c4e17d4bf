import { checkAttributes } from '#management/customers/attributes.ts'
import { setAttributes } from '#management/customers/editing.ts'
import { changeTaggings } from '#management/tags/commands.ts'
import { existingTags } from '#management/tags/queries.ts'
import { journeyGoalReached, journeySignalled, offerRequested } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { isRefusal } from '#platform/errors.ts'
import { emit } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { moveStages } from '../follow-ups/moving.ts'
import { intend } from '../outbound/commands.ts'
import { personalOf } from '../personal.ts'
import { assignTasks, type TaskWish } from '../tasks/commands.ts'
import { fillIn } from '../variables.ts'
import { type Act, type ActOf, type CarriedOut, keyOf, type Missed, missedBy, only, placeOf } from './acts.ts'
import { askToPublish, writeToGroups } from './broadcasts.ts'
import { missedGreetings } from './greeting-ends.ts'
import type { MissedReason } from './missed.ts'
import { after } from './moments.ts'
import { giveNotice } from './notices.ts'
import { askForSms } from './sms.ts'

/**
 * Carries out what a batch of people shall have, in the transaction that moves them on: each once, or not at all. Nothing here
 * leaves the database; what goes outside is an intent that others carry out. Returns what could not be done, and what was wished for many.
 */
export async function carryOut(ctx: Context, acts: readonly Act[]): Promise<CarriedOut> {
  const untagged = await giveTags(ctx, only(acts, 'tag'))
  const unwritten = await giveAttributes(ctx, only(acts, 'attribute'))
  await askColleagues(ctx, only(acts, 'task'))
  await intend(
    ctx,
    only(acts, 'message').map((act) => ({
      key: keyOf(act),
      customerId: act.customerId,
      content: act.version.contents[act.effect.id] ?? 0,
      kind: act.effect.kind,
      source: sourceOf(act),
    })),
  )
  for (const act of acts) tell(ctx, act)
  const groups = await writeToGroups(ctx, only(acts, 'group_message'))
  const missed = [
    ...untagged,
    ...unwritten,
    ...(await moveOn(ctx, only(acts, 'stage'))),
    ...(await giveNotice(ctx, only(acts, 'notice'))),
    ...(await missedGreetings(ctx, only(acts, 'welcome'))),
    ...(await askForSms(ctx, only(acts, 'sms'))),
    ...groups.missed,
    ...(await askToPublish(ctx, only(acts, 'moment'))),
  ]
  return { missed, shared: groups.shared }
}

const sourceOf = ({ version, effect }: Act) => ({ kind: 'journey' as const, id: version.journey, step: effect.id })

async function giveTags(ctx: Context, acts: readonly ActOf<'tag'>[]): Promise<Missed[]> {
  if (acts.length === 0) return []
  // A name from outside is deciphered, which costs more than everything else here: once for a tag, not for a person.
  const tags = new Map([...new Set(acts.map(({ effect }) => effect.tag))].map((tag) => [tag, internalId(ctx, 'tag', tag)]))
  const existing = await existingTags(ctx, [...tags.values()])
  const idOf = ({ effect }: ActOf<'tag'>) => tags.get(effect.tag) ?? 0
  const possible = acts.filter((act) => existing.has(idOf(act)))
  const changes = possible.map((act) => ({ tagId: idOf(act), customerId: act.customerId, tagged: !act.effect.remove }))
  await changeTaggings(ctx, changes, { source: 'journey' })
  return acts.filter((act) => !existing.has(idOf(act))).map((act) => missedBy(act, 'no_tag'))
}

async function giveAttributes(ctx: Context, acts: readonly ActOf<'attribute'>[]): Promise<Missed[]> {
  const missed: Missed[] = []
  for (const same of Map.groupBy(acts, ({ version, effect }) => `${version.journey} ${version.version} ${effect.id}`).values()) {
    const [first] = same
    if (!first) continue
    const values = { [first.effect.key]: first.effect.value }
    const reason = await refusedValue(ctx, values)
    if (reason) missed.push(...same.map((act) => missedBy(act, reason)))
    else
      await setAttributes(
        ctx,
        same.map(({ customerId }) => customerId),
        values,
      )
  }
  return missed
}

/** The attribute, or the choice, may be gone since the drawing was checked. */
async function refusedValue(ctx: Context, values: Parameters<typeof checkAttributes>[1]): Promise<MissedReason | undefined> {
  try {
    await checkAttributes(ctx, values)
    return undefined
  } catch (error) {
    if (!isRefusal(error)) throw error
    return error.code === 'attribute.unknown' ? 'no_attribute' : 'value_unfit'
  }
}

/** The friend for longest is asked, in words that name the person. */
async function askColleagues(ctx: Context, acts: readonly ActOf<'task'>[]): Promise<void> {
  if (acts.length === 0) return
  const personal = await personalOf(
    ctx,
    acts.map(({ customerId }) => customerId),
  )
  const wishes = acts.map((act): TaskWish => {
    const { effect, customerId } = act
    const { employeeId = null, values = {} } = personal.get(customerId) ?? {}
    return {
      key: keyOf(act),
      ...(employeeId !== null && { employeeId }),
      customerId,
      kind: 'contact',
      title: [...fillIn(effect.title, values)].slice(0, 100).join(''),
      ...(effect.script && { script: fillIn(effect.script, values) }),
      ...(effect.due && { dueAt: after(ctx.now(), effect.due) }),
      source: sourceOf(act),
    }
  })
  await assignTasks(ctx, wishes)
}

async function moveOn(ctx: Context, acts: readonly ActOf<'stage'>[]): Promise<Missed[]> {
  const ends = await moveStages(
    ctx,
    acts.map(({ effect, customerId, version }) => ({
      customerId,
      stageId: internalId(ctx, 'fst', effect.stage),
      back: effect.back,
      because: `「${version.name}」`,
    })),
  )
  return acts.flatMap((act, i) => {
    const end = ends[i] ?? 'moved'
    return end === 'moved' ? [] : [missedBy(act, end)]
  })
}

function tell(ctx: Context, act: Act): void {
  const { effect, customerId, version } = act
  const journey = { journey: version.journey, journeyName: version.name, version: version.version }
  const step = placeOf(act)
  if (effect.type === 'goal') emit(ctx, journeyGoalReached, { customerId, properties: journey })
  if (effect.type === 'offer') emit(ctx, offerRequested, { customerId, properties: { ...step, offer: effect.offer, value: effect.value } })
  if (effect.type === 'signal') emit(ctx, journeySignalled, { customerId, properties: { ...step, signal: effect.signal } })
}
