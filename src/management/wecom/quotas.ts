import { sql } from 'kysely'
import { windowStart } from '#connectors/wecom/budgets.ts'
import type { EndpointName } from '#connectors/wecom/endpoints/catalogue.ts'
import { boundsOf, type WindowName } from '#connectors/wecom/limits.ts'
import type { Context } from '#platform/context.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { flushCalls } from './calls.ts'
import { probePrefix } from './capability-checks.ts'
import { readCorp } from './corps.ts'
import type { QuotaPage } from './integration-schema.ts'

/** By page 90236, 2023-08: an app may reach this many people a day for each account of the corp. */
const appMessagesPerHead = 200
const picturesPerDay = boundsOf('media/uploadimg').day ?? 0

/** What is used up of what WeCom allows, the fullest first. By our own count, which is what keeps us below. */
export async function readQuotas(ctx: Context, corp: number): Promise<QuotaPage> {
  await flushCalls(ctx)
  const { corpId } = await readCorp(ctx, corp)
  const [budgets, today] = await Promise.all([readBudgets(ctx, corpId), callsOfToday(ctx, corpId)])
  const items = budgets
    .map(({ api, windows, pausedUntil }) => ({
      api,
      windows,
      share: Math.max(0, ...windows.map(({ used, bound }) => used / bound)),
      pausedUntil: pausedUntil && pausedUntil > ctx.now() ? pausedUntil.toISOString() : null,
      callsToday: today.get(api)?.calls ?? 0,
      failedToday: today.get(api)?.failed ?? 0,
    }))
    .sort((a, b) => Number(b.pausedUntil !== null) - Number(a.pausedUntil !== null) || b.share - a.share || b.callsToday - a.callsToday)
  return { items, amounts: await readAmounts(ctx, corp, budgets) }
}

type Budget = { api: string; windows: QuotaPage['items'][number]['windows']; pausedUntil: Date | null }

/** A window that has turned since the last call is empty. */
async function readBudgets(ctx: Context, corpId: string): Promise<Budget[]> {
  const rows = await ctx.db
    .selectFrom('wecomBudgets')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('corpId', '=', corpId)
    .execute()
  return rows.map((row) => {
    const stored: Record<WindowName, [Date, number]> = {
      minute: [row.minuteStart, row.minuteUsed],
      hour: [row.hourStart, row.hourUsed],
      day: [row.dayStart, row.dayUsed],
    }
    const windows = Object.entries(boundsOf(row.api as EndpointName)).map(([name, bound]) => {
      const [startedAt, used] = stored[name as WindowName]
      return { name: name as WindowName, used: startedAt.getTime() === windowStart(name as WindowName, ctx.now()) ? used : 0, bound }
    })
    return { api: row.api, windows, pausedUntil: row.pausedUntil }
  })
}

async function callsOfToday(ctx: Context, corpId: string): Promise<Map<string, { calls: number; failed: number }>> {
  const zone = await timezoneOf(ctx)
  const day = dayOf(ctx.now(), zone)
  const { from } = dayRange(day, day, zone)
  const { rows } = await sql<{ api: string; calls: number; failed: number }>`
    select endpoint as api, count(*)::int as calls, count(*) filter (where coalesce(errcode, -1) <> 0 and not starts_with(coalesce(request_id, ''), ${probePrefix}))::int as failed
    from wecom_calls where tenant_id = ${ctx.tenantId} and corp_id = ${corpId} and at >= ${from} group by 1`.execute(ctx.db)
  return new Map(rows.map((row) => [row.api, row]))
}

async function readAmounts(ctx: Context, corp: number, budgets: readonly Budget[]): Promise<QuotaPage['amounts']> {
  const [asked, heads] = await Promise.all([
    ctx.db
      .selectFrom('wecomCapabilities')
      .select(['capability', 'details', 'checkedAt'])
      .where('tenantId', '=', ctx.tenantId)
      .where('corp', '=', corp)
      .where('capability', 'in', ['acquisition', 'app_messages'])
      .execute(),
    ctx.db
      .selectFrom('employeeAccounts')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('tenantId', '=', ctx.tenantId)
      .where('corpId', '=', corp)
      .where('leftAt', 'is', null)
      .executeTakeFirstOrThrow(),
  ])
  const told = (key: string) => asked.find(({ capability }) => capability === key)
  const messages = told('app_messages')
  const used = (messages?.details as { sentToday?: number } | undefined)?.sentToday
  const pictures = budgets.find(({ api }) => api === 'media/uploadimg')?.windows.find(({ name }) => name === 'day')
  return {
    acquisition: acquisitionOf(told('acquisition')),
    appMessages: {
      used: used ?? null,
      bound: Number(heads.n) * appMessagesPerHead,
      checkedAt: messages?.checkedAt.toISOString() ?? null,
    },
    pictures: { used: pictures?.used ?? 0, bound: picturesPerDay },
  }
}

type Told = { details: unknown; checkedAt: Date }
type Quota = { total?: number; balance?: number; quotas?: { expiresAt?: number; balance?: number }[] }

/** What ends first is used first. */
function acquisitionOf(told: Told | undefined): QuotaPage['amounts']['acquisition'] {
  const { total, balance, quotas = [] } = (told?.details ?? {}) as Quota
  if (!told || total === undefined || balance === undefined) return null
  const [next] = quotas.filter((one) => (one.balance ?? 0) > 0 && one.expiresAt).sort((a, b) => (a.expiresAt ?? 0) - (b.expiresAt ?? 0))
  return {
    total,
    balance,
    expiresAt: next?.expiresAt ? new Date(next.expiresAt * 1000).toISOString() : null,
    expiring: next?.balance ?? 0,
    checkedAt: told.checkedAt.toISOString(),
  }
}
