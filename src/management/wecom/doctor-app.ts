import { type CallInput, callWecom } from '#connectors/wecom/client.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import type { EndpointName, ResponseOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import type { Context } from '#platform/context.ts'
import { failure, good, hint } from './doctor-findings.ts'
import type { Finding } from './schema.ts'

// What only WeCom can tell: each check is one question, asked as the app.

const ask = <Name extends EndpointName>(ctx: Context, app: WecomApp, name: Name, input: CallInput<Name> = {}): Promise<ResponseOf<Name>> =>
  callWecom(app, name, input, { requestId: ctx.requestId })

/** The first call also tells how far our clock is from WeCom's. */
export async function checkSecret(ctx: Context, app: WecomApp): Promise<Finding> {
  try {
    await ask(ctx, app, 'getcallbackip')
    return good('secret', '企业 ID 与 Secret 有效', 'CorpID and secret work')
  } catch (error) {
    return failure('secret', error)
  }
}

export async function checkAgent(ctx: Context, app: WecomApp): Promise<Finding> {
  if (app.agentId === undefined)
    return hint(
      'agent',
      { zh: '还没有填写 AgentId', en: 'No AgentId yet' },
      {
        zh: '在应用详情页复制 AgentId 填到这里；发送应用消息与扫码登录需要它。',
        en: 'Copy it from the app’s page; app messages and QR login need it.',
      },
      'info',
    )
  try {
    const agent = await ask(ctx, app, 'agent/get', { query: { agentid: app.agentId } })
    return good('agent', `应用「${agent.name ?? app.agentId}」可用`, `App “${agent.name ?? app.agentId}” answers`, { name: agent.name })
  } catch (error) {
    // Whether WeCom can be reached at all is the business of the check before; here only a refusal means something.
    if (!(error instanceof WecomError)) return good('agent', 'AgentId 已填写', 'The AgentId is set')
    return failure('agent', error)
  }
}

/** Employees here who cannot add customers there; nothing is wrong with that if they should not. */
export async function checkMembers(ctx: Context, corp: number, members: readonly string[]): Promise<Finding[]> {
  if (members.length === 0) return []
  const able = good('follow_users', `${members.length} 名成员可以添加客户`, `${members.length} members can add customers`, {
    members: members.length,
  })
  const without = await membersWithout(ctx, corp, members)
  if (without.length === 0) return [able]
  return [
    hint(
      'members',
      { zh: `${without.length} 名在职员工没有客户联系功能`, en: `${without.length} active employees lack the customer-contact function` },
      { zh: '需要添加客户的员工，请在「客户联系 → 权限配置」中开通。', en: 'Enable it for those who should add customers.' },
      'info',
      { employees: without.slice(0, 50) },
    ),
    able,
  ]
}

async function membersWithout(ctx: Context, corp: number, members: readonly string[]): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('employeeAccounts as a')
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'a.tenantId').onRef('e.id', '=', 'a.employeeId'))
    .select(['a.userId', 'e.name'])
    .where('a.tenantId', '=', ctx.tenantId)
    .where('a.corpId', '=', corp)
    .where('a.leftAt', 'is', null)
    .where('e.status', '=', 'active')
    .execute()
  const known = new Set(members)
  return rows.filter(({ userId }) => !known.has(userId)).map(({ name }) => name)
}
