import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { reports } from './routes.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

type Answer = {
  status: number
  body: Record<string, never> & {
    id: string
    items: { id: string; name: string }[]
    next: string | null
    error: { code: string; field?: string }
  }
}

async function client(permissions: string[] = ['*'], tenantId?: number) {
  const tenant = tenantId ?? (await workspace.newTenant()).tenantId
  const app = createServer(workspace, async () => ({ tenantId: tenant, actor: { ...systemActor, permissions: new Set(permissions) } }))
  app.route('/api/v1/reports', reports)
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await app.request(`/api/v1/reports${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: answer.status, body: (answer.status === 204 ? {} : await answer.json()) as Answer['body'] }
  }
  return { tenant, send }
}

const report = { type: 'trend', dateFrom: '2026-03-01', dateTo: '2026-03-02', series: [{ event: 'page.viewed' }] }

describe('reports over HTTP', () => {
  test('run answers the result, how fresh it is, and how long it took', async () => {
    const { send } = await client()
    const { status, body } = await send('POST', '/run', { report })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      result: { intervals: ['2026-03-01', '2026-03-02'], series: [{ values: [0, 0] }] },
      route: 'active',
      computedAt: expect.any(String),
      asOf: expect.any(String),
      milliseconds: expect.any(Number),
    })
  })

  test('people in results are public ids, and strangers are nobody', async () => {
    const { send, tenant } = await client()
    await workspace.clickhouse.insert('events', [
      {
        tenant,
        person: 41,
        at: Date.parse('2026-03-01T05:00:00Z'),
        name: 'page.viewed',
        id: crypto.randomUUID(),
        properties: {},
        received_at: 0,
        load: 0,
      },
    ])
    const funnel = { type: 'funnel', dateFrom: '2026-03-01', dateTo: '2026-03-02', steps: [{ event: 'page.viewed' }], persons: { step: 0 } }
    const id = publicId({ tenantId: tenant, ids: workspace.ids }, 'cus', 41)
    expect((await send('POST', '/run', { report: funnel })).body).toMatchObject({ result: { persons: [id] } })
    expect((await send('POST', '/run', { report: { ...funnel, among: [id] } })).body).toMatchObject({ result: { persons: [id] } })
    const other = await client()
    expect(await other.send('POST', '/run', { report: { ...funnel, among: [id] } })).toMatchObject({
      status: 404,
      body: { error: { code: 'customer.not_found', field: 'among.0' } },
    })
  })

  test('saved reports are listed, changed and deleted; another tenant does not see them', async () => {
    const { send } = await client()
    const { body: saved, status } = await send('POST', '', { name: '访问趋势', report })
    expect([status, saved]).toMatchObject([201, { name: '访问趋势', type: 'trend', report }])
    await send('POST', '', {
      name: '漏斗',
      report: { type: 'funnel', dateFrom: '2026-03-01', dateTo: '2026-03-02', steps: [{ event: 'x' }] },
    })
    const page = (await send('GET', '?limit=1')).body
    expect(page.items.map(({ name }) => name)).toEqual(['漏斗'])
    expect((await send('GET', `?limit=1&cursor=${page.next}`)).body).toMatchObject({ items: [{ name: '访问趋势' }], next: null })
    expect((await send('GET', '?type=trend')).body.items).toHaveLength(1)
    expect((await send('PATCH', `/${saved.id}`, { name: '新名字' })).body).toMatchObject({ name: '新名字', report })
    const stranger = await client()
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect(await stranger.send(method, `/${saved.id}`, method === 'PATCH' ? { name: 'x' } : undefined)).toMatchObject({
        status: 404,
        body: { error: { code: 'report.not_found' } },
      })
    expect((await send('DELETE', `/${saved.id}`)).status).toBe(204)
    expect((await send('GET', `/${saved.id}`)).status).toBe(404)
  })

  test('what could not run is not saved, and reading is not writing', async () => {
    const { send, tenant } = await client()
    expect(await send('POST', '', { name: 'x', report: { ...report, dateTo: '2026-02-31' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'report.invalid', field: 'dateTo' } },
    })
    expect(await send('POST', '', { name: ' ', report })).toMatchObject({ status: 400, body: { error: { field: 'name' } } })
    expect((await send('GET', '')).body.items).toEqual([])
    const reader = await client(['reports.read'], tenant)
    expect((await reader.send('POST', '/run', { report })).status).toBe(200)
    expect(await reader.send('POST', '', { name: 'x', report })).toMatchObject({
      status: 403,
      body: { error: { code: 'permission.missing' } },
    })
  })

  test.each([null, 'x', [], { report: null }, { report: [] }, {}, { report: { type: "trend'; drop table events; --" } }])(
    'a body of %j is refused with a code',
    async (body) => {
      const { send } = await client()
      expect(await send('POST', '/run', body)).toMatchObject({
        status: 400,
        body: { error: { code: expect.stringMatching(/^(request|report)\./) } },
      })
    },
  )
})
