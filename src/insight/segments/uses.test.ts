import { beforeAll, expect, test } from 'vitest'
import { channels } from '#growth/channels/routes.ts'
import { attributes } from '#management/customers/routes.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import { tagGroups, tags } from '#management/tags/routes.ts'
import { together } from '#management/uses.ts'
import { createJourney, enterByHand, publishJourney, stopJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { journeysUsing } from '#operation/journeys/uses.ts'
import { cancelMessage, createMessage, submitMessage } from '#operation/messages/commands.ts'
import { MessageInput } from '#operation/messages/schema.ts'
import { messagesUsing } from '#operation/messages/uses.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { reports } from '../reports/routes.ts'
import { reportsUsing } from '../reports/uses.ts'
import { rulesForJourneys } from './journey-rules.ts'
import { segments } from './routes.ts'
import { segmentsUsing, tagWriters } from './rule-tags.ts'

// Tags, attributes and segments that journeys and messages need, and somebody wants to take away.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const users = together(segmentsUsing, reportsUsing, journeysUsing, messagesUsing)

function client(ctx: Context) {
  const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: systemActor }))
  app.route('/api/v1/segments', segments)
  app.route('/api/v1/tags', tags({ writers: tagWriters, users }))
  app.route('/api/v1/tag-groups', tagGroups({ writers: tagWriters, users }))
  app.route('/api/v1/attributes', attributes(users))
  app.route('/api/v1/channels', channels(users))
  app.route('/api/v1/reports', reports)
  return async (method: string, path: string, body?: unknown) => {
    const answer = await app.request(`/api/v1${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: answer.status, body: answer.status === 204 ? {} : await answer.json() }
  }
}

async function publish(ctx: Context, id: number | undefined, draft: object): Promise<number> {
  if (id !== undefined)
    await ctx.db
      .updateTable('journeys')
      .set({ draft: JSON.stringify(Definition.parse(draft)) })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
  const journey = id ?? (await createJourney(ctx, { name: '培育', note: '', draft: Definition.parse(draft) }))
  await publishJourney(ctx, rulesForJourneys, journey)
  return journey
}

async function someCompany() {
  const ctx = await workspace.newTenant()
  const send = client(ctx)
  const people = await identifyMany(ctx, [{ identities: [{ kind: 'person', value: 'P0' }] }], 'test')
  const tag = await ensureTag(ctx, '意向', '高')
  await tagCustomers(ctx, tag, people, { source: 'test' })
  return { ctx, send, people, tag: publicId(ctx, 'tag', tag) }
}

const needed = (code: string, by: object) => ({ status: 409, body: { error: { code, details: by } } })

test('a tag stays while a journey writes it, also in a version that somebody still walks, and while a message is planned for it', async () => {
  const { ctx, send, people, tag } = await someCompany()
  const writes = { entry: { by: 'hand' }, start: 'a', steps: [{ id: 'a', type: 'tag', tag, next: 'b' }, longWait('b')] }
  const journey = await publish(ctx, undefined, writes)
  const byJourney = { journeys: [{ id: publicId(ctx, 'jny', journey), name: '培育' }] }
  expect(await send('DELETE', `/tags/${tag}`)).toMatchObject(needed('tag.in_use', byJourney))
  await enterByHand(ctx, journey, people)
  await publish(ctx, journey, { entry: { by: 'hand' }, start: 'b', steps: [longWait('b')] })
  expect(await send('DELETE', `/tags/${tag}`)).toMatchObject(needed('tag.in_use', byJourney))
  await stopJourney(ctx, journey)
  const message = await createMessage(ctx, messageTo({ tags: { in: [tag] } }))
  await submitMessage(ctx, message, new Date(ctx.now().getTime() + 86_400_000), async () => [])
  expect(await send('DELETE', `/tags/${tag}`)).toMatchObject(
    needed('tag.in_use', { journeys: [], messages: [{ id: publicId(ctx, 'msg', message), name: '上新' }] }),
  )
  await cancelMessage(ctx, message)
  expect((await send('DELETE', `/tags/${tag}`)).status).toBe(204)
})

test('an attribute stays while a journey writes it, and so does the choice that it writes', async () => {
  const { ctx, send } = await someCompany()
  const { body: level } = await send('POST', '/attributes', { name: '等级', key: 'level', type: 'choice', choices: ['金', '银', '铜'] })
  const steps = [{ id: 'a', type: 'attribute', key: 'level', value: '金' }]
  const journey = await publish(ctx, undefined, { entry: { by: 'hand' }, start: 'a', steps })
  const by = { journeys: [{ name: '培育' }] }
  expect(await send('DELETE', `/attributes/${level.id}`)).toMatchObject(needed('attribute.in_use', by))
  expect(await send('PATCH', `/attributes/${level.id}`, { choices: ['银', '铜'] })).toMatchObject(needed('attribute.in_use', by))
  expect(await send('PATCH', `/attributes/${level.id}`, { choices: ['金', '银'] })).toMatchObject({ body: { choices: ['金', '银'] } })
  await stopJourney(ctx, journey)
  expect((await send('DELETE', `/attributes/${level.id}`)).status).toBe(204)
})

test('a segment stays while a journey asks it or a message is planned for it, and says so on its page', async () => {
  const { ctx, send, people, tag } = await someCompany()
  const { body: segment } = await send('POST', '/segments', { name: '高意向', rule: { tag: { any: [tag] } } })
  const paths = [{ name: '是', when: { rule: { segment: segment.id } }, next: null }]
  const journey = await publish(ctx, undefined, { entry: { by: 'hand' }, start: 'a', steps: [{ id: 'a', type: 'branch', paths }] })
  const message = await createMessage(ctx, messageTo({ segment: segment.id }))
  await submitMessage(ctx, message, new Date(ctx.now().getTime() + 86_400_000), async () => people)
  const by = { segments: [], reports: [], journeys: [{ name: '培育' }], messages: [{ name: '上新' }] }
  expect((await send('GET', `/segments/${segment.id}/dependents`)).body).toMatchObject(by)
  expect(await send('PUT', `/segments/${segment.id}/archived`)).toMatchObject(needed('segment.in_use', by))
  await stopJourney(ctx, journey)
  await cancelMessage(ctx, message)
  expect((await send('PUT', `/segments/${segment.id}/archived`)).status).toBe(204)
})

test('a tag, a segment and a channel stay while the people of a saved report are chosen by them', async () => {
  const { send, tag } = await someCompany()
  const { body: segment } = await send('POST', '/segments', { name: '付费', rule: { orders: { count: { gte: 1 } } } })
  const { body: channel } = await send('POST', '/channels', { name: '门店' })
  const people = { and: [{ tag: { any: [tag] } }, { segment: segment.id }, { follow: { channels: [channel.id] } }] }
  const series = [{ event: 'order.paid', measure: 'persons' }]
  const dates = { dateFrom: '2026-01-01', dateTo: '2026-01-31' }
  const { body: report } = await send('POST', '/reports', { name: '门店成交', report: { type: 'trend', ...dates, series, people } })
  const by = { reports: [{ id: report.id, name: '门店成交' }] }
  expect(await send('DELETE', `/tags/${tag}`)).toMatchObject(needed('tag.in_use', by))
  expect((await send('GET', `/segments/${segment.id}/dependents`)).body).toMatchObject(by)
  expect(await send('PUT', `/segments/${segment.id}/archived`)).toMatchObject(needed('segment.in_use', by))
  expect(await send('DELETE', `/channels/${channel.id}`)).toMatchObject(needed('channel.in_use', by))
  await send('DELETE', `/reports/${report.id}`)
  expect((await send('DELETE', `/tags/${tag}`)).status).toBe(204)
  expect((await send('PUT', `/segments/${segment.id}/archived`)).status).toBe(204)
  expect((await send('DELETE', `/channels/${channel.id}`)).status).toBe(204)
})

test('a channel stays while the rule of a segment names it; put away it stays named', async () => {
  const { send } = await someCompany()
  const { body: channel } = await send('POST', '/channels', { name: '门店' })
  const { body: segment } = await send('POST', '/segments', { name: '到店', rule: { follow: { channels: [channel.id] } } })
  const by = { segments: [{ id: segment.id, name: '到店' }] }
  expect(await send('DELETE', `/channels/${channel.id}`)).toMatchObject(needed('channel.in_use', by))
  expect((await send('PATCH', `/channels/${channel.id}`, { archived: true })).status).toBe(200)
  expect((await send('GET', `/segments/${segment.id}/count`)).status).toBe(200)
})

const longWait = (id: string) => ({ id, type: 'wait', for: { value: 9, unit: 'day' } })

const messageTo = (audience: object) =>
  MessageInput.parse({ name: '上新', to: { whom: 'customers', audience }, content: { text: '上新', attachments: [] } })
