import { WecomError } from '#connectors/wecom/errors.ts'
import type { Finding } from './schema.ts'

export type Words = { zh: string; en: string }

export const good = (check: string, zh: string, en: string, details?: Record<string, unknown>): Finding => ({
  check,
  ok: true,
  severity: 'ok',
  message: { zh, en },
  ...(details && { details }),
})
export const hint = (
  check: string,
  message: Words,
  fix: Words,
  severity: 'info' | 'warning' | 'error' = 'warning',
  details?: Record<string, unknown>,
): Finding => ({ check, ok: severity === 'info', severity, message, fix, ...(details && { details }) })

/** Codes of doc 90313 that an administrator can do something about. */
export const remedies: Record<number, Words> = {
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
  60011: {
    zh: '在「应用管理 → 应用 → 可见范围」中加入这些成员或部门。',
    en: 'Add the members or departments under “App Management → the app → Visible range”.',
  },
  50002: { zh: '把成员或部门加入应用的可见范围。', en: 'Add the members or departments to the app’s visible range.' },
  60020: {
    zh: '在「应用管理 → 应用 → 企业可信 IP」中加入 {ip}，一分钟后生效。',
    en: 'Add {ip} under “App Management → the app → Trusted IPs”; it works a minute later.',
  },
  41054: {
    zh: '成员还没有激活：让他在手机上登录一次企业微信。',
    en: 'The member is not activated: let them log in to WeCom once.',
  },
  40098: { zh: '成员还没有实名认证：让他在企业微信「我 → 设置」里完成。', en: 'The member has not verified their real name in WeCom.' },
  84083: {
    zh: '成员没有客户联系功能：在「客户联系 → 权限配置」中为成员开通。',
    en: 'The member lacks the customer-contact function: enable it under “Customer Contact → Permissions”.',
  },
  701008: {
    zh: '没有互通许可：在「应用管理」中购买或分配接口许可。',
    en: 'No interoperability licence: buy or assign one under “App Management”.',
  },
  301002: { zh: 'AgentId 与 Secret 不属于同一个应用。', en: 'AgentId and secret belong to different apps.' },
  45009: { zh: '接口调用过于频繁，稍后会自动恢复。', en: 'Called too often; it recovers by itself.' },
}

/** `{ip}` and the like become what they stand for. */
export const filled = (words: Words, values: Record<string, unknown>): Words => {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '…'))
  return { zh: fill(words.zh), en: fill(words.en) }
}

/** What WeCom refused, with what an administrator can do about it. */
export function failure(check: string, error: unknown): Finding {
  if (!(error instanceof WecomError)) {
    const why = error instanceof Error ? error.message : String(error)
    return hint(
      check,
      { zh: `连接企业微信失败：${why}`, en: `WeCom cannot be reached: ${why}` },
      { zh: '检查这台服务器能否访问 qyapi.weixin.qq.com。', en: 'Check that this server can reach qyapi.weixin.qq.com.' },
      'error',
    )
  }
  const known = remedies[error.errcode]
  const fix = (known && filled(known, { ip: error.ip })) ?? {
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
