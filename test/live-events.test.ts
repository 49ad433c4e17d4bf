import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { recentEvents } from '#insight/tracking/queries.ts'
import { identify } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'

let workspace: TestWorkspace
let ctx: Context
let app: ReturnType<typeof createApp>
let key: string

const load = async () => {
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
}
const call = (path: string, body?: unknown) =>
  app.request(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const recent = async (query: string): Promise<string[]> => {
  const answer = await call(`/api/v1/events/recent?${query}`)
  const told = (await answer.json()) as { items: { name: string }[]; error?: { code: string } }
  return told.error ? [told.error.code] : told.items.map(({ name }) => name).sort()
}

beforeAll(async () => {
  workspace = await openTestWorkspace()
  const owner = await createTenantWithOwner(workspace, { name: '公司', login: 'owner' })
  key = owner.apiKey
  ctx = createContext(workspace, owner.tenantId, systemActor, 'test')
  app = createApp(workspace)
  const events = [
    { person: 'p1', event: 'a.one' },
    { device: 'd1', event: 'a.two' },
    { person: 'p2', event: 'a.three' },
  ]
  await call('/api/v1/events', { events })
  await load()
  // The phone of p1, later: two originals become one customer.
  await identify(ctx, [
    { kind: 'person', value: 'p1' },
    { kind: 'phone', value: '13800138000' },
  ])
  await identify(ctx, [
    { kind: 'person', value: 'p1' },
    { kind: 'device', value: 'd1' },
  ])
})

describe('live events', () => {
  test('of everybody, newest first, and by name', async () => {
    expect(await recent('')).toEqual(['a.one', 'a.three', 'a.two'])
    expect(await recent('name=a.two')).toEqual(['a.two'])
  })

  test('of a person by any of their ids, whoever was merged into them included', async () => {
    const of = ['a.one', 'a.two']
    const customer = publicId(ctx, 'cus', await identify(ctx, [{ kind: 'person', value: 'p1' }]))
    for (const id of ['p1', 'd1', '13800138000', '%2B86 138-0013-8000', customer]) expect(await recent(`person=${id}`), id).toEqual(of)
    expect(await recent(`customer=${customer}&name=a.one`)).toEqual(['a.one'])
    expect(await recent('person=p2')).toEqual(['a.three'])
  })

  test('of nobody we know none, of an id that is not ours 404, of an empty one 400', async () => {
    expect(await recent('person=stranger')).toEqual([])
    expect(await recent('person=cus_00000000000000000000000000')).toEqual(['customer.not_found'])
    expect((await call('/api/v1/events/recent?person=')).status).toBe(400)
  })

  test('of a busy time as many as asked for, and older ones where the last minutes hold too few', async () => {
    const other = await workspace.newTenant()
    const ago = (minutes: number) => Date.now() - minutes * 60_000
    await workspace.clickhouse.insert(
      'events',
      [1, 2, 30, 3000, 20_000].map((minutes, person) => ({
        tenant: other.tenantId,
        person,
        at: ago(minutes),
        name: `m.${minutes}`,
        id: `00000000-0000-8000-a000-00000000000${person}`,
        properties: {},
        received_at: ago(minutes),
        load: 1,
      })),
    )
    const names = async (limit: number) => (await recentEvents(other, { limit })).map(({ name }) => name)
    expect(await names(2)).toEqual(['m.1', 'm.2'])
    expect(await names(3)).toEqual(['m.1', 'm.2', 'm.30'])
    expect(await names(50)).toEqual(['m.1', 'm.2', 'm.30', 'm.3000'])
  })
})
