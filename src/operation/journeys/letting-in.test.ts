import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changePolicy } from '../outbound/policy.ts'
import { submitJourney } from './approving.ts'
import { changeJourney, createJourney, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { letInByHand, lookAtEntries, reviewEntries } from './letting-in.ts'
import { readJourney } from './queries.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const as = (ctx: Context, id: number): Context => ({
  ...ctx,
  actor: { kind: 'employee', id, name: `员工${id}`, permissions: new Set(['*']), scope: 'all' },
})
const approve = { approve: true, note: '' }
const saying = (text: string) => Definition.parse({ entry: { by: 'hand' }, start: 'say', steps: [{ id: 'say', type: 'message', text }] })
const silent = Definition.parse({
  entry: { by: 'hand' },
  start: 'wait',
  steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }],
})

/** A running journey of employee 1, four customers, and two as the most that one person lets in alone. */
async function doorOf(draft: Definition) {
  const ctx = await workspace.newTenant()
  const people = await identifyMany(
    ctx,
    Array.from({ length: 4 }, (_, i) => ({ identities: [{ kind: 'unionid' as const, value: `u${i}` }] })),
  )
  await changePolicy(ctx, { approvalAbove: 2 })
  const id = await createJourney(as(ctx, 1), { name: '回访', note: '', draft })
  await publishJourney(as(ctx, 1), rules, id)
  const entered = async () => (await readJourney(ctx, id)).entered
  return { ctx, id, people, entered }
}

test('a long list that is let in by hand waits for a second person, who is neither its asker nor the journey’s publisher', async () => {
  const { ctx, id, people, entered } = await doorOf(saying('您好'))
  const [maker, asker, third] = [as(ctx, 1), as(ctx, 2), as(ctx, 3)]
  expect(await lookAtEntries(asker, id, { people })).toMatchObject({ enters: 4, needsApproval: true })
  expect(await letInByHand(asker, id, { people })).toEqual({ entered: 0, refused: 0, waiting: 4 })
  expect(await entered()).toBe(0)
  expect((await readJourney(asker, id)).entryReview).toMatchObject({ people: 4, by: '员工2', isOwn: true })
  expect((await readJourney(third, id)).entryReview).toMatchObject({ isOwn: false })
  for (const own of [maker, asker]) await expect(reviewEntries(own, id, approve)).rejects.toMatchObject({ code: 'approval.own' })
  await expect(reviewEntries(ctx, id, approve)).rejects.toMatchObject({ code: 'approval.by_a_person' })
  await expect(letInByHand(third, id, { people })).rejects.toMatchObject({ code: 'journey.entries_wait', status: 409 })
  const both = await Promise.allSettled([reviewEntries(third, id, approve), reviewEntries(as(ctx, 4), id, approve)])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(await entered()).toBe(4)
  expect((await readJourney(ctx, id)).entryReview).toBeNull()
})

test('what is turned down lets nobody in, and neither does a list that was asked for before other words were published', async () => {
  const { ctx, id, people, entered } = await doorOf(saying('您好'))
  const [asker, third] = [as(ctx, 2), as(ctx, 3)]
  await letInByHand(asker, id, { people })
  await reviewEntries(third, id, { approve: false, note: '太多' })
  await expect(reviewEntries(third, id, approve)).rejects.toMatchObject({ code: 'journey.no_review' })
  await letInByHand(asker, id, { people })
  await changeJourney(as(ctx, 1), id, { draft: saying('大家好') })
  await publishJourney(as(ctx, 1), rules, id)
  await expect(reviewEntries(third, id, approve)).rejects.toMatchObject({ code: 'journey.no_review' })
  expect(await entered()).toBe(0)
})

test('who was let into silence by hand is not moved on to words without a second person', async () => {
  const { ctx, id, people } = await doorOf(silent)
  const maker = as(ctx, 1)
  await letInByHand(maker, id, { people })
  const [wait] = silent.steps
  const draft = Definition.parse({
    ...silent,
    steps: [
      { ...wait, next: 'say' },
      { id: 'say', type: 'message', text: '您好' },
    ],
  })
  await changeJourney(maker, id, { draft })
  expect(await submitJourney(maker, rules, id, { migrate: true })).toBe('review')
  expect((await readJourney(ctx, id)).review).toMatchObject({ receivers: 4 })
  // They end on their old way: nobody hears the words yet.
  expect(await submitJourney(maker, rules, id, { migrate: false })).toBe('published')
})

test('few, those who may not enter anyway, and a journey that reaches nobody ask for no word', async () => {
  const door = await doorOf(saying('您好'))
  const asker = as(door.ctx, 2)
  expect(await letInByHand(asker, door.id, { people: door.people.slice(0, 2) })).toEqual({ entered: 2, refused: 0, waiting: 0 })
  // Two of the four are in already: nobody comes.
  expect(await letInByHand(asker, door.id, { people: door.people.slice(0, 2) })).toEqual({ entered: 0, refused: 2, waiting: 0 })
  const quiet = await doorOf(silent)
  expect(await letInByHand(as(quiet.ctx, 2), quiet.id, { people: quiet.people })).toEqual({ entered: 4, refused: 0, waiting: 0 })
})

test('many short lists of one day are one long list, whoever asks; a day later they are short again', async () => {
  const { ctx, id, people, entered } = await doorOf(saying('您好'))
  const [first, second, third, fourth] = people.map((one) => [one])
  const [asker, other] = [as(ctx, 2), as(ctx, 3)]
  const now = new Date('2026-03-02T04:30:00Z')
  workspace.setNow(now)
  await Promise.all([letInByHand(asker, id, { people: first ?? [] }), letInByHand(other, id, { people: second ?? [] })])
  expect(await entered()).toBe(2)
  expect(await lookAtEntries(other, id, { people: third ?? [] })).toMatchObject({ enters: 1, lately: 2, needsApproval: true })
  expect(await letInByHand(other, id, { people: third ?? [] })).toMatchObject({ entered: 0, waiting: 1 })
  // The next one joins the list that waits; with something else to bring along it is another list.
  expect(await letInByHand(other, id, { people: fourth ?? [] })).toMatchObject({ entered: 0, waiting: 2 })
  await expect(letInByHand(other, id, { people: fourth ?? [], entry: { city: '上海' } })).rejects.toMatchObject({
    code: 'journey.entries_wait',
  })
  expect(await reviewEntries(as(ctx, 4), id, approve)).toEqual({ entered: 2, refused: 0 })
  expect(await lookAtEntries(other, id, { people })).toMatchObject({ enters: 0, lately: 2, needsApproval: false })
  workspace.setNow(new Date(now.getTime() + 25 * 3_600_000))
  expect(await lookAtEntries(other, id, { people })).toMatchObject({ lately: 0 })
})
