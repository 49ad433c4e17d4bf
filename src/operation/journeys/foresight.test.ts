import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { Definition } from './definition.ts'
import { dryRun, simulate } from './foresight.ts'
import { DryRunRequest } from './schema.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const people = (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
  )

const survey = Definition.parse({
  entry: { by: 'hand' },
  start: 'ask',
  steps: [
    { id: 'ask', type: 'wait_for', happens: [{ event: 'survey.answered' }], timeout: { value: 1, unit: 'day' }, next: 'which' },
    {
      id: 'which',
      type: 'branch',
      paths: [{ name: '满意', when: { happened: { score: { gte: 4 } } }, next: 'thanks' }],
      otherwise: 'sorry',
    },
    { id: 'thanks', type: 'task', title: '致谢' },
    { id: 'sorry', type: 'task', title: '道歉' },
  ],
})

test('what a wait is met with decides the branches behind it, for one person and for many', async () => {
  const ctx = await workspace.newTenant()
  const [one = 0, ...others] = await people(ctx, 3)
  const said = async (happens: Record<string, Record<string, number>>) =>
    (await dryRun(ctx, rules, one, { definition: survey, happens, entry: {} })).effects.map(({ text }) => text)
  expect([await said({ ask: { score: 5 } }), await said({ ask: { score: 3 } }), await said({ ask: {} }), await said({})]).toEqual([
    ['致谢'],
    ['道歉'],
    ['道歉'],
    [],
  ])
  const { steps } = await simulate(ctx, rules, [one, ...others], { definition: survey, happens: { ask: { score: 4 } }, entry: {} })
  expect(steps.find(({ step }) => step === 'thanks')).toEqual({ step: 'thanks', people: 3, ways: { next: 3 } })
})

test('only a step that waits for something is met', () => {
  const read = (happens: object) => DryRunRequest.safeParse({ draft: survey, customer: 'cus_1', happens })
  expect(read({ ask: { score: 5 } }).success).toBe(true)
  expect([read({ thanks: {} }), read({ gone: {} })].map(({ error }) => error?.issues[0]?.path)).toEqual([
    ['happens', 'thanks'],
    ['happens', 'gone'],
  ])
})
