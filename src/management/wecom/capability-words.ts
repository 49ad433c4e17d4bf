import type { Context } from '#platform/context.ts'
import { type Capability, capabilities, capabilityOf } from './capabilities.ts'
import { access, type Outcome } from './capability-checks.ts'
import { filled, remedies, type Words } from './doctor-findings.ts'
import type { CapabilityPage } from './integration-schema.ts'
import type { Finding } from './schema.ts'

/** What the state of a capability means in words, and what to switch on where. */
export type Told = { message: Words; fix?: Words }

/** `others`: what hangs on another capability that is forbidden as well wants that one's switch first. */
export function tell(capability: Capability, outcome: Outcome, others: readonly Outcome[] = []): Told {
  const { state, errcode, reason, details } = outcome
  if (state === 'ok') return { message: { zh: '可用', en: 'Works' } }
  if (state === 'unknown') return unknown(errcode, reason)
  if (reason === 'no_agent')
    return {
      message: { zh: '还没有填写 AgentId', en: 'No AgentId yet' },
      fix: {
        zh: '在应用详情页复制 AgentId，填到「设置 → 修改接入」。',
        en: 'Copy it from the app’s page into “Settings → Change the connection”.',
      },
    }
  const lacking = reason === null ? undefined : capability.absences?.[reason]
  if (lacking) return { message: filled(lacking.message, details), fix: filled(lacking.fix, details) }
  return {
    message:
      state === 'absent'
        ? { zh: '没有开通', en: 'Not turned on' }
        : { zh: `企业微信返回 ${errcode}，此应用不能调用`, en: `WeCom answered ${errcode}: the app may not call it` },
    fix: filled(remedy(rootOf(capability, outcome, others), errcode), details),
  }
}

function rootOf(capability: Capability, { errcode }: Outcome, others: readonly Outcome[]): Capability {
  const root = capability.hangsOn === undefined ? undefined : capabilityOf(capability.hangsOn)
  const above = others.find((one) => one.capability === root?.key)
  const bothForbidden = errcode !== null && forbidden.has(errcode) && above?.errcode != null && forbidden.has(above.errcode)
  return root && above && bothForbidden ? rootOf(root, above, others) : capability
}

function remedy(capability: Capability, errcode: number | null): Words {
  const own = errcode === null ? undefined : capability.refusals?.[errcode]
  if (own) return own
  if (errcode === null || forbidden.has(errcode)) return capability.place
  return (
    remedies[errcode] ?? {
      zh: `在 open.work.weixin.qq.com/devtool/query?e=${errcode} 查询错误码。`,
      en: `Look up the code at open.work.weixin.qq.com/devtool/query?e=${errcode}.`,
    }
  )
}

/** The api as such is not open to the app; which switch that is depends on the capability. */
const forbidden = new Set([48001, 48002, 84074, 301053])

function unknown(errcode: number | null, reason: string | null): Told {
  if (reason === 'busy')
    return {
      message: { zh: `调用太频繁（${errcode}），这次没有问到`, en: `Called too often (${errcode}); not asked this time` },
      fix: { zh: '过几分钟再检查。', en: 'Check again in some minutes.' },
    }
  if (reason === 'unreachable')
    return {
      message: { zh: '没有连上企业微信，这次没有问到', en: 'WeCom could not be reached; not asked this time' },
      fix: {
        zh: '检查这台服务器能否访问 qyapi.weixin.qq.com，再检查一次。',
        en: 'See that this server reaches qyapi.weixin.qq.com, then check again.',
      },
    }
  return {
    message: { zh: `企业微信返回了没见过的 ${errcode}`, en: `WeCom answered ${errcode}, which is new to us` },
    fix: {
      zh: `在 open.work.weixin.qq.com/devtool/query?e=${errcode} 查询错误码。`,
      en: `Look up the code at open.work.weixin.qq.com/devtool/query?e=${errcode}.`,
    },
  }
}

const severities = { ok: 'ok', absent: 'info', unknown: 'warning' } as const

/** The same for the doctor, in the order of the table. */
export function capabilityFindings(outcomes: readonly Outcome[]): Finding[] {
  return capabilities.flatMap((capability) => {
    const outcome = outcomes.find((one) => one.capability === capability.key)
    if (!outcome) return []
    const { message, fix } = tell(capability, outcome, outcomes)
    const severity = outcome.state === 'refused' ? (capability.isCore ? 'error' : 'warning') : severities[outcome.state]
    return [
      {
        check: capability.key,
        ok: severity === 'ok' || severity === 'info',
        severity,
        message: { zh: `${capability.name.zh}：${message.zh}`, en: `${capability.name.en}: ${message.en}` },
        ...(fix && { fix }),
        details: { ...outcome.details, ...(outcome.errcode !== null && { errcode: outcome.errcode, endpoint: capability.probe.endpoint }) },
      },
    ]
  })
}

/** What is remembered of a corp, in the order of the table; what was never asked says so. */
export async function readCapabilities(ctx: Context, corp: number): Promise<CapabilityPage> {
  const rows = await remembered(ctx, corp)
  const known = new Map(rows.map((row) => [row.capability, row]))
  const items = capabilities.map((capability) => {
    const { key, name, purpose, isCore = false, probe } = capability
    const row = known.get(key)
    const told = row && tell(capability, row, rows)
    return {
      key,
      name,
      purpose,
      isCore,
      state: row?.state ?? ('unasked' as const),
      message: told?.message ?? { zh: '还没有检查过', en: 'Not checked yet' },
      fix: told?.fix ?? null,
      errcode: row?.errcode ?? null,
      endpoint: probe.endpoint,
      details: row?.details ?? {},
      requestId: row?.requestId ?? null,
      checkedAt: row?.checkedAt.toISOString() ?? null,
      since: row?.since.toISOString() ?? null,
    }
  })
  return { access: accessOf(known.get(access)), items }
}

type Remembered = Outcome & { requestId: string | null; checkedAt: Date; since: Date }

async function remembered(ctx: Context, corp: number): Promise<Remembered[]> {
  const rows = await ctx.db
    .selectFrom('wecomCapabilities')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()
  return rows.map((row) => ({ ...row, state: row.state as Outcome['state'], details: row.details as Record<string, unknown> }))
}

/** The findings that the last check would give, without asking again. */
export async function rememberedFindings(ctx: Context, corp: number): Promise<Finding[]> {
  const rows = await remembered(ctx, corp)
  const door = accessOf(rows.find(({ capability }) => capability === access))
  if (!door) return []
  const { state, message, fix } = door
  // While nothing can be asked, what was known before would only hide the one thing to do.
  if (state === 'refused') return [{ check: 'secret', ok: false, severity: 'error', message, ...(fix && { fix }) }]
  return [{ check: 'secret', ok: true, severity: 'ok', message }, ...capabilityFindings(rows)]
}

type Row = { state: string; errcode: number | null; details: Record<string, unknown>; checkedAt: Date; since: Date }

function accessOf(row: Row | undefined): CapabilityPage['access'] {
  if (!row) return null
  const { state, errcode, details, checkedAt, since } = row
  const isOk = state === 'ok'
  return {
    state: isOk ? 'ok' : 'refused',
    errcode,
    message: isOk
      ? { zh: '企业 ID、Secret 与 IP 都有效', en: 'CorpID, secret and address work' }
      : errcode === null
        ? { zh: '连不上企业微信', en: 'WeCom cannot be reached' }
        : { zh: `企业微信返回 ${errcode}`, en: `WeCom answered ${errcode}` },
    fix: isOk ? null : filled((errcode !== null && remedies[errcode]) || unreachable, details),
    checkedAt: checkedAt.toISOString(),
    since: since.toISOString(),
  }
}

const unreachable: Words = {
  zh: '检查这台服务器能否访问 qyapi.weixin.qq.com。',
  en: 'Check that this server can reach qyapi.weixin.qq.com.',
}
