import { beforeAll, describe, expect, test } from 'vitest'
import { ensureTag } from '#management/tags/commands.ts'
import { tagGroups, tags } from '#management/tags/routes.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import type { FunnelResult } from '../reports/funnel/schema.ts'
import type { RetentionResult } from '../reports/retention/schema.ts'
import { reports } from '../reports/routes.ts'
import { event, type Known, writePeople } from '../reports/segment/testing.ts'
import { segmentMembersExport } from './export.ts'
import { segments } from './routes.ts'
import { segmentsUsing, tagWriters } from './rule-tags.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

type Answer = { status: number; body: Record<string, never> & { id: string; error: { code: string; field?: string } } }

function client(ctx: Context, actor: Partial<Context['actor']> = {}) {
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: { ...systemActor, ...actor } }))
  app.route('/api/v1/segments', segments)
  app.route('/api/v1/reports', reports)
  const tagUses = { writers: tagWriters, users: segmentsUsing }
  app.route('/api/v1/tags', tags(tagUses))
  app.route('/api/v1/tag-groups', tagGroups(tagUses))
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await app.request(`/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: answer.status, body: (answer.status === 204 ? {} : await answer.json()) as Answer['body'] }
  }
}

const visits = (count: number): Known => ({
  attributes: {},
  tags: [],
  follows: [],
  stays: [],
  events: Array.from({ length: count }, () => event('visit', Date.now() - 60_000)),
})
const often = { event: { event: 'visit', count: { gte: 2 } } }

/** Three people who came once, twice and three times; the second is a friend of employee 7. */
async function someWorld() {
  const ctx = await workspace.newTenant()
  const friend = { employee: 7, addedAt: Date.now() - 1000, endedAt: null, endedBy: null, channel: null, addWay: null }
  await writePeople(ctx, [visits(1), { ...visits(2), follows: [friend] }, visits(3)])
  return { ctx, send: client(ctx), id: (one: number) => publicId(ctx, 'cus', one) }
}

describe('segments over HTTP', () => {
  test('a rule is saved, counted, listed, explained, changed, archived and brought back', async () => {
    const { send, id } = await someWorld()
    const { status, body: saved } = await send('POST', '/segments', { name: '常客', rule: often })
    expect([status, saved]).toMatchObject([201, { name: '常客', kind: 'rule', archivedAt: null }])
    expect((await send('GET', `/segments/${saved.id}/count`)).body).toMatchObject({ count: 2, total: 3 })
    expect((await send('POST', '/segments/count', { rule: { not: { segment: saved.id } } })).body).toMatchObject({ count: 1, total: 3 })
    const page = (await send('GET', `/segments/${saved.id}/members?limit=1`)).body as unknown as {
      items: { id: string }[]
      next: string
      total: number
    }
    expect([page.items.map((one) => one.id), page.total]).toEqual([[id(3)], 2])
    expect((await send('GET', `/segments/${saved.id}/members?limit=1&cursor=${page.next}`)).body).toMatchObject({
      items: [{ id: id(2) }],
      next: null,
    })
    expect((await send('POST', '/segments/explain', { segment: saved.id, customer: id(1) })).body).toMatchObject({
      holds: false,
      rule: { holds: false, value: { count: 1 } },
    })
    expect((await send('PATCH', `/segments/${saved.id}`, { rule: { event: { event: 'visit', count: { gte: 3 } } } })).status).toBe(200)
    expect((await send('GET', `/segments/${saved.id}/count`)).body).toMatchObject({ count: 1 })
    expect((await send('PUT', `/segments/${saved.id}/archived`)).status).toBe(204)
    expect((await send('GET', '/segments')).body).toMatchObject({ items: [] })
    expect((await send('GET', `/segments/${saved.id}/count`)).body.error).toMatchObject({ code: 'segment.archived' })
    await send('DELETE', `/segments/${saved.id}/archived`)
    expect((await send('GET', '/segments?q=常')).body).toMatchObject({ items: [{ id: saved.id }] })
  })

  test('any report on a segment looks at its members only, also when they are very many', async () => {
    const ctx = await workspace.newTenant()
    await writePeople(ctx, [...Array.from({ length: 1500 }, () => visits(2)), ...Array.from({ length: 20 }, () => visits(1))])
    const send = client(ctx)
    const { body: saved } = await send('POST', '/segments', { name: '常客', rule: often })
    const days = { dateFrom: '2020-01-01', dateTo: '2099-01-01' }
    const run = async (more: object) =>
      (await send('POST', '/reports/run', { report: { type: 'funnel', ...days, steps: [{ event: 'visit' }], ...more } })).body
    const answer = async <Result>(more: object): Promise<Result> => (await run(more)).result as Result
    expect(await run({})).toMatchObject({ result: { steps: [{ count: 1520 }] } })
    expect(await run({ segment: saved.id })).toMatchObject({ result: { steps: [{ count: 1500 }] } })
    expect((await run({ segment: 'seg_0' })).error).toMatchObject({ code: 'segment.not_found', field: 'segment' })
    const { body: rare } = await send('POST', '/segments', { name: '偶尔来', rule: { not: often } })
    const segments = [saved.id, rare.id]
    const split = { trend: 'month', breakdown: { property: '$device' }, dateFrom: '2026-01-01', dateTo: '2026-12-31' }
    const stepsOf = async (segment: string) => (await answer<FunnelResult>({ segment, ...split })).steps
    expect((await answer<FunnelResult>({ segments, ...split })).segments).toEqual([
      { segment: saved.id, steps: await stepsOf(saved.id) },
      { segment: rare.id, steps: await stepsOf(rare.id) },
    ])
    const kept = { type: 'retention', steps: undefined, start: { event: 'visit' }, period: 'month', from: '2026-01-01', intervals: 12 }
    const dated = { ...kept, dateFrom: undefined, dateTo: undefined }
    const cohortsOf = async (segment: string) => (await answer<RetentionResult>({ segment, ...dated })).cohorts
    expect((await answer<RetentionResult>({ segments, ...dated })).segments).toMatchObject([
      { segment: saved.id, cohorts: await cohortsOf(saved.id) },
      { segment: rare.id, cohorts: await cohortsOf(rare.id) },
    ])
    expect((await run({ segments: [saved.id, 'seg_0'] })).error).toMatchObject({ code: 'segment.not_found', field: 'segments.1' })
  })

  test('people of a number, of a file and of a snapshot stay who they are, through merges', async () => {
    const { ctx, send, id } = await someWorld()
    await ctx.db
      .insertInto('identities')
      .values({ tenantId: ctx.tenantId, kind: 'member_no', value: 'M1', customerId: 2, createdAt: new Date() })
      .execute()
    const { body: list } = await send('POST', '/segments', {
      name: 'a',
      customers: [id(1), id(3), 'cus_no'],
      origin: { kind: 'report', title: '漏斗第 1 步' },
    })
    expect(list).toMatchObject({ kind: 'list', unknown: 1, origin: { title: '漏斗第 1 步' } })
    expect((await send('GET', `/segments/${list.id}/count`)).body).toMatchObject({ count: 2 })
    expect((await send('POST', '/segments', { name: 'b', list: { kind: 'member_no', values: ['M1', ' M2 '] } })).body).toMatchObject({
      unknown: 1,
    })
    const { body: rule } = await send('POST', '/segments', { name: 'c', rule: often })
    const { body: snapshot } = await send('POST', '/segments', { name: 'd', snapshotOf: rule.id })
    expect((await send('GET', `/segments/${snapshot.id}/count`)).body).toMatchObject({ count: 2 })
    await ctx.db
      .updateTable('customers')
      .set({ canonicalId: 2, listed: false })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', 3)
      .execute()
    expect((await send('GET', `/segments/${snapshot.id}/members`)).body).toMatchObject({ items: [{ id: id(2) }], total: 1 })
    expect((await send('POST', '/segments', { name: 'e', customers: ['cus_no'] })).body.error).toMatchObject({
      code: 'segment.nobody',
      field: 'customers',
    })
  })

  test('segments are made of segments, never of themselves, and stay while they are needed', async () => {
    const { send } = await someWorld()
    const { body: inner } = await send('POST', '/segments', { name: 'inner', rule: often })
    const { body: outer } = await send('POST', '/segments', { name: 'outer', rule: { and: [{ segment: inner.id }] } })
    expect((await send('PATCH', `/segments/${inner.id}`, { rule: { not: { segment: outer.id } } })).body.error).toMatchObject({
      code: 'segment.circle',
      field: expect.stringContaining('rule.not.segment'),
    })
    expect((await send('PATCH', `/segments/${inner.id}`, { rule: { segment: inner.id } })).body.error).toMatchObject({
      code: 'segment.circle',
    })
    expect((await send('GET', `/segments/${inner.id}/dependents`)).body).toMatchObject({
      segments: [{ id: outer.id, name: 'outer' }],
      reports: [],
    })
    expect(await send('PUT', `/segments/${inner.id}/archived`)).toMatchObject({ status: 409, body: { error: { code: 'segment.in_use' } } })
    expect((await send('POST', '/segments', { name: 'inner', rule: often })).body.error).toMatchObject({
      code: 'segment.name_taken',
      field: 'name',
    })
  })

  test('the parts of an overlap add up', async () => {
    const { send, id } = await someWorld()
    const made = async (name: string, facts: object) => (await send('POST', '/segments', { name, ...facts })).body.id
    const all = [await made('a', { rule: often }), await made('b', { customers: [id(1), id(2)] }), await made('c', { rule: { and: [] } })]
    const { body } = await send('POST', '/segments/overlap', { segments: all })
    expect(body).toMatchObject({ segments: [{ count: 2 }, { count: 2 }, { count: 3 }] })
    expect((body as unknown as { parts: { in: number[]; count: number }[] }).parts.filter(({ count }) => count > 0)).toEqual([
      { in: [0, 2], count: 1 },
      { in: [1, 2], count: 1 },
      { in: [0, 1, 2], count: 1 },
    ])
  })

  test('a rule writes a tag that is there, reads it not, and lets go of it before it is deleted', async () => {
    const { ctx, send } = await someWorld()
    const other = await ensureTag(ctx, '活跃', '另一个')
    const tag = { id: publicId(ctx, 'tag', await ensureTag(ctx, '活跃', '常来')), takeAway: true }
    const { body: saved } = await send('POST', '/segments', { name: '常客', rule: often, tag })
    expect(saved).toMatchObject({ tag: { ...tag, name: '常来', group: '活跃' } })
    const refused = async (method: string, path: string, body?: unknown) => {
      const { status, body: answer } = await send(method, path, body)
      return [status, answer.error.code, answer.error.field]
    }
    const path = `/segments/${saved.id}`
    const reads = { or: [often, { tag: { any: [tag.id] } }] }
    expect(await refused('PATCH', path, { rule: reads })).toEqual([409, 'segment.tag_circle', 'rule.or.1.tag'])
    expect(await refused('PATCH', path, { rule: { not: { event: { event: '*' } } } })).toEqual([
      409,
      'segment.tag_circle',
      'rule.not.event',
    ])
    const around = { name: '绕圈', rule: { segment: saved.id }, tag: { id: publicId(ctx, 'tag', other) } }
    await send('PATCH', path, { rule: { not: { tag: { none: [around.tag.id] } } } })
    expect(await refused('POST', '/segments', { ...around, rule: { tag: { all: [tag.id] } } })).toEqual([
      409,
      'segment.tag_circle',
      'tag.id',
    ])
    expect(await refused('POST', '/segments', { ...around, tag: { id: 'tag_no' } })).toEqual([404, 'tag.not_found', 'tag.id'])
    expect(await refused('POST', '/segments', { name: 'x', customers: ['cus_x'], tag })).toEqual([400, 'request.invalid', 'tag'])
    const writer = client(ctx, { permissions: new Set(['segments.write']) })
    expect((await writer('POST', '/segments', { name: 'x', rule: often, tag })).body.error).toMatchObject({
      code: 'permission.missing',
      field: 'tag',
    })
    expect(await refused('DELETE', `/tags/${tag.id}`)).toEqual([409, 'tag.in_use', undefined])
    expect(await refused('DELETE', `/tags/${around.tag.id}`)).toEqual([409, 'tag.in_use', undefined])
    expect((await send('GET', '/tag-groups')).body).toMatchObject({
      items: [{ tags: [{ writtenBy: [] }, { id: tag.id, writtenBy: [{ id: saved.id, name: '常客' }] }] }],
    })
    await send('PATCH', path, { tag: null, rule: often })
    expect((await send('GET', path)).body).toMatchObject({ tag: null })
    expect((await send('DELETE', `/tags/${tag.id}`)).status).toBe(204)
  })

  test('whoever sees only their own customers counts, lists, exports and saves only those', async () => {
    const { ctx, send, id } = await someWorld()
    const { body: saved } = await send('POST', '/segments', { name: 'a', rule: often })
    const own = client(ctx, { kind: 'employee', id: 7, scope: [7] })
    expect((await own('GET', `/segments/${saved.id}/count`)).body).toMatchObject({ count: 1, total: 1 })
    expect((await own('GET', `/segments/${saved.id}/members`)).body).toMatchObject({ items: [{ id: id(2) }], total: 1 })
    expect((await own('POST', '/segments/explain', { segment: saved.id, customer: id(3) })).status).toBe(404)
    expect((await own('POST', '/segments', { name: 'b', customers: [id(2), id(3)] })).body).toMatchObject({ unknown: 1 })
    expect((await own('POST', '/reports/run', { report: { type: 'segment', rule: often } })).body).toMatchObject({
      result: { persons: [id(2)] },
    })
    const report = { type: 'funnel', dateFrom: '2020-01-01', dateTo: '2099-01-01', steps: [{ event: 'visit' }], segments: [saved.id] }
    expect((await own('POST', '/reports/run', { report })).body.result).toMatchObject({
      steps: [{ count: 1 }],
      segments: [{ segment: saved.id, steps: [{ count: 1 }] }],
    })
    const rows = async (actor: object) => {
      const pages = []
      const asker = { ...ctx, actor: { ...ctx.actor, ...actor } }
      for await (const page of segmentMembersExport.rows(asker, { filter: { segment: saved.id } }, { revealPhone: false, language: 'zh' }))
        pages.push(...page)
      return pages.length
    }
    expect([await rows({}), await rows({ scope: [7] })]).toEqual([2, 1])
    expect((await client(ctx, { permissions: new Set(['segments.read']) })('POST', '/segments', { name: 'x', rule: often })).status).toBe(
      403,
    )
  })

  test.each([
    [{ name: 'x' }, 'rule'],
    [{ name: 'x', rule: { and: [] }, customers: ['cus_1'] }, 'rule'],
    [{ name: ' ', rule: { and: [] } }, 'name'],
    [{ name: 'x', rule: { and: [{ tag: { any: [] } }] } }, 'rule.and.0.tag.any'],
    [{ name: 'x', rule: { and: [{ tag: { any: ['tag_x'] } }] } }, 'rule.and.0.tag.any.0'],
    [{ name: 'x', list: { kind: 'colour', values: ['red'] } }, 'list.kind'],
    [{ name: 'x', rule: { and: [] }, more: 1 }, ''],
  ])('refuses %j and names %s', async (body, field) => {
    const send = client(await workspace.newTenant())
    const answer = await send('POST', '/segments', body)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body.error.field ?? '').toBe(field)
  })

  test('another company sees none of it', async () => {
    const { send } = await someWorld()
    const { body: saved } = await send('POST', '/segments', { name: 'a', rule: often })
    const stranger = client(await workspace.newTenant())
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/count'],
      ['GET', '/members'],
      ['PATCH', ''],
      ['PUT', '/archived'],
    ] as const)
      expect(await stranger(method, `/segments/${saved.id}${path}`, method === 'PATCH' ? { name: 'y' } : undefined)).toMatchObject({
        status: 404,
        body: { error: { code: 'segment.not_found' } },
      })
  })
})
