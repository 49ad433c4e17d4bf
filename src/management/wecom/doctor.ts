import { type CallInput, callWecom } from '#connectors/wecom/client.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import type { EndpointName, ResponseOf } from '#connectors/wecom/endpoints/catalogue.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { boundsOf } from '#connectors/wecom/limits.ts'
import type { Context } from '#platform/context.ts'
import { wecomApp } from './app.ts'
import { readCorp } from './corps.ts'
import type { Corp, Finding } from './schema.ts'

type Words = { zh: string; en: string }

const good = (check: string, zh: string, en: string, details?: Record<string, unknown>): Finding => ({
  check,
  ok: true,
  severity: 'ok',
  message: { zh, en },
  ...(details && { details }),
})
const hint = (
  check: string,
  message: Words,
  fix: Words,
  severity: 'info' | 'warning' | 'error' = 'warning',
  details?: Record<string, unknown>,
): Finding => ({ check, ok: severity === 'info', severity, message, fix, ...(details && { details }) })

/** All corps of the tenant, for `liuliang doctor`; with several of them each finding names its corp. */
export async function wecomDoctor(ctx: Context): Promise<Finding[]> {
  const corps = await ctx.db.selectFrom('wecomCorps').select(['id', 'corpId']).where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
  const found = await Promise.all(
    corps.map(async ({ id, corpId }) =>
      (await wecomDoctorOf(ctx, id)).map((finding) => (corps.length > 1 ? { ...finding, check: `${corpId} ${finding.check}` } : finding)),
    ),
  )
  return found.flat()
}

/** Looks at one corp from both sides. Whatever is wrong is a finding with a way out, never an exception. */
export async function wecomDoctorOf(ctx: Context, corp: number): Promise<Finding[]> {
  const [app, view] = [await wecomApp(ctx, corp), await readCorp(ctx, corp)]
  const secret = await checkSecret(ctx, app)
  // With a wrong secret every further question would be a wrong call, and two thousand of those block the address for an hour.
  const asked = secret.ok
    ? await Promise.all([checkAgent(ctx, app), checkDirectory(ctx, app), checkContacts(ctx, app, corp), checkMedia(ctx, app)])
    : []
  return [
    secret,
    ...asked,
    checkCallback(ctx, view),
    await checkInbox(ctx, corp),
    await checkWelcomes(ctx, corp),
    await checkPushes(ctx),
    await checkQuota(ctx, app),
    checkSync(ctx, view),
  ].flat()
}

const ask = <Name extends EndpointName>(ctx: Context, app: WecomApp, name: Name, input: CallInput<Name> = {}): Promise<ResponseOf<Name>> =>
  callWecom(app, name, input, { requestId: ctx.requestId })

/** The first call also tells how far our clock is from WeCom's. */
async function checkSecret(ctx: Context, app: WecomApp): Promise<Finding> {
  try {
    await ask(ctx, app, 'getcallbackip')
    return good('secret', '企业 ID 与 Secret 有效', 'CorpID and secret work')
  } catch (error) {
    return failure('secret', error)
  }
}

async function checkAgent(ctx: Context, app: WecomApp): Promise<Finding> {
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

async function checkDirectory(ctx: Context, app: WecomApp): Promise<Finding> {
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

async function checkContacts(ctx: Context, app: WecomApp, corp: number): Promise<Finding[]> {
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

async function checkMedia(ctx: Context, app: WecomApp): Promise<Finding> {
  try {
    // Nobody has this file: being told so means that we may ask for files.
    await ask(ctx, app, 'media/get' as EndpointName, { query: { media_id: 'liuliang-doctor' } } as never)
    return good('media', '素材接口可用', 'Media APIs may be called')
  } catch (error) {
    if (isWecomError(error, 40007)) return good('media', '素材接口可用', 'Media APIs may be called')
    return failure('media', error)
  }
}

/** Codes of doc 90313 that an administrator can do something about. */
const remedies: Record<number, Words> = {
  40001: {
    zh: 'Secret 不正确或已重置：在应用详情页重新查看并更新。',
    en: 'The secret is wrong or was reset: look it up on the app’s page and update it here.',
  },
  40013: { zh: '企业 ID 不正确：在「我的企业 → 企业信息」底部复制。', en: 'The CorpID is wrong: copy it from the bottom of “My company”.' },
  40056: { zh: 'AgentId 与 Secret 不属于同一个应用。', en: 'AgentId and secret belong to different apps.' },
  48002: {
    zh: '在「客户联系 → 客户 → API → 可调用接口的应用」中勾选此应用。',
    en: 'Allow this app under customer contact → customers → API.',
  },
  60011: { zh: '把成员或部门加入应用的可见范围。', en: 'Add the members or departments to the app’s visible range.' },
  60020: {
    zh: '把下面的 IP 加入应用的「企业可信 IP」，一分钟后生效。',
    en: 'Add the address below to the app’s trusted IPs; it works a minute later.',
  },
  301002: { zh: 'AgentId 与 Secret 不属于同一个应用。', en: 'AgentId and secret belong to different apps.' },
  45009: { zh: '接口调用过于频繁，稍后会自动恢复。', en: 'Called too often; it recovers by itself.' },
}

function failure(check: string, error: unknown): Finding {
  if (!(error instanceof WecomError)) {
    const why = error instanceof Error ? error.message : String(error)
    return hint(
      check,
      { zh: `连接企业微信失败：${why}`, en: `WeCom cannot be reached: ${why}` },
      { zh: '检查这台服务器能否访问 qyapi.weixin.qq.com。', en: 'Check that this server can reach qyapi.weixin.qq.com.' },
      'error',
    )
  }
  const fix = remedies[error.errcode] ?? {
    zh: error.fix ?? `错误码 ${error.errcode}，可在 open.work.weixin.qq.com/devtool/query?e=${error.errcode} 查询。`,
    en: `Look up error ${error.errcode} at open.work.weixin.qq.com/devtool/query?e=${error.errcode}.`,
  }
  const ip = error.errcode === 60020 && error.ip ? `（${error.ip}）` : ''
  return hint(
    check,
    { zh: `企业微信返回 ${error.errcode}${ip}`, en: `WeCom answered ${error.errcode}${ip}: ${error.message}` },
    fix,
    error.errcode === 45009 ? 'warning' : 'error',
    { errcode: error.errcode, endpoint: error.endpoint, ...(error.ip && { ip: error.ip }) },
  )
}

const day = 86_400_000

function checkCallback(ctx: Context, { callbackVerifiedAt, lastCallbackAt, callbackUrl }: Corp): Finding[] {
  const paste = {
    zh: `在「客户联系 → 客户 → API → 接收事件服务器」与「通讯录同步」中填写 ${callbackUrl} 以及这里生成的 Token 与 EncodingAESKey。`,
    en: `Paste ${callbackUrl} with the token and EncodingAESKey made here into WeCom’s receiver settings.`,
  }
  if (!callbackVerifiedAt)
    return [hint('callback', { zh: '回调地址还没有通过验证', en: 'The callback address is not verified' }, paste, 'error')]
  const verified = good('callback', '回调地址已通过验证', 'The callback address is verified', { verifiedAt: callbackVerifiedAt })
  if (!lastCallbackAt)
    return [
      verified,
      hint(
        'callbacks',
        { zh: '还没有收到过回调', en: 'No callback has come yet' },
        {
          zh: '用微信扫一个活码试试；如仍没有，检查可见范围与接收事件的设置。',
          en: 'Scan a live code to try; if nothing comes, check the receiver settings.',
        },
        'info',
      ),
    ]
  const silentDays = (ctx.now().getTime() - Date.parse(lastCallbackAt)) / day
  if (silentDays > 3)
    return [
      verified,
      hint(
        'callbacks',
        { zh: `${Math.floor(silentDays)} 天没有收到回调`, en: `No callback for ${Math.floor(silentDays)} days` },
        paste,
        'warning',
        { lastAt: lastCallbackAt },
      ),
    ]
  return [verified, good('callbacks', '回调正常', 'Callbacks come in', { lastAt: lastCallbackAt })]
}

async function checkInbox(ctx: Context, corp: number): Promise<Finding[]> {
  const { dead } = await ctx.db
    .selectFrom('wecomInbox')
    .select((eb) => eb.fn.countAll<number>().as('dead'))
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('state', '=', 'dead')
    .executeTakeFirstOrThrow()
  if (Number(dead) > 0)
    return [
      hint(
        'inbox',
        { zh: `${dead} 条回调处理失败`, en: `${dead} callbacks failed` },
        { zh: '在回调列表中查看原因并重试。', en: 'See why in the list of callbacks and try them again.' },
        'warning',
        { dead: Number(dead) },
      ),
    ]
  return clockFinding(ctx, corp)
}

/** A callback says when WeCom's clock sent it, and arrives within moments unless it was tried again. */
async function clockFinding(ctx: Context, corp: number): Promise<Finding[]> {
  const rows = await ctx.db
    .selectFrom('wecomInbox')
    .select(['at', 'receivedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  if (rows.length < 3) return []
  const seconds = Math.min(...rows.map(({ at, receivedAt }) => (receivedAt.getTime() - at.getTime()) / 1000))
  if (Math.abs(seconds) < 60)
    return [good('clock', '服务器时间与企业微信一致', 'Our clock agrees with WeCom’s', { seconds: Math.round(seconds) })]
  return [
    hint(
      'clock',
      { zh: `服务器时间与企业微信相差约 ${Math.round(seconds)} 秒`, en: `Our clock is about ${Math.round(seconds)} s away from WeCom’s` },
      { zh: '在服务器上开启时间同步（NTP）。', en: 'Turn on time synchronisation (NTP) on the server.' },
      'warning',
      { seconds: Math.round(seconds) },
    ),
  ]
}

async function checkWelcomes(ctx: Context, corp: number): Promise<Finding[]> {
  const rows = await ctx.db
    .selectFrom('wecomWelcomes')
    .select((eb) => ['status', eb.fn.countAll<number>().as('n')])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('receivedAt', '>', new Date(ctx.now().getTime() - day))
    .where('status', 'in', ['sent', 'failed', 'unknown'])
    .groupBy('status')
    .execute()
  const counts = Object.fromEntries(rows.map(({ status, n }) => [status, Number(n)]))
  const lost = (counts.failed ?? 0) + (counts.unknown ?? 0)
  if (lost > 0)
    return [
      hint(
        'welcomes',
        { zh: `24 小时内 ${lost} 条欢迎语未送达`, en: `${lost} welcomes of the last 24 hours did not arrive` },
        {
          zh: '查看欢迎语列表中的原因；管理后台为成员设置的欢迎语会抢先发送。',
          en: 'See why in the list of welcomes; a welcome set in WeCom’s admin page goes first.',
        },
        'warning',
        counts,
      ),
    ]
  return counts.sent
    ? [good('welcomes', `24 小时内发送 ${counts.sent} 条欢迎语`, `${counts.sent} welcomes in the last 24 hours`, counts)]
    : []
}

async function checkPushes(ctx: Context): Promise<Finding[]> {
  const stuck = await ctx.db
    .selectFrom('wecomTagPushes')
    .select(['errorMessage'])
    .where('tenantId', '=', ctx.tenantId)
    .where('attempts', '>=', 8)
    .limit(1000)
    .execute()
  if (stuck.length === 0) return []
  return [
    hint(
      'tag_pushes',
      { zh: `${stuck.length} 个标签变更未能同步到企业微信`, en: `${stuck.length} taggings could not be shown in WeCom` },
      { zh: `最近的原因：${stuck[0]?.errorMessage ?? ''}`, en: `The latest reason: ${stuck[0]?.errorMessage ?? ''}` },
      'warning',
      { waiting: stuck.length },
    ),
  ]
}

/** By our own count, which is what keeps us below the limits. */
async function checkQuota(ctx: Context, { corpId }: WecomApp): Promise<Finding> {
  const now = ctx.now()
  const rows = await ctx.db
    .selectFrom('wecomBudgets')
    .select(['api', 'hourStart', 'hourUsed', 'pausedUntil'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corpId', '=', corpId)
    .execute()
  const hourStart = Math.floor(now.getTime() / 3_600_000) * 3_600_000
  const used = rows
    .map(({ api, hourStart: start, hourUsed, pausedUntil }) => ({
      api,
      used: start.getTime() === hourStart ? hourUsed : 0,
      bound: boundsOf(api as EndpointName).hour ?? 0,
      paused: pausedUntil !== null && pausedUntil > now,
    }))
    .sort((a, b) => b.used / b.bound - a.used / a.bound)
  const resting = used.filter(({ paused }) => paused)
  const details = { apis: used.slice(0, 10) }
  if (resting.length > 0)
    return hint(
      'quota',
      { zh: `${resting.length} 个接口因超限暂停`, en: `${resting.length} APIs rest because of the rate limit` },
      { zh: '无需处理，到时自动恢复。', en: 'Nothing to do, they go on by themselves.' },
      'warning',
      details,
    )
  const [most] = used
  return good(
    'quota',
    most ? `本小时用量最高：${most.api} ${most.used}/${most.bound}` : '本小时没有调用',
    most ? `Most used this hour: ${most.api} ${most.used}/${most.bound}` : 'No calls this hour',
    details,
  )
}

function checkSync(ctx: Context, { syncedAt }: Corp): Finding {
  const fix = { zh: '点击「立即同步」。', en: 'Start a sync.' }
  if (!syncedAt) return hint('sync', { zh: '还没有完成过全量同步', en: 'No full sync has finished yet' }, fix, 'warning')
  const days = (ctx.now().getTime() - Date.parse(syncedAt)) / day
  if (days > 2)
    return hint(
      'sync',
      { zh: `${Math.floor(days)} 天没有对账`, en: `Not compared with WeCom for ${Math.floor(days)} days` },
      fix,
      'warning',
      { syncedAt },
    )
  return good('sync', '最近已完成对账', 'Compared with WeCom lately', { syncedAt })
}
