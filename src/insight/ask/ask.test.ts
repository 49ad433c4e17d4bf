import { beforeAll, describe, expect, test } from 'vitest'
import { createApp, eventDefinitions } from '#app/app.ts'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import { createAttribute, NewAttribute } from '#management/customers/attributes.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../reports/run.ts'
import { loadWorld } from '../reports/testing.ts'
import { createSegment } from '../segments/commands.ts'
import { NewSegment } from '../segments/schema.ts'
import { askQuestion } from './ask.ts'
import { cases, refused } from './cases.ts'
import { examples } from './schema.ts'

let workspace: TestWorkspace
let ctx: Context
let ids: Record<string, string>

beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-20T04:00:00.000Z')
  ctx = await workspace.newTenant()
  ids = {
    'cha:抖音': publicId(ctx, 'cha', await createChannel(ctx, NewChannel.parse({ name: '抖音' }))),
    'tag:VIP': publicId(ctx, 'tag', await ensureTag(ctx, '等级', 'VIP')),
    'seg:高意向': publicId(ctx, 'seg', (await createSegment(ctx, NewSegment.parse({ name: '高意向', rule: { and: [] } }))).id),
  }
  await ensureTag(ctx, '等级', '下单')
  await createAttribute(ctx, NewAttribute.parse({ name: '城市', key: 'city', type: 'text' }))
  await ctx.db.insertInto('products').values({ tenantId: ctx.tenantId, code: 'TEA', title: '龙井' }).execute()
})

const ask = (question: string, as: Context = ctx) => askQuestion(as, question, eventDefinitions)
const named = (report: object) => JSON.parse(JSON.stringify(report).replace(/(?:seg|cha|tag):[^"]+/g, (name) => ids[name] ?? name))

describe('a question becomes a report', () => {
  test.each(cases)('%s', async (question, report, ignored = []) => {
    const asked = await ask(question)
    expect({ report: asked.report, ignored: asked.ignored }).toEqual({ report: named(report), ignored })
    for (const one of [asked, ...(asked.alternatives ?? [])]) expect((await runReport(ctx, one.report)).result).toBeTypeOf('object')
  })

  test('and every example that is shown does', async () => {
    for (const question of [...examples.zh, ...examples.en]) expect((await ask(question)).ignored, question).toEqual([])
  })

  test('says which words it took for what, what it assumed, and what else could be meant', async () => {
    expect(await ask('抖音渠道的新增客户，谢谢')).toMatchObject({
      understood: [
        { text: '抖音渠道', as: { zh: '拆分开来，看渠道「抖音」这一行' } },
        { text: '新增客户', as: { zh: '指标「新增客户」', en: 'the metric “New customers”' } },
      ],
      assumed: [{ zh: '没有说时间：近 30 天' }, { zh: '按天' }],
      ignored: ['谢谢'],
    })
    const { alternatives } = await ask('GMV 和 订单数 本月')
    expect(alternatives).toMatchObject([{ as: { zh: '指标「订单数」' }, report: { type: 'metric', metric: 'orders' } }])
  })

  test('whose scan, friendship and order of one moment and later are counted as steps', async () => {
    const own = await workspace.newTenant()
    const at = '2026-03-19T04:00:00.000Z'
    const world = await loadWorld(own, {
      events: [
        { person: 'a', event: 'customer.followed', timestamp: at },
        { person: 'a', event: 'live_code.added', timestamp: at },
        { person: 'a', event: 'order.paid', timestamp: '2026-03-20T01:00:00.000Z' },
      ],
    })
    const { report } = await ask('扫码→加好友→下单 转化', own)
    expect(await world.run(report)).toMatchObject({ steps: [{ count: 1 }, { count: 1 }, { count: 1 }] })
  })
})

describe('what is not understood', () => {
  test.each(refused)('%s', async (question, code) => {
    await expect(ask(question)).rejects.toMatchObject({ code, field: 'question', status: 400 })
  })

  test.each([
    ['letters without sense', 'x'.repeat(200)],
    ['many brackets', '(('.repeat(100)],
    ['SQL', '\'; drop table customers; -- " $1 {tenant:UInt32}'],
    ['a document', '{"type":"trend","series":[]}'],
    ['pictures', '😀🎉👩‍👩‍👧'],
    ['signs of patterns', '%_\\.*+?^$[]'],
    ['other scripts', 'ما هو الطقس اليوم — какая погода'],
    ['numbers', '99999999 2026-13-45 前0'],
  ])('%s', async (_, question) => {
    await expect(ask(question)).rejects.toMatchObject({ code: 'question.not_understood', field: 'question', details: { examples } })
  })

  test('beside words that are, is said and not guessed', async () => {
    expect(await ask("😀 GMV ' 本月 ＧＭＶ")).toMatchObject({ report: { metric: 'gmv', dateFrom: '2026-03-01' } })
    expect((await ask('😀近30天GMV趋势 年轻')).ignored).toEqual(['😀', '年轻'])
    await expect(ask('年轻时髦的GMV')).rejects.toMatchObject({ code: 'question.not_understood' })
  })

  test('names of what the asker may not see, or of another company', async () => {
    const blind = { ...ctx, actor: { ...systemActor, permissions: new Set(['reports.read']) } }
    expect((await ask('GMV 高意向', blind)).ignored).toEqual(['高意向'])
    expect((await ask('GMV 高意向', await workspace.newTenant())).ignored).toEqual(['高意向'])
  })
})

test('the door needs the right to see reports and refuses what is no question', async () => {
  const app = createApp(workspace)
  const { apiKey } = await createTenantWithOwner(workspace, { name: '问数', login: 'asker' })
  const post = async (body: object, key = apiKey) => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }
    const answer = await app.request('/api/v1/ask', { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, told: await answer.json() }
  }
  expect(await post({ question: '本月GMV' })).toMatchObject({ status: 200, told: { report: { metric: 'gmv' }, ignored: [] } })
  for (const question of ['', '   ', '问'.repeat(10_000), 7, null])
    expect(await post({ question })).toMatchObject({ status: 400, told: { error: { code: 'request.invalid', field: 'question' } } })
  expect(await post({ question: 'GMV', model: 'x' })).toMatchObject({ status: 400, told: { error: { code: 'request.invalid' } } })
  expect((await post({ question: 'GMV' }, 'nobody')).status).toBe(401)
})
