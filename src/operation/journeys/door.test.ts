import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import {
  archiveJourney,
  changeJourney,
  createJourney,
  drainJourney,
  enterByHand,
  findOpen,
  publishJourney,
  restoreJourney,
  resumeJourney,
  stopJourney,
} from './commands.ts'
import { Definition } from './definition.ts'
import { lookAtDoor, namedPeople } from './door.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listJourneys, readCounts } from './queries.ts'
import type { Rules } from './rules.ts'
import { EnterRequest, JourneyQuery } from './schema.ts'
import { rules as noRules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

let members: number[] = []
const rules: Rules = {
  ...noRules,
  membersOf: async () => members,
}

const came = defineEvent('guest.came', { title: { zh: '来了', en: 'Came' }, properties: z.object({ no: z.string() }) })

const people = (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )

async function begin(ctx: Context, draft: object): Promise<number> {
  const id = await createJourney(ctx, { name: '门', note: '', draft: Definition.parse(draft) })
  await publishJourney(ctx, rules, id)
  return id
}

const step = { start: 'wait', steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }] }
const shortcut = { start: 'end', steps: [{ id: 'end', type: 'end' }] }

const look = async (ctx: Context, journey: number, ids: readonly number[], entry: Record<string, string> = {}) =>
  lookAtDoor(
    ctx,
    { journey, ...(await findOpen(ctx, journey)) },
    ids.map((customerId) => ({ customerId, entry })),
  )

describe('a look at the door', () => {
  test('says beforehand exactly who is let in and why the others are not, whatever the policy', async () => {
    workspace.setNow(new Date('2026-03-02T02:00:00Z'))
    for (const reentry of [{ policy: 'once' }, { policy: 'inactive' }, { policy: 'after', days: 30 }, { policy: 'each', property: 'no' }]) {
      const ctx = await workspace.newTenant()
      const [stands = 0, walked = 0, fresh = 0, double = 0, twin = 0] = await people(ctx, 5)
      const by = reentry.policy === 'each' ? { by: 'event', event: came.name } : { by: 'hand' }
      const journey = await begin(ctx, { entry: by, reentry, ...shortcut })
      await enterByHand(ctx, journey, [walked], { no: '1' })
      while ((await moveOnce(workspace, rules)) > 0);
      await publishNext(ctx, journey, { entry: by, reentry, ...step })
      await enterByHand(ctx, journey, [stands], { no: '1' })
      await mergeCustomers(ctx, { keepId: double, mergeId: twin })
      const everybody = [stands, walked, fresh, double, twin]
      const seen = await look(ctx, journey, everybody, { no: '1' })
      expect(seen, reentry.policy).toEqual({
        people: 5,
        enters: reentry.policy === 'inactive' ? 3 : 2,
        refused: [
          { reason: 'active', people: 1 },
          ...(reentry.policy === 'inactive' ? [] : [{ reason: 'before', people: 1 }]),
          { reason: 'same', people: 1 },
        ],
      })
      expect(await enterByHand(ctx, journey, everybody, { no: '1' })).toEqual({ entered: seen.enters, refused: 5 - seen.enters })
      if (reentry.policy === 'each')
        expect(await look(ctx, journey, [fresh])).toEqual({ people: 1, enters: 0, refused: [{ reason: 'keyless', people: 1 }] })
    }
  })

  test('takes a whole segment, and refuses one that is too large', async () => {
    const ctx = await workspace.newTenant()
    members = await people(ctx, 3)
    const journey = await begin(ctx, { entry: { by: 'hand' }, ...step })
    const asked = EnterRequest.parse({ segment: 'seg_any' })
    const named = await namedPeople(ctx, rules, asked)
    expect(await enterByHand(ctx, journey, named)).toEqual({ entered: 3, refused: 0 })
    const [first = 0] = members
    expect(await namedPeople({ ...ctx, actor: { ...ctx.actor, scope: [1] } }, rules, asked)).toEqual([])
    members = Array.from({ length: 50_001 }, (_, i) => i + 1)
    await expect(namedPeople(ctx, rules, asked)).rejects.toMatchObject({ code: 'journey.segment_too_large', field: 'segment' })
    expect(EnterRequest.safeParse({ segment: 'seg_any', customers: [publicId(ctx, 'cus', first)] }).success).toBe(false)
    expect(EnterRequest.safeParse({}).success).toBe(false)
  })

  test('counts whom a draining journey turned away', async () => {
    workspace.setNow(new Date('2026-03-02T02:00:00Z'))
    const ctx = await workspace.newTenant()
    const [one = 0, two = 0] = await people(ctx, 2)
    const journey = await begin(ctx, { entry: { by: 'event', event: came.name }, ...step })
    const tell = (customerId: number) =>
      inTransaction(ctx, async (ctx) => emit(ctx, came, { customerId, at: ctx.now(), properties: { no: '1' } }))
    await tell(one)
    await consumeAll(workspace, [journeyReactions])
    await drainJourney(ctx, journey)
    await tell(two)
    await consumeAll(workspace, [journeyReactions])
    await resumeJourney(ctx, journey)
    const { steps } = await readCounts(ctx, journey)
    expect(steps.find((one) => one.step === '')?.ways).toEqual({ entered: 1, closed: 1 })
  })
})

const nobody = async () => ({})

test('what was put away is brought back under its name, unless another has it by now', async () => {
  const ctx = await workspace.newTenant()
  const journey = await begin(ctx, { entry: { by: 'hand' }, ...step })
  await stopJourney(ctx, journey)
  await archiveJourney(ctx, journey, nobody)
  const listed = async (archived: boolean) =>
    (await listJourneys(ctx, JourneyQuery.parse({ archived: String(archived) }))).items.map(({ state, archivedAt }) => [
      state,
      archivedAt !== null,
    ])
  expect([await listed(false), await listed(true)]).toEqual([[], [['stopped', true]]])
  await restoreJourney(ctx, journey)
  expect([await listed(false), await listed(true)]).toEqual([[['stopped', false]], []])
  await archiveJourney(ctx, journey, nobody)
  await begin(ctx, { entry: { by: 'hand' }, ...step })
  await expect(restoreJourney(ctx, journey)).rejects.toMatchObject({ code: 'journey.name_taken', field: 'name' })
})

async function publishNext(ctx: Context, journey: number, draft: object): Promise<void> {
  await changeJourney(ctx, journey, { draft: Definition.parse(draft) })
  await publishJourney(ctx, rules, journey)
}
