import { beforeAll, expect, test } from 'vitest'
import { orderPaid } from '#conversion/events.ts'
import { customerFollowed, segmentEntered } from '#management/events.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { groupJoined } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { listStages } from '../follow-ups/queries.ts'
import { checkJourney } from './checking.ts'
import { createJourney, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns } from './queries.ts'
import type { Rules } from './rules.ts'
import { type Template, templatesWith } from './templates.ts'
import { rules as noRules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

/** Of the segment that somebody chose. */
let members: number[] = []
const rules: Rules = {
  ...noRules,
  membersOf: async () => members,
}

const segment = 1
const trade = { order: 1, orderNo: 'A1', shop: 0, amount: 9900, currency: 'CNY', items: 1 }
const chat = { chat: 1, chatName: '一群' }

/** What the product really tells of somebody who fits, by how a template lets people in. */
function arrive(ctx: Context, customerId: number, { entry }: Definition): void {
  if (entry.by === 'segment') emit(ctx, segmentEntered, { customerId, properties: { segment, segmentName: '选好的', why: 'fact' } })
  if (entry.by !== 'event') return
  if (entry.event === customerFollowed.name)
    emit(ctx, customerFollowed, { customerId, properties: { employee: 1, employeeName: '小王', again: false } })
  if (entry.event === orderPaid.name)
    emit(ctx, orderPaid, { customerId, properties: { ...trade, source: 'hand', lines: 1, products: ['P1'], first: true } })
  if (entry.event === groupJoined.name) emit(ctx, groupJoined, { customerId, properties: { ...chat, scene: 'code' } })
}

/** As somebody would fill it in whom the issues ask for something. */
async function filled(ctx: Context, { draft }: Template): Promise<Definition> {
  const issues = await checkJourney(ctx, rules, draft)
  const asked = issues.map(({ step, field, code }) => `${step} ${field} ${code}`)
  expect(asked.filter((one) => one !== 'null entry.segment journey.no_segment')).toEqual([])
  if (asked.length === 0) return draft
  const id = await createJourney(ctx, { name: `没选${draft.start}`, note: '', draft })
  await expect(publishJourney(ctx, rules, id)).rejects.toMatchObject({ code: 'journey.no_segment', field: 'entry.segment' })
  return Definition.parse({ ...draft, entry: { ...draft.entry, segment: publicId(ctx, 'seg', segment) } })
}

test('every template takes in somebody who fits, once what it asks for is chosen', async () => {
  // A Sunday evening.
  workspace.setNow(new Date('2026-03-01T12:00:00Z'))
  const ctx = await workspace.newTenant()
  const [stage] = await listStages(ctx, { whose: 'team' })
  const templates = templatesWith(stage?.id ?? '')
  const [fits = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'unionid', value: 'u1' }] }])
  members = [fits]
  const journeys = new Map<string, number>()
  for (const template of templates) {
    const draft = await filled(ctx, template)
    const id = await createJourney(ctx, { name: template.name.zh, note: '', draft })
    await publishJourney(ctx, rules, id)
    journeys.set(template.key, id)
    await inTransaction(ctx, async (ctx) => arrive(ctx, fits, draft))
  }
  await consumeAll(workspace, [journeyReactions])
  // Monday noon, after what is told by the clock.
  workspace.setNow(new Date('2026-03-02T04:00:00Z'))
  while ((await moveOnce(workspace, rules)) > 0);
  const entered = await Promise.all([...journeys].map(async ([key, id]) => [key, (await listRuns(ctx, id, { limit: 10 })).items.length]))
  expect(entered.filter(([, runs]) => runs === 0)).toEqual([])
  expect(entered.length).toBe(8)
})
