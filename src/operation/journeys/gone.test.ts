import { beforeAll, expect, test } from 'vitest'
import { createAttribute } from '#management/customers/attributes.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { deleteTag } from '#management/tags/editing.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, enterByHand, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { greetByJourney } from './greeting.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts } from './queries.ts'
import type { Rules } from './rules.ts'
import { rules } from './testing-rules.ts'

// What a journey names may be gone all the same: in a race, by an import, because WeCom deleted it. Nobody stands still.

const start = new Date('2026-03-02T02:00:00Z')
let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(start)
})

const archived = async () => {
  throw appError('segment.archived', { status: 409, message: 'The segment was archived.' })
}
const away = async () => {
  throw appError('analysis.unavailable', { status: 503, message: 'The engine is restarting.' })
}

const wait = { id: 'rest', type: 'wait', for: { value: 9, unit: 'day' } }

async function begin(ctx: Context, steps: object[], entry: object = { by: 'hand' }): Promise<number> {
  const draft = Definition.parse({ entry, reentry: { policy: 'inactive' }, start: 'a', steps: [...steps, wait] })
  const id = await createJourney(ctx, { name: `旅程${Math.random()}`, note: '', draft })
  await publishJourney(ctx, rules, id)
  return id
}

async function settle(rules: Rules): Promise<void> {
  while ((await moveOnce(workspace, rules)) > 0);
}

const people = (ctx: Context, count: number) =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'person' as const, value: `P${i}` }] })),
    'test',
  )

const waysOf = async (ctx: Context, journey: number, step: string) =>
  (await readCounts(ctx, journey)).steps.find((one) => one.step === step)?.ways

const placesOf = async (ctx: Context, journey: number) => (await listRuns(ctx, journey, { limit: 50 })).items.map(({ step }) => step)

test('a step whose tag, attribute or choice is gone is missed with its reason, and everybody goes on', async () => {
  const ctx = await workspace.newTenant()
  const tag = await ensureTag(ctx, '意向', '高')
  await createAttribute(ctx, { name: '等级', key: 'level', type: 'choice', choices: ['金'] })
  await createAttribute(ctx, { name: '备注', key: 'remark', type: 'text' })
  const journey = await begin(ctx, [
    { id: 'a', type: 'tag', tag: publicId(ctx, 'tag', tag), next: 'b' },
    { id: 'b', type: 'attribute', key: 'level', value: '金', next: 'c' },
    { id: 'c', type: 'attribute', key: 'remark', value: '来过', next: 'rest' },
  ])
  await deleteTag(ctx, tag)
  await ctx.db
    .updateTable('attributes')
    .set({ choices: ['银'] })
    .where('tenantId', '=', ctx.tenantId)
    .where('key', '=', 'level')
    .execute()
  await ctx.db.deleteFrom('attributes').where('tenantId', '=', ctx.tenantId).where('key', '=', 'remark').execute()
  await enterByHand(ctx, journey, await people(ctx, 2))
  await settle(rules)
  expect(await placesOf(ctx, journey)).toEqual(['rest', 'rest'])
  expect(await waysOf(ctx, journey, 'a')).toEqual({ next: 2, 'missed:no_tag': 2 })
  expect(await waysOf(ctx, journey, 'b')).toEqual({ next: 2, 'missed:value_unfit': 2 })
  expect(await waysOf(ctx, journey, 'c')).toEqual({ next: 2, 'missed:no_attribute': 2 })
})

test('a rule that names what is gone holds for nobody, and says so; one that an engine does not answer is waited for', async () => {
  const ctx = await workspace.newTenant()
  const paths = [{ name: '是', when: { rule: { segment: 'seg' } }, next: null }]
  const journey = await begin(ctx, [{ id: 'a', type: 'branch', paths, otherwise: 'rest' }])
  await enterByHand(ctx, journey, await people(ctx, 2))
  await settle({ ...rules, holds: away })
  expect(await placesOf(ctx, journey)).toEqual(['a', 'a'])
  workspace.setNow(new Date(start.getTime() + 60_000))
  await settle({ ...rules, holds: archived })
  workspace.setNow(start)
  expect(await placesOf(ctx, journey)).toEqual(['rest', 'rest'])
  expect(await waysOf(ctx, journey, 'a')).toEqual({ otherwise: 2, 'missed:rule_refused': 2 })
})

test('a new friend is greeted on the way that is left when a rule in front names what is gone', async () => {
  const ctx = await workspace.newTenant()
  const { id: employeeId } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const none = Buffer.from('')
  const secrets = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none }
  const { id: corp } = await ctx.db
    .insertInto('wecomCorps')
    .values({ ...secrets, name: '甲', corpId: `ww${ctx.tenantId}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const paths = [{ name: '是', when: { rule: { segment: 'seg' } }, next: null }]
  await begin(
    ctx,
    [
      { id: 'a', type: 'branch', paths, otherwise: 'hello' },
      { id: 'hello', type: 'welcome', text: '您好', next: 'rest' },
    ],
    { by: 'event', event: 'customer.followed' },
  )
  const friend = { corp, externalUserId: 'wm1', userId: 'wang', employeeId, state: undefined, at: start, name: async () => '客' }
  const greetWith = (holds: Rules['holds']) => greetByJourney({ ...rules, holds })(ctx, friend)
  expect(await greetWith(archived)).toMatchObject({ text: '您好' })
  await expect(greetWith(away)).rejects.toMatchObject({ status: 503 })
})

test('a schedule whose segment cannot be asked keeps nobody from going on; gone, its time passes; away, it is tried again', async () => {
  const ctx = await workspace.newTenant()
  const steps = [{ id: 'a', type: 'wait', for: { value: 1, unit: 'hour' }, next: 'rest' }]
  const entry = { by: 'schedule', segment: 'seg', repeat: { every: 'day', at: '12:00' } }
  const journey = await begin(ctx, steps, entry)
  const dueAt = async () =>
    (
      await ctx.db
        .selectFrom('journeys')
        .select('dueAt')
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', journey)
        .executeTakeFirstOrThrow()
    ).dueAt
  const due = await dueAt()
  await enterByHand(ctx, journey, await people(ctx, 1))
  await settle(rules)
  workspace.setNow(new Date((due?.getTime() ?? 0) + 60_000))
  await settle({ ...rules, membersOf: away })
  expect([await placesOf(ctx, journey), await dueAt()]).toEqual([['rest'], due])
  await settle({ ...rules, membersOf: archived })
  expect(await dueAt()).toEqual(new Date((due?.getTime() ?? 0) + 86_400_000))
  workspace.setNow(start)
})
