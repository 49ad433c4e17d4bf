import { beforeAll, expect, test } from 'vitest'
import { createJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { createMessage } from '#operation/messages/commands.ts'
import { MessageInput } from '#operation/messages/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { listWaiting } from './queries.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const as = (ctx: Context, id: number, permissions = ['*'], scope: Context['actor']['scope'] = 'all'): Context => ({
  ...ctx,
  actor: { kind: 'employee', id, name: `员工${id}`, permissions: new Set(permissions), scope },
})

async function message(ctx: Context, name: string, change: { state: string; at?: Date }): Promise<number> {
  const content = { text: name, attachments: [] }
  const input = MessageInput.parse({ name, kind: 'marketing', to: { whom: 'customers', audience: {} }, content })
  const id = await createMessage(ctx, input)
  await ctx.db
    .updateTable('messages')
    .set({ state: change.state, receivers: 30, scheduledAt: change.at ?? null })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  return id
}

async function journey(ctx: Context, name: string, waits: { review?: object; entryReview?: object }): Promise<number> {
  const draft = Definition.parse({ entry: { by: 'hand' }, start: 'a', steps: [{ id: 'a', type: 'task', title: '回访' }] })
  const id = await createJourney(ctx, { name, note: '', draft })
  const { review, entryReview } = waits
  await ctx.db
    .updateTable('journeys')
    .set({ review: review ? JSON.stringify(review) : null, entryReview: entryReview ? JSON.stringify(entryReview) : null })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  return id
}

test('what waits for a word is told whoever may give it, never who made it, what goes first before the rest', async () => {
  const ctx = await workspace.newTenant()
  const [one, two, nine] = [as(ctx, 1), as(ctx, 2), as(ctx, 9)]
  const soon = new Date(ctx.now().getTime() + 60_000)
  const later = await message(one, '周末', { state: 'review', at: new Date(soon.getTime() + 60_000) })
  const first = await message(two, '今晚', { state: 'review', at: soon })
  await message(one, '草稿', { state: 'draft' })
  const drawn = await journey(one, '回访', { review: { receivers: 40, by: '员工1' } })
  const door = await journey(two, '名单', { entryReview: { people: 50, by: '员工1', makers: [1] } })
  expect(await listWaiting(nine)).toEqual([
    { kind: 'message', id: publicId(ctx, 'msg', first), name: '今晚', receivers: 30, by: '员工2', at: soon.toISOString() },
    expect.objectContaining({ kind: 'message', id: publicId(ctx, 'msg', later) }),
    { kind: 'entries', id: publicId(ctx, 'jny', door), name: '名单', receivers: 50, by: '员工1', at: null },
    { kind: 'journey', id: publicId(ctx, 'jny', drawn), name: '回访', receivers: 40, by: '员工1', at: null },
  ])
  const named = async (who: Context) => (await listWaiting(who)).map(({ name }) => name)
  expect([await named(one), await named(two)]).toEqual([['今晚'], ['周末', '名单', '回访']])
  expect(await named(as(ctx, 9, ['messages.approve', 'messages.read']))).toEqual(['今晚', '周末'])
  // Made for everybody's customers: nothing of whoever sees only their own.
  expect(await named(as(ctx, 9, ['messages.approve', 'messages.read'], [9]))).toEqual([])
})
