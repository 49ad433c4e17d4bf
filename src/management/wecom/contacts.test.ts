import { expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { factsOf } from './contacts.ts'
import { createCorp } from './corps.ts'
import { applyNews } from './friendships.ts'

test('a name or remark of a megabyte keeps nobody waiting and fills no list', async () => {
  const workspace = await openTestWorkspace()
  const ctx = await workspace.newTenant()
  const { corp } = await createCorp(ctx, { corpId: 'ww_long', secret: 'a secret of this corp' })
  const long = '长'.repeat(1_000_000)
  const shown = { userId: 'li', createdAt: 1_700_000_000, remark: long, description: long, tags: [] }
  await applyNews(ctx, corp, [{ externalUserId: 'wm1', userId: 'li', contact: { external_userid: 'wm1', name: long }, shown }])
  const { name, search } = await ctx.db
    .selectFrom('customers')
    .select(['name', 'search'])
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  expect(name).toBe(factsOf({ external_userid: 'wm1', name: long }).name)
  expect(name).toHaveLength(500)
  // The letters that are looked for: other doors may tell of long texts too.
  const [id] = await identifyMany(ctx, [{ identities: [{ kind: 'unionid', value: 'u' }], facts: { name: `${'甲乙'.repeat(300_000)}` } }])
  expect(id).toBeGreaterThan(0)
  expect(search.length).toBeGreaterThan(500)
})
