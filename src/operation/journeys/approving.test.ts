import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changePolicy } from '../outbound/policy.ts'
import { reviewJourney, submitJourney } from './approving.ts'
import { changeJourney, createJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { readJourney } from './queries.ts'
import type { Rules } from './rules.ts'
import { rules as noRules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** Of whom a segment has three and an event one; what was asked is kept. */
const asked: unknown[] = []
const rules: Rules = {
  ...noRules,
  holds: async (_ctx, rule, ids) => {
    asked.push(rule)
    return new Set(ids.slice(0, 1))
  },
  membersOf: async () => [1, 2, 3],
}

const as = (ctx: Context, id: number): Context => ({
  ...ctx,
  actor: { kind: 'employee', id, name: `员工${id}`, permissions: new Set(['*']), scope: 'all' },
})
const drawing = (entry: object, type: 'task' | 'wait' = 'task') =>
  Definition.parse({
    entry,
    start: 'a',
    steps: [type === 'task' ? { id: 'a', type, title: '回访' } : { id: 'a', type: 'wait', for: { value: 1, unit: 'day' } }],
  })
const bySegment = (ctx: Context, moves = 'in') => ({ by: 'segment', segment: publicId(ctx, 'seg', 1), moves })
const approve = { approve: true, note: '' }

async function company(): Promise<Context> {
  const ctx = await workspace.newTenant()
  await identifyMany(
    ctx,
    Array.from({ length: 4 }, (_, i) => ({ identities: [{ kind: 'unionid', value: `u${i}` }] })),
  )
  await changePolicy(ctx, { approvalAbove: 2 })
  return ctx
}

test('a journey for many is started by the word of a second person, as it was submitted', async () => {
  const ctx = await company()
  const [one, two, three] = [as(ctx, 1), as(ctx, 2), as(ctx, 3)]
  const id = await createJourney(one, { name: '回访', note: '', draft: drawing(bySegment(ctx)) })
  expect(await submitJourney(two, rules, id, { migrate: false })).toBe('review')
  const waiting = await readJourney(two, id)
  expect(waiting).toMatchObject({ state: 'draft', version: 0, review: { receivers: 3, by: '员工2', isOwn: true } })
  // Neither who drew it nor who submitted it; no program either.
  for (const own of [one, two]) await expect(reviewJourney(own, rules, id, approve)).rejects.toMatchObject({ code: 'approval.own' })
  await expect(reviewJourney(ctx, rules, id, approve)).rejects.toMatchObject({ code: 'approval.by_a_person', status: 403 })
  await reviewJourney(three, rules, id, { approve: false, note: '换个说法' })
  expect(await readJourney(three, id)).toMatchObject({ state: 'draft', review: null, reviewNote: '换个说法' })
  await expect(reviewJourney(three, rules, id, approve)).rejects.toMatchObject({ code: 'journey.no_review' })
  await submitJourney(two, rules, id, { migrate: false })
  await reviewJourney(three, rules, id, approve)
  expect(await readJourney(one, id)).toMatchObject({ state: 'running', version: 1, review: null })
  // Who draws the next one anew is its maker, and the first one may approve.
  await changeJourney(two, id, { draft: drawing(bySegment(ctx, 'out')) })
  await submitJourney(two, rules, id, { migrate: false })
  await reviewJourney(one, rules, id, approve)
  expect(await readJourney(one, id)).toMatchObject({ version: 2 })
})

test('what is drawn after it was submitted has nobody’s word', async () => {
  const ctx = await company()
  const id = await createJourney(as(ctx, 1), { name: '回访', note: '', draft: drawing(bySegment(ctx)) })
  await submitJourney(as(ctx, 1), rules, id, { migrate: false })
  await changeJourney(as(ctx, 1), id, { draft: drawing(bySegment(ctx, 'out')) })
  await expect(reviewJourney(as(ctx, 2), rules, id, approve)).rejects.toMatchObject({ code: 'journey.no_review' })
})

test.each([
  ['few did its event', { by: 'event', event: 'order.paid', where: { shop: '1' } }, 'task'],
  ['people are named by hand', { by: 'hand' }, 'task'],
  ['nobody is reached', undefined, 'wait'],
] as const)('a journey starts at once where %s', async (_, entry, type) => {
  const ctx = await company()
  const id = await createJourney(as(ctx, 1), { name: '回访', note: '', draft: drawing(entry ?? bySegment(ctx), type) })
  expect(await submitJourney(as(ctx, 1), rules, id, { migrate: false })).toBe('published')
  expect((await readJourney(ctx, id)).state).toBe('running')
  if (entry?.by === 'event')
    expect(asked.at(-1)).toEqual({ event: { event: 'order.paid', where: { shop: '1' }, within: { last: 30, unit: 'day' } } })
})
