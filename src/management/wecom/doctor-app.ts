import { type CallInput, callWecom } from '#connectors/wecom/client.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import type { EndpointName, ResponseOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
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

export async function checkDirectory(ctx: Context, app: WecomApp): Promise<Finding> {
  try {
    const { department = [] } = await ask(ctx, app, 'department/list')
    if (department.length > 0)
      return good('visible_range', `可见 ${department.length} 个部门`, `${department.length} departments are visible`, {
        departments: department.length,
      })
    return hint(
      'visible_range',
      { zh: '应用看不到任何部门', en: 'The app sees no department' },
      { zh: '在「应用管理 → 应用 → 可见范围」中加入需要使用的部门或成员。', en: 'Add departments or members to the app’s visible range.' },
      'error',
    )
  } catch (error) {
    return failure('visible_range', error)
  }
}

export async function checkContacts(ctx: Context, app: WecomApp, corp: number): Promise<Finding[]> {
  try {
    const { follow_user: members = [] } = await ask(ctx, app, 'externalcontact/get_follow_user_list')
    const allowed = good('customer_contact', '可以调用客户联系接口', 'Customer-contact APIs may be called')
    if (members.length === 0)
      return [
        allowed,
        hint(
          'members',
          { zh: '没有成员开通客户联系功能', en: 'No member has the customer-contact function' },
          { zh: '在「客户联系 → 权限配置」中为成员开通。', en: 'Enable it for members under customer contact → permissions.' },
          'error',
        ),
      ]
    const without = await membersWithout(ctx, corp, members)
    const some =
      without.length > 0
        ? [
            hint(
              'members',
              {
                zh: `${without.length} 名在职员工没有客户联系功能`,
                en: `${without.length} active employees lack the customer-contact function`,
              },
              { zh: '需要添加客户的员工，请在「客户联系 → 权限配置」中开通。', en: 'Enable it for those who should add customers.' },
              'info',
              { employees: without.slice(0, 50) },
            ),
          ]
        : []
    return [
      allowed,
      ...some,
      good('follow_users', `${members.length} 名成员可以添加客户`, `${members.length} members can add customers`, {
        members: members.length,
      }),
    ]
  } catch (error) {
    return [failure('customer_contact', error)]
  }
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

export async function checkMedia(ctx: Context, app: WecomApp): Promise<Finding> {
  try {
    // Nobody has this file: being told so means that we may ask for files.
    await ask(ctx, app, 'media/get' as EndpointName, { query: { media_id: 'liuliang-doctor' } } as never)
    return good('media', '素材接口可用', 'Media APIs may be called')
  } catch (error) {
    if (isWecomError(error, 40007)) return good('media', '素材接口可用', 'Media APIs may be called')
    return failure('media', error)
  }
}
