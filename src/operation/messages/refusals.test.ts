import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { deleteTag } from '#management/tags/editing.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createMessage, submitMessage } from './commands.ts'
import { messageJobs, messageSchedules } from './jobs.ts'
import { readMessage } from './queries.ts'
import type { MembersOfSegment } from './receivers.ts'
import { MessageInput } from './schema.ts'

// Messages whose audience names what was taken away before their time.

const start = new Date('2026-03-02T02:00:00Z')
const later = new Date('2026-03-02T03:00:00Z')
let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** A maker whom an app may write to, and customers. */
async function company() {
  workspace.setNow(start)
  const ctx = await workspace.newTenant()
  const { id } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const none = Buffer.from('')
  const secrets = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none }
  const { id: corpId } = await ctx.db
    .insertInto('wecomCorps')
    .values({ ...secrets, name: '甲', corpId: `ww${ctx.tenantId}`, agentId: 1000002 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.db.insertInto('employeeAccounts').values({ tenantId: ctx.tenantId, employeeId: id, corpId, userId: 'wang' }).execute()
  const people = await identifyMany(
    ctx,
    Array.from({ length: 3 }, (_, i) => ({ identities: [{ kind: 'person' as const, value: `P${i}` }] })),
    'test',
  )
  const maker: Context = { ...ctx, actor: { kind: 'employee', id, name: '小王', permissions: new Set(['*']), scope: 'all' } }
  return { ctx, maker, people }
}

const messageTo = (audience: object) =>
  MessageInput.parse({ name: '上新', to: { whom: 'customers', audience }, content: { text: '上新', attachments: [] } })

async function run(members: MembersOfSegment): Promise<void> {
  workspace.setNow(later)
  await runDueJobs(workspace, messageJobs(members))
}

const wishes = (ctx: Context) => ctx.db.selectFrom('sends').select('id').where('tenantId', '=', ctx.tenantId).execute()
const notices = (ctx: Context) => ctx.db.selectFrom('taskReminders').select('text').where('tenantId', '=', ctx.tenantId).execute()

test('a message does not go to those whom a tag kept out when the tag is gone: it ends, says why, and its maker is told', async () => {
  const { ctx, maker } = await company()
  const tag = await ensureTag(ctx, '投诉', '有')
  const id = await createMessage(maker, messageTo({ tags: { none: [publicId(ctx, 'tag', tag)] } }))
  await submitMessage(maker, id, later, async () => [])
  await deleteTag(ctx, tag)
  await run(async () => [])
  expect(await readMessage(ctx, id)).toMatchObject({ state: 'stopped', stopReason: 'message.tag_gone', finishedAt: later.toISOString() })
  expect(await wishes(ctx)).toEqual([])
  expect(await notices(ctx)).toEqual([{ text: expect.stringMatching(/上新[\s\S]*\/messages\/msg_/) }])
  const again = await createMessage(maker, messageTo({ tags: { none: [publicId(ctx, 'tag', tag)] } }))
  await expect(submitMessage(maker, again, null, async () => [])).rejects.toMatchObject({
    code: 'message.tag_gone',
    field: 'to.audience.tags',
  })
})

test('a message whose segment was archived ends and says so; while an engine is away it is tried again', async () => {
  const { ctx, maker, people } = await company()
  const id = await createMessage(maker, messageTo({ segment: 'seg' }))
  await submitMessage(maker, id, later, async () => people)
  await run(async () => {
    throw appError('analysis.unavailable', { status: 503, message: 'The engine is restarting.' })
  })
  expect(await readMessage(ctx, id)).toMatchObject({ state: 'scheduled', stopReason: null })
  await ctx.db.updateTable('jobs').set({ runAt: start }).where('tenantId', '=', ctx.tenantId).execute()
  await run(async () => {
    throw appError('segment.archived', { status: 409, message: 'The segment was archived.' })
  })
  expect(await readMessage(ctx, id)).toMatchObject({ state: 'stopped', stopReason: 'segment.archived' })
  expect([await wishes(ctx), (await notices(ctx)).length]).toEqual([[], 1])
})

test('a message that was cut off while it became wishes, and whose segment is gone then, ends with those who were written to', async () => {
  const { ctx, maker, people } = await company()
  const id = await createMessage(maker, messageTo({ segment: 'seg' }))
  await submitMessage(maker, id, later, async () => people)
  await ctx.db.updateTable('messages').set({ state: 'sending', startedAt: later }).where('tenantId', '=', ctx.tenantId).execute()
  await run(async () => {
    throw appError('segment.archived', { status: 409, message: 'The segment was archived.' })
  })
  expect(await readMessage(ctx, id)).toMatchObject({ state: 'sending', stopReason: 'segment.archived' })
  await messageSchedules[0]?.run(workspace)
  expect(await readMessage(ctx, id)).toMatchObject({ state: 'stopped', stopReason: 'segment.archived', finishedAt: later.toISOString() })
})
