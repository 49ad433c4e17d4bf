import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import type { GroupItem, GroupTagItem } from './schema.ts'
import { tagGroups } from './tagging.ts'

// Tags of groups through the doors of the API, on a real database.

let workspace: TestWorkspace
let app: ReturnType<typeof createApp>
beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
})

let ctx: Context
let key: string
let groups: string[]
let made = 0

beforeEach(async () => {
  ;({ ctx, key, groups } = await company(['老客群', '新客群', '散伙群']))
  await sql`update groups set dismissed_at = now() where tenant_id = ${ctx.tenantId} and name = '散伙群'`.execute(ctx.db)
})

async function company(names: readonly string[]): Promise<{ ctx: Context; key: string; groups: string[] }> {
  const { tenantId, apiKey } = await createTenantWithOwner(workspace, { name: '公司', login: `owner${++made}` })
  const ctx = createContext(workspace, tenantId, systemActor, 'test')
  const { rows } = await sql<{ id: number }>`
    insert into groups (tenant_id, corp, chat_id, name, owner_userid, owner_id, created_at, changed_at)
    select ${tenantId}, 1, name, name, 'lina', place, now(), now() from unnest(${names}::text[]) with ordinality n(name, place) order by place returning id`.execute(
    ctx.db,
  )
  return { ctx, key: apiKey, groups: rows.map(({ id }) => publicId(ctx, 'grp', id)) }
}

type Answer<T> = T & { error?: { code: string; field?: string } }
async function api<T>(method: string, path: string, body?: unknown, as = key): Promise<{ status: number; told: Answer<T> }> {
  const response = await app.request(`/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${as}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, told: text === '' ? {} : JSON.parse(text) }
}
const refusal = async (method: string, path: string, body?: unknown, as = key) => {
  const { status, told } = await api(method, path, body, as)
  return { status, ...(told.error && { code: told.error.code, ...(told.error.field && { field: told.error.field }) }) }
}
const newTag = async (name: string): Promise<string> => (await api<GroupTagItem>('POST', 'group-tags', { name })).told.id
const tagging = (body: object) => api<{ given: number; taken: number }>('POST', 'groups/tagging', body)
const tagsOf = async (group: string | undefined) => (await api<GroupItem>('GET', `groups/${group}`)).told.tags.map(({ name }) => name)
const listed = async (query: string) =>
  (await api<{ items: GroupItem[] }>('GET', `groups?sort=createdAt&${query}`)).told.items.map(({ name }) => name)
const draft = (tags: object) => ({ kind: 'marketing', to: { whom: 'groups', audience: { tags } } })
const preview = async (tags: object) => (await api<{ receivers: number }>('POST', 'messages/preview', draft(tags))).told.receivers
const message = (tags: object) => ({ name: '上新', ...draft(tags), content: { text: '上新', attachments: [] } })
const audited = async () =>
  (await ctx.db.selectFrom('auditLog').select('action').where('tenantId', '=', ctx.tenantId).orderBy('seq').execute())
    .map(({ action }) => action)
    .filter((action) => action.startsWith('group'))

test('a tag is made, renamed, given to many groups at once, taken from one, counted, listed by and deleted; each is in the audit log', async () => {
  const [vip, south] = [await newTag('重点'), await newTag('南区')]
  const [old, fresh, gone] = groups
  expect((await tagging({ groups, give: [vip, south] })).told).toEqual({ given: 6, taken: 0 })
  expect((await tagging({ groups, give: [vip, south] })).told).toEqual({ given: 0, taken: 0 })
  expect((await tagging({ groups: [fresh], take: [vip] })).told).toEqual({ given: 0, taken: 1 })
  expect((await api<GroupTagItem>('PATCH', `group-tags/${south}`, { name: '华南' })).told).toEqual({ id: south, name: '华南', groups: 2 })
  expect([await tagsOf(old), await tagsOf(fresh), await tagsOf(gone)]).toEqual([['华南', '重点'].sort(), ['华南'], ['华南', '重点'].sort()])
  expect(await listed(`tags=${vip}`)).toEqual(['老客群', '散伙群'])
  expect(await listed(`tags=${vip}&state=alive`)).toEqual(['老客群'])
  expect(await listed(`tags=${vip},${south}&state=alive`)).toEqual(['老客群', '新客群'])
  expect((await api('DELETE', `group-tags/${south}`)).status).toBe(204)
  expect([await tagsOf(old), await tagsOf(fresh)]).toEqual([['重点'], []])
  expect((await api<{ items: GroupTagItem[] }>('GET', 'group-tags')).told.items).toEqual([{ id: vip, name: '重点', groups: 1 }])
  expect(await audited()).toEqual([
    'group_tag.created',
    'group_tag.created',
    'group.tagged',
    'group.tagged',
    'group_tag.renamed',
    'group_tag.deleted',
  ])
})

test('the groups of a message are chosen by any, all and none of their tags; a dismissed group hears nothing', async () => {
  const [vip, south] = [await newTag('重点'), await newTag('南区')]
  await tagging({ groups, give: [vip] })
  await tagging({ groups: groups.slice(1), give: [south] })
  expect([
    await preview({ in: [vip] }),
    await preview({ in: [vip, south] }),
    await preview({ all: [vip, south] }),
    await preview({ all: [south, south] }),
    await preview({ none: [south] }),
    await preview({ in: [vip], none: [vip] }),
  ]).toEqual([2, 2, 1, 1, 1, 0])
})

test('a tag that a message still to go out reads stays until the message lets go of it; a draft says that its tag is gone', async () => {
  const vip = await newTag('重点')
  await tagging({ groups, give: [vip] })
  const { told: planned } = await api<{ id: string }>('POST', 'messages', message({ none: [vip] }))
  const { told: drafted } = await api<{ id: string }>('POST', 'messages', message({ in: [vip] }))
  await tagging({ groups: [groups[1]], take: [vip] })
  await api('POST', `messages/${planned.id}/submission`, { at: '2099-01-01T00:00:00Z' })
  const { status, told } = await api('DELETE', `group-tags/${vip}`)
  expect([status, told.error]).toMatchObject([409, { code: 'group_tag.in_use', details: { messages: [{ id: planned.id, name: '上新' }] } }])
  await api('DELETE', `messages/${planned.id}/submission`)
  expect((await api('DELETE', `group-tags/${vip}`)).status).toBe(204)
  const lost = (which: string) => ({ status: 400, code: 'group_tag.not_found', field: `to.audience.tags.${which}.0` })
  expect(await refusal('POST', `messages/${planned.id}/submission`, {})).toEqual(lost('none'))
  expect(await refusal('GET', `messages/${drafted.id}/preview`)).toEqual(lost('in'))
  expect((await api<{ audience: object }>('GET', `messages/${drafted.id}`)).told.audience).toEqual({ tags: { in: [vip] } })
})

test('what is no tag, no group or no name is refused by its place, and strangers find nothing', async () => {
  const vip = await newTag('重点')
  const other = await company(['别家的群'])
  const foreign = (await api<GroupTagItem>('POST', 'group-tags', { name: '别家' }, other.key)).told.id
  const [group] = groups
  const unknown = { status: 400, code: 'group_tag.not_found' }
  expect(await refusal('POST', 'group-tags', { name: '重点' })).toEqual({ status: 409, code: 'group_tag.exists', field: 'name' })
  expect(await refusal('PATCH', `group-tags/${await newTag('普通')}`, { name: '重点' })).toMatchObject({ code: 'group_tag.exists' })
  expect(await refusal('POST', 'group-tags', { name: ' ' })).toMatchObject({ status: 400, field: 'name' })
  expect(await refusal('POST', 'groups/tagging', { groups: [group], give: [vip, foreign] })).toEqual({ ...unknown, field: 'give.1' })
  expect(await refusal('POST', 'groups/tagging', { groups: [group], take: ['gtg_x'] })).toEqual({ ...unknown, field: 'take.0' })
  expect(await refusal('POST', 'groups/tagging', { groups: [group, other.groups[0]], give: [vip] })).toEqual({
    status: 400,
    code: 'group.not_found',
    field: 'groups.1',
  })
  expect(await refusal('POST', 'groups/tagging', { groups: [group] })).toMatchObject({ status: 400, field: 'give' })
  expect(await refusal('POST', 'groups/tagging', { groups: [group], give: [vip], take: [vip] })).toMatchObject({
    status: 400,
    field: 'take',
  })
  expect(await refusal('GET', 'groups?tags=nothing')).toEqual({ ...unknown, field: 'tags.0' })
  expect(await refusal('POST', 'messages', message({ all: [vip, foreign] }))).toEqual({ ...unknown, field: 'to.audience.tags.all.1' })
  expect(await refusal('POST', 'messages/preview', draft({ none: ['tag_x'] }))).toEqual({ ...unknown, field: 'to.audience.tags.none.0' })
  expect(await refusal('POST', 'messages', message({}))).toMatchObject({ status: 400, field: 'to.audience.tags' })
  expect([await refusal('DELETE', `group-tags/${foreign}`), await refusal('PATCH', `group-tags/${foreign}`, { name: 'x' })]).toEqual([
    { status: 404, code: 'group_tag.not_found' },
    { status: 404, code: 'group_tag.not_found' },
  ])
  // Somebody who sees only the second owner's customers.
  const narrow: Context = { ...ctx, actor: { ...ctx.actor, scope: [2] } }
  const asked = { groups: groups.slice(0, 2).reverse(), give: [vip], take: [] }
  await expect(tagGroups(narrow, asked)).rejects.toMatchObject({ code: 'group.not_found', field: 'groups.1' })
  expect(await tagsOf(group)).toEqual([])
})
