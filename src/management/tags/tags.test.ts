import type { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers, undoMerge } from '#management/identity/merging.ts'
import { type Context, systemActor } from '#platform/context.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { ensureTag, tagCustomers, untagCustomers } from './commands.ts'
import { applyTemplate, upsertGroupFromWecom, upsertTagFromWecom } from './editing.ts'
import { listTagGroups, tagHealth } from './queries.ts'
import { tagGroups, tags, tagTemplateRoutes } from './routes.ts'
import { tagTemplates } from './templates.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const people = (ctx: Context, n: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: n }, (_, i) => ({ identities: [{ kind: 'member_no', value: `${i}` }] })),
  )

const tagEvents = (ctx: Context, name: string) =>
  ctx.db
    .selectFrom('eventLog')
    .select(['customerId', 'properties'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .orderBy('seq')
    .execute()

function served(ctx: Context): Hono<AppEnv> {
  const unused = { writers: async () => new Map(), users: async () => ({}) }
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: systemActor }))
  app.route('/tag-groups', tagGroups(unused))
  app.route('/tags', tags(unused))
  app.route('/tag-templates', tagTemplateRoutes)
  return app
}

async function call(app: Hono<AppEnv>, method: string, path: string, body?: unknown) {
  const response = await app.request(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

describe('tagging', () => {
  test('twice is once, and says who, what and in which group', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 3)
    const tag = await ensureTag(ctx, '意向', '高')
    expect(await tagCustomers(ctx, tag, ids, { source: 'manual' })).toBe(3)
    expect(await tagCustomers(ctx, tag, ids, { source: 'manual' })).toBe(0)
    expect(await untagCustomers(ctx, tag, ids.slice(1), { source: 'manual' })).toBe(2)
    expect(await untagCustomers(ctx, tag, ids.slice(1), { source: 'manual' })).toBe(0)
    expect(await tagEvents(ctx, 'customer.tagged')).toHaveLength(3)
    expect(await tagEvents(ctx, 'customer.untagged')).toMatchObject([
      { properties: { tag, tagName: '高', groupName: '意向', source: 'manual', by: 'system' } },
      {},
    ])
  })

  test('a merged customer has a tag once, and an undo leaves it where it was', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0] = await people(ctx, 2)
    const tag = await ensureTag(ctx, '意向', '高')
    await tagCustomers(ctx, tag, [b], { source: 'manual' })
    const merge = await mergeCustomers(ctx, { keepId: a, mergeId: b })
    expect(await tagCustomers(ctx, tag, [a], { source: 'manual' })).toBe(0)
    expect((await listTagGroups(ctx))[0]?.tags[0]?.customers).toBe(1)
    await undoMerge(ctx, merge)
    const rows = await ctx.db
      .selectFrom('customerTags')
      .select(['customerId', 'canonicalId'])
      .where('tenantId', '=', ctx.tenantId)
      .execute()
    expect(rows).toEqual([{ customerId: b, canonicalId: b }])
  })

  test('of strangers does nothing, with a strange tag is refused', async () => {
    const [ctx, other] = [await workspace.newTenant(), await workspace.newTenant()]
    const tag = await ensureTag(ctx, '意向', '高')
    expect(await tagCustomers(ctx, tag, [999], { source: 'manual' })).toBe(0)
    await expect(tagCustomers(other, tag + 1000, [1], { source: 'manual' })).rejects.toMatchObject({ code: 'tag.not_found', status: 404 })
  })

  test('the same name asked for by many at once is one tag', async () => {
    const ctx = await workspace.newTenant()
    const found = await Promise.all(Array.from({ length: 6 }, () => ensureTag(ctx, '意向', '高')))
    expect(new Set(found).size).toBe(1)
    await expect(ensureTag(ctx, ' ', 'x')).rejects.toMatchObject({ code: 'tag.name_invalid', field: 'group' })
    await expect(ensureTag(ctx, 'x', '长'.repeat(31))).rejects.toMatchObject({ code: 'tag.name_invalid', field: 'name' })
  })
})

describe('tag groups', () => {
  test('are made, ordered, coloured, renamed and deleted over HTTP', async () => {
    const ctx = await workspace.newTenant()
    const app = served(ctx)
    const { status, body: group } = await call(app, 'POST', '/tag-groups', { name: '意向', color: '#2f6b4f', tags: ['高', '低'] })
    expect([status, group.tags.map((tag: { name: string }) => tag.name), group.color]).toEqual([201, ['高', '低'], '#2f6b4f'])
    expect((await call(app, 'POST', '/tag-groups', { name: '意向' })).body.error).toMatchObject({ code: 'tag_group.exists', field: 'name' })
    expect((await call(app, 'POST', '/tags', { groupId: group.id, name: '高' })).body.error).toMatchObject({
      code: 'tag.exists',
      field: 'name',
    })
    const { body: tag } = await call(app, 'POST', '/tags', { groupId: group.id, name: '中', order: 1 })
    expect((await call(app, 'PATCH', `/tags/${tag.id}`, { name: '低' })).body.error).toMatchObject({ code: 'tag.exists' })
    expect((await call(app, 'PATCH', `/tags/${tag.id}`, { name: '中等' })).body).toMatchObject({ name: '中等', order: 1 })
    expect((await call(app, 'PATCH', `/tag-groups/${group.id}`, { color: null, order: 3 })).body).toMatchObject({
      color: null,
      order: 3,
      name: '意向',
    })
    expect((await call(app, 'DELETE', `/tags/${tag.id}`)).status).toBe(204)
    expect((await call(app, 'DELETE', `/tag-groups/${group.id}`)).status).toBe(204)
    expect((await call(app, 'DELETE', `/tag-groups/${group.id}`)).body.error.code).toBe('tag_group.not_found')
    expect((await call(app, 'GET', '/tag-groups')).body.items).toEqual([])
  })

  test('of another tenant are not there', async () => {
    const [ctx, other] = [await workspace.newTenant(), await workspace.newTenant()]
    const tag = await ensureTag(other, '意向', '高')
    const app = served(ctx)
    expect((await call(app, 'PATCH', `/tags/${publicId(other, 'tag', tag)}`, { name: 'x' })).body.error.code).toBe('tag.not_found')
    expect((await call(app, 'PATCH', `/tags/${publicId(ctx, 'tag', tag)}`, { name: 'x' })).body.error.code).toBe('tag.not_found')
    expect((await call(app, 'POST', '/tags', { groupId: publicId(ctx, 'tgr', 1), name: 'x' })).body.error.code).toBe('tag_group.not_found')
  })
})

describe('templates', () => {
  test('add what is missing, in the tenant’s language, and can be used twice', async () => {
    const ctx = await workspace.newTenant()
    await ensureTag(ctx, '意向等级', 'A 高意向')
    await applyTemplate(ctx, 'education')
    const once = await listTagGroups(ctx)
    await applyTemplate(ctx, 'education')
    expect(await listTagGroups(ctx)).toEqual(once)
    expect(once.map(({ name }) => name)).toContain('目标院校')
    await workspace.databases.system.updateTable('tenants').set({ language: 'en' }).where('id', '=', ctx.tenantId).execute()
    await applyTemplate(ctx, 'retail')
    expect((await listTagGroups(ctx)).map(({ name }) => name)).toContain('Skin')
    await expect(applyTemplate(ctx, 'none')).rejects.toMatchObject({ code: 'tag_template.not_found' })
    expect((await call(served(ctx), 'GET', '/tag-templates')).body.items.map(({ id }: { id: string }) => id)).toEqual(
      tagTemplates.map(({ id }) => id),
    )
  })

  test('name each group and tag once', () => {
    for (const { groups } of tagTemplates)
      for (const language of ['zh', 'en'] as const) {
        expect(new Set(groups.map(({ name }) => name[language])).size).toBe(groups.length)
        for (const { tags } of groups) expect(new Set(tags.map((tag) => tag[language])).size).toBe(tags.length)
      }
  })
})

describe('health', () => {
  test('finds empty, unused and overlapping tags exactly', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 20)
    const [a, b, c, empty] = [
      await ensureTag(ctx, 'g', 'a'),
      await ensureTag(ctx, 'g', 'b'),
      await ensureTag(ctx, 'g', 'c'),
      await ensureTag(ctx, 'g', 'empty'),
    ]
    await tagCustomers(ctx, a, ids, { source: 'manual' })
    await tagCustomers(ctx, b, ids.slice(0, 19), { source: 'manual' })
    // 18 of 20 are nine in ten, which is not more than nine in ten.
    await tagCustomers(ctx, c, ids.slice(0, 18), { source: 'manual', at: new Date(Date.now() - 91 * 86_400_000) })
    const health = await tagHealth(ctx)
    const tag = (id: number) => publicId(ctx, 'tag', id)
    expect(health.empty.map(({ id }) => id)).toEqual([tag(empty)])
    expect(health.unused.map(({ id }) => id)).toEqual([tag(c)])
    expect(health.overlapping.map(({ first, second, both, share }) => [first.id, second.id, both, share])).toEqual([
      [tag(a), tag(b), 19, 0.95],
      [tag(b), tag(c), 18, 18 / 19],
    ])
  })
})

describe('WeCom', () => {
  test('names groups and tags as it shows them, and finds those that are here already', async () => {
    const ctx = await workspace.newTenant()
    const ours = await upsertGroupFromWecom(ctx, { name: '意向', order: 1 })
    const tag = await upsertTagFromWecom(ctx, { groupId: ours, name: '高', order: 1 })
    expect(await upsertGroupFromWecom(ctx, { groupId: ours, name: '意向等级', order: 1 })).toBe(ours)
    expect(await upsertTagFromWecom(ctx, { tagId: tag, groupId: ours, name: '很高', order: 1 })).toBe(tag)
    await ensureTag(ctx, '本地', '甲')
    const local = await upsertGroupFromWecom(ctx, { name: '本地', order: 5 })
    await upsertGroupFromWecom(ctx, { groupId: local, name: '改名', order: 5 })
    expect((await listTagGroups(ctx)).map(({ name, source, tags }) => [name, source, tags.map(({ name }) => name)])).toEqual([
      ['意向等级', 'wecom', ['很高']],
      ['改名', 'local', ['甲']],
    ])
  })
})
