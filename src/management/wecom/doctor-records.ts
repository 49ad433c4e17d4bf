import type { EndpointName } from '#connectors/wecom/endpoints/catalogue.ts'
import { boundsOf } from '#connectors/wecom/limits.ts'
import type { Context } from '#platform/context.ts'
import { readCallbackHealth } from './callback-health.ts'
import { good, hint } from './doctor-findings.ts'
import type { Corp, Finding } from './schema.ts'

// What our own records tell of a corp: callbacks, welcomes, pushes, quotas, syncs.

const day = 86_400_000

export function checkCallback(ctx: Context, { callbackVerifiedAt, lastCallbackAt, callbackUrl }: Corp): Finding[] {
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

export async function checkInbox(ctx: Context, corp: number): Promise<Finding[]> {
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
        {
          zh: '在「日志」里看失败的回调：原因写在里面，改好后点「再处理一次」。',
          en: 'See the failed callbacks in the log: the reason stands there; mend it and handle them again.',
        },
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

/** What the door turned away, what did not come at all, and what came that nobody knows. */
export async function checkDoor(ctx: Context, corp: number): Promise<Finding[]> {
  const { hours, silence, unknown } = await readCallbackHealth(ctx, corp)
  const refused = hours.reduce((sum, one) => sum + one.refused, 0)
  return [
    ...(refused > 0
      ? [
          hint(
            'refusals',
            { zh: `24 小时内拒收 ${refused} 条回调`, en: `${refused} callbacks were refused in 24 hours` },
            {
              zh: '企业微信里填的 Token 或 EncodingAESKey 与这里不同：在「设置 → 接收事件」重新生成，再粘贴到企业微信。',
              en: 'Token or EncodingAESKey in WeCom differ from ours: make new ones under “Settings → Events” and paste them into WeCom.',
            },
            'warning',
            { refused },
          ),
        ]
      : []),
    ...(silence.missed > 0 && (silence.hours ?? 0) >= 1
      ? [
          hint(
            'silence',
            {
              zh: `${Math.floor(silence.hours ?? 0)} 小时没有回调，对账却发现了 ${silence.missed} 处变化`,
              en: `No callback for ${Math.floor(silence.hours ?? 0)} hours, but comparing found ${silence.missed} changes`,
            },
            {
              zh: '企业微信没有把变化告诉我们：检查「接收事件服务器」的 URL 是否能从公网访问、事件是否全部勾选。',
              en: 'WeCom did not tell us: see that the receiver’s URL can be reached from outside and that every event is ticked.',
            },
            'warning',
            silence,
          ),
        ]
      : []),
    ...(unknown.length > 0
      ? [
          hint(
            'unknown_types',
            { zh: `收到 ${unknown.length} 种不认识的回调`, en: `${unknown.length} kinds of callbacks are unknown to us` },
            {
              zh: '已原样保存，不影响其它；可把回调页里的示例发给我们。',
              en: 'They are kept as they came and disturb nothing; the page of callbacks has an example of each.',
            },
            'info',
            { types: unknown.map(({ type }) => type) },
          ),
        ]
      : []),
  ]
}

export async function checkWelcomes(ctx: Context, corp: number): Promise<Finding[]> {
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

export async function checkPushes(ctx: Context): Promise<Finding[]> {
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
export async function checkQuota(ctx: Context, { corpId }: Corp): Promise<Finding> {
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

export function checkSync(ctx: Context, { syncedAt }: Corp): Finding {
  const fix = { zh: '在企业页点击「立即对账」。', en: 'Press “Compare now” on the page of this corp.' }
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
