import { expect, test } from 'vitest'
import { z } from 'zod'
import { startFollow } from '#management/customers/commands.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { readCounts } from '#operation/journeys/queries.ts'
import { rules } from '#operation/journeys/testing-rules.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { faultsOf } from '../support/browser.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator pauses a journey, sees who waits at its door, lets them in, and reads what was said in their group.

const visited = defineEvent('store.visited', { title: { zh: '到店', en: 'Store visited' }, properties: z.object({}) })

withSandboxedConsole()

test('who comes while a journey is paused waits, is shown, and comes in when it goes on; a trace says what their group was told', async () => {
  const { ctx } = workspace
  const draft = Definition.parse({
    entry: { by: 'event', event: visited.name },
    start: 'say',
    steps: [
      { id: 'say', type: 'group_message', text: '今晚八点直播，群里见', next: 'rest' },
      { id: 'rest', type: 'wait', for: { value: 3, unit: 'day' } },
    ],
  })
  const journey = await createJourney(ctx, { name: '到店之后', note: '', draft })
  await publishJourney(ctx, rules, journey)
  const people = await identifyMany(
    ctx,
    ['林小满', '周一鸣', '陈夏'].map((name, i) => ({ identities: [{ kind: 'unionid', value: `guest${i}` }], facts: { name } })),
  )
  await meetInGroup(people)
  const path = `journeys/${publicId(ctx, 'jny', journey)}`
  // One is on the way already when it is paused.
  await visit(people.slice(0, 1))
  await expect.poll(async () => (await readCounts(ctx, journey)).versions[0]?.active).toBe(1)
  await desk(path)
  await page.getByRole('button', { name: /^暂\s*停$/ }).click()
  await look('pause')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^暂\s*停$/ })
    .click()
  await page.getByText('在门口等着').first().waitFor()
  await visit([...people, ...people])
  // The page follows while somebody looks at it.
  await page.getByText('现在有 3 人次在等。').waitFor()
  await look('paused')
  expect(await faultsOf(page)).toEqual([])
  await desk(path)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '排空' }).click()
  await page.getByText('在门口等的 3 人次不再进入。').waitFor()
  await look('drain')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '走过的人' }).click()
  await page.getByRole('dialog').getByText('在门口等', { exact: true }).waitFor()
  await look('doors')
  await desk(path)
  await page.getByRole('button', { name: /^继\s*续$/ }).click()
  await page.getByText('暂停期间来了 3 人次').waitFor()
  for (const words of ['会进入', '已在途', '让他们进入（2）']) await page.getByRole('dialog').getByText(words, { exact: true }).waitFor()
  await look('resume')
  expect(await faultsOf(page)).toEqual([])
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^继\s*续$/ })
    .click()
  await page.getByText('运行中').waitFor()
  await expect.poll(async () => (await readCounts(ctx, journey)).arrivals).toBe(0)
  await desk(path)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '走过的人' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '林小满' }).click()
  await page.getByRole('link', { name: '门店熟客群' }).waitFor()
  await look('trace-group')
  expect(await faultsOf(page)).toEqual([])
  expect(problems).toEqual([])
})

/** A colleague of the sandbox, their friends, and a group of theirs. */
async function meetInGroup(people: readonly number[]): Promise<void> {
  const { ctx } = workspace
  const account = await ctx.db
    .selectFrom('employeeAccounts')
    .select(['employeeId', 'corpId'])
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  const { id } = await ctx.db
    .insertInto('groups')
    .values({
      ...{ tenantId: ctx.tenantId, corp: account.corpId, chatId: 'regulars', name: '门店熟客群', ownerId: account.employeeId },
      ...{ createdAt: ctx.now(), changedAt: ctx.now() },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const customerId of people) {
    await startFollow(ctx, { customerId, employeeId: account.employeeId, at: ctx.now() })
    const member = { member: `wm${customerId}`, kind: 'customer', customerId, joinedAt: ctx.now() }
    await ctx.db
      .insertInto('groupMembers')
      .values({ tenantId: ctx.tenantId, groupId: id, ...member })
      .execute()
  }
}

async function visit(people: readonly number[]): Promise<void> {
  for (const customerId of people) await inTransaction(workspace.ctx, async (ctx) => emit(ctx, visited, { customerId, properties: {} }))
}

async function desk(path: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/${path}`)
}
