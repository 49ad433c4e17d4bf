import { beforeAll, describe, expect, test } from 'vitest'
import { eventDefinitions } from '#app/app.ts'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import { createAttribute, NewAttribute } from '#management/customers/attributes.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createDepartment } from '#management/team/departments/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { type Context, systemActor } from '#platform/context.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../reports/run.ts'
import { event, type Known, writePeople } from '../reports/segment/testing.ts'
import { askQuestion } from './ask.ts'

// Whose customers, which of them, and who not: of eight people whom one can count by hand.

let ctx: Context
const team: number[] = []

beforeAll(async () => {
  const workspace = await openTestWorkspace()
  workspace.setNow('2026-03-20T04:00:00.000Z')
  ctx = await workspace.newTenant()
  const { tenantId } = ctx
  const [one, two] = [await createDepartment(ctx, { name: '销售一部' }), await createDepartment(ctx, { name: '销售二部' })]
  for (const [name, ...departmentIds] of [['张伟'], ['李娜'], ['Li Na'], ['王伟', one], ['王伟', two]] as [string, ...number[]][])
    team.push((await createEmployee(ctx, { name, departmentIds })).id)
  const channel = await createChannel(ctx, NewChannel.parse({ name: '抖音' }))
  const tag = await ensureTag(ctx, '等级', 'VIP')
  for (const [name, key] of [
    ['城市', 'city'],
    ['籍贯', 'hometown'],
  ])
    await createAttribute(ctx, NewAttribute.parse({ name, key, type: 'text' }))
  await ctx.db.insertInto('products').values({ tenantId, code: 'TEA', title: '龙井' }).execute()
  const added = Date.parse('2026-03-01T04:00:00Z')
  const friend = (employee: number, more: object = {}) => ({
    employee: team[employee - 1] ?? 0,
    addedAt: added,
    endedAt: null,
    endedBy: null,
    addWay: null,
    channel: null,
    ...more,
  })
  const followed = event('customer.followed', added, { employee: '1', employeeName: '张伟' })
  const paid = (day: string, amount: number, order: number) =>
    event('order.paid', `${day}T04:00:00Z`, { order, amount: amount * 100, currency: 'CNY', items: 1, products: ['TEA'] })
  const someone = (attributes: object, follows: Known['follows'], events: Known['events'] = [], tags: number[] = []): Known => ({
    attributes: { ...attributes },
    follows,
    events: [followed, ...events],
    tags,
    stays: [],
  })
  await writePeople(ctx, [
    someone({ city: '上海', gender: 'female' }, [friend(1)], [paid('2026-03-10', 100, 1)]),
    someone({ city: '上海', gender: 'male' }, [friend(1)], [event('group.joined', '2026-03-05T04:00:00Z')]),
    someone({ city: '北京', gender: 'female' }, [friend(2, { channel })], [paid('2026-03-12', 200, 2)]),
    someone({ city: '北京', gender: 'male' }, [friend(2), friend(1)], [paid('2026-03-18', 300, 3)]),
    someone({ city: '杭州', gender: 'female' }, [friend(3, { channel })], [event('live_code.added', '2026-03-01T04:00:00Z')]),
    someone({ city: '上海' }, [friend(3, { endedAt: added + 86_400_000, endedBy: 'customer' })], [paid('2026-03-15', 400, 4)]),
    someone({ city: '北京', hometown: '杭州' }, [friend(4)]),
    someone({ hometown: '广州' }, [friend(5)], [paid('2026-02-20', 50, 5)], [tag]),
  ])
})

const ask = (question: string, as: Context = ctx) => askQuestion(as, question, eventDefinitions)

type Answer = { count?: number; total?: number; steps?: { count: number }[] }

async function numberOf(question: string, as: Context = ctx) {
  const { report, ignored } = await ask(question, as)
  const { count, total, steps } = (await runReport(as, report)).result as Answer
  return { number: count ?? total ?? steps?.map((step) => step.count), ignored }
}

const counted: readonly [question: string, number: number | number[]][] = [
  ['张伟的客户有多少', 3],
  ['员工张伟名下的客户有多少', 3],
  ['how many customers of Li Na', 1],
  ["Li Na's customers", 1],
  ['张伟的客户成交了多少', 400],
  ['orders of customers of 李娜', 2],
  ['张伟的客户本月订单数', 2],
  ['张伟和李娜的客户有多少', 4],
  ['张伟的客户里没下单的有多少', 1],
  ['加好友→下单 转化 张伟的客户', [3, 1]],
  ['销售一部王伟的客户有多少', 1],
  ['how many customers of 王伟 in 销售二部', 1],
  ['new customers of 李娜', 2],
  ['上海的客户有多少', 3],
  ['customers from 上海', 3],
  ['上海的女性客户有多少', 1],
  ['female customers', 3],
  ['how many female customers from 上海', 1],
  ['GMV of female customers', 300],
  ['上海客户的GMV', 500],
  ['女客户本月的客单价', 150],
  ['上海和北京的客户', 6],
  ['城市是杭州的客户', 1],
  ['籍贯杭州的客户', 1],
  ['city 杭州 customers', 1],
  ['GMV by channel of female customers', 300],
  ['张伟的上海客户有多少', 2],
  ['没有下单的客户', 3],
  ['customers who did not buy', 3],
  ["customers who haven't bought last week", 5],
  ['上周没下单的客户', 5],
  ['不是通过扫码来的客户', 7],
  ['没进群的客户有多少', 7],
  ['customers who did not join a group', 7],
  ['不是上海的客户', 5],
  ['customers not from 上海', 5],
  ['除了张伟以外的客户', 5],
  ['不是VIP的客户有多少', 7],
  ['不含抖音的GMV', 850],
  ['GMV excluding VIP', 1000],
  ['GMV except 抖音 and VIP', 800],
  ['抖音除外的客户有多少', 6],
  ['没下单的客户的新增客户数', 3],
  ['new customers without orders', 3],
  ['customers of 李娜 who did not buy last week', 1],
  ['既没下单也没进群的客户', 2],
  ['customers who did not buy or join a group', 2],
  ['扫码但没下单的客户', 1],
  ['how many male customers did not buy', 1],
  ['没买过龙井的客户有多少', 3],
  ['没进群的客户的GMV', 1050],
  ['除女性以外的客户有多少', 5],
  ['女客户有多少', 3],
  ['how many women bought', 2],
  ['customers whose city is 上海', 3],
  ['张伟本月加了多少好友', 3],
  ['非抖音渠道的新增客户', 6],
  ['除了上海和北京的客户', 2],
  ['既不是上海也不是北京的客户', 2],
  ['people who bought but did not join a group', 5],
  ['没有退款的客户的GMV', 1050],
  ['没买过龙井的女客户有多少', 1],
  ['which customers from 上海 did not buy', 1],
]

test.each(counted)('%s', async (question, number) => {
  expect(await numberOf(question)).toEqual({ number, ignored: [] })
})

const refused: readonly [question: string, code: string, details?: object][] = [
  ['张玮的客户成交了多少', 'question.name_unknown', { name: '张玮', near: ['张伟'] }],
  ['customers of Li Nan', 'question.name_unknown', { name: 'Li Nan', near: ['Li Na'] }],
  ['张伟明的客户有多少', 'question.name_unknown', { name: '张伟明', near: ['张伟'] }],
  ['上梅的客户有多少', 'question.name_unknown', { name: '上梅', near: ['上海'] }],
  ['不含快手的GMV', 'question.name_unknown', { name: '快手', near: [] }],
  ['loyal customers', 'question.name_unknown', { name: 'loyal' }],
  ['没有下单和进群的客户', 'question.negation'],
  ['没进群和扫码的客户', 'question.negation'],
  ['customers who did not buy and join a group', 'question.negation'],
  ['不含龙井的GMV', 'question.negation'],
  ['非新客的GMV', 'question.negation'],
  ['GMV without', 'question.negation'],
  ['GMV 不含退款', 'question.negation'],
  ['上周的上海客户', 'question.dates_unused'],
  ['上海市的客户', 'question.name_unknown', { near: ['上海'] }],
  ['老客户的GMV', 'question.name_unknown', { name: '老' }],
  ['上海', 'question.not_understood'],
  ['张伟', 'question.not_understood'],
]

test.each(refused)('%s is refused', async (question, code, details = {}) => {
  await expect(ask(question)).rejects.toMatchObject({ code, field: 'question', status: 400, details })
})

describe('a name of two', () => {
  test('employees is asked back with their departments and the reports they would be', async () => {
    const refusal = await ask('王伟的客户有多少').then(
      () => undefined,
      (error) => error,
    )
    expect(refusal).toMatchObject({
      code: 'question.name_ambiguous',
      field: 'question',
      details: {
        name: '王伟',
        choices: [{ as: { zh: '员工「王伟」（销售一部）的客户' } }, { as: { en: 'customers of the employee “王伟” (销售二部)' } }],
      },
    })
    for (const { report } of refusal.details.choices) expect((await runReport(ctx, report)).result).toEqual({ count: 1 })
  })

  test('attributes is asked back with the attributes, also turned round', async () => {
    for (const question of ['杭州的客户', '不是杭州的客户', 'GMV of customers from 杭州'])
      await expect(ask(question)).rejects.toMatchObject({
        code: 'question.name_ambiguous',
        details: {
          name: expect.stringContaining('杭州'),
          choices: [{ as: { zh: expect.stringContaining('城市') } }, { report: { type: expect.any(String) } }],
        },
      })
  })
})

test('says what was turned round, whose customers they are, and what else could be meant', async () => {
  expect(await ask('上周没进群的张伟的客户')).toMatchObject({
    understood: [
      { text: '上周', as: { zh: '2026-03-09 – 2026-03-15' } },
      { text: '没进群', as: { zh: '没有事件「进群」' } },
      { text: '张伟', as: { zh: '员工「张伟」的客户', en: 'customers of the employee “张伟”' } },
      { text: '客户' },
    ],
    report: { rule: { and: [{ not: { event: { event: 'group.joined', within: { dateFrom: '2026-03-09' } } } }, { follow: {} }] } },
  })
  const { report, alternatives = [] } = await ask('上周没进群的客户的GMV')
  expect(report).toMatchObject({ people: { and: [{ not: { event: { event: 'group.joined' } } }] } })
  expect(alternatives[0]?.report).toMatchObject({ people: { and: [{ not: { event: { within: { dateTo: '2026-03-15' } } } }] } })
  const credited = (await ask('张伟的GMV')).alternatives ?? []
  expect(credited[0]?.report).toMatchObject({ breakdown: { dimension: 'employee' } })
  for (const one of [...alternatives, ...credited]) expect((await runReport(ctx, one.report)).result).toBeTypeOf('object')
})

describe('who may see the customers of some only', () => {
  const seeing = (...scope: number[]): Context => ({
    ...ctx,
    actor: {
      ...systemActor,
      kind: 'employee',
      permissions: new Set(['reports.read', 'customers.read']),
      scope: scope.map((one) => team[one - 1] ?? 0),
    },
  })

  test('asks about these, and by what is told of these', async () => {
    expect(await numberOf('李娜的客户有多少', seeing(2))).toEqual({ number: 2, ignored: [] })
    expect(await numberOf('北京的客户有多少', seeing(2))).toEqual({ number: 2, ignored: [] })
    expect(await numberOf('不是北京的客户有多少', seeing(2))).toEqual({ number: 0, ignored: [] })
  })

  test('learns no name of anybody else', async () => {
    for (const question of ['张伟的客户有多少', '上海的客户有多少', '王玮的客户有多少'])
      await expect(ask(question, seeing(2))).rejects.toMatchObject({ code: 'question.name_unknown', details: { near: [] } })
    await expect(ask('李那的客户成交了多少', seeing(2))).rejects.toMatchObject({ details: { near: ['李娜'] } })
  })
})
