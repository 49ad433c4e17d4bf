import { sql } from 'kysely'
import { callWecom } from '#connectors/wecom/client.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { errorCode } from '#connectors/wecom/error-codes.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import type { Context } from '#platform/context.ts'
import { appWith, wecomApp } from './app.ts'
import { type Capability, capabilities, type ProbeFacts, type Verdict } from './capabilities.ts'
import type { Finding } from './schema.ts'
import { openSecret } from './secrets.ts'

/** What was found out, as it is remembered. `unknown`: WeCom could not be asked just now. */
export type Outcome = {
  capability: string
  state: 'ok' | 'refused' | 'absent' | 'unknown'
  errcode: number | null
  reason: string | null
  details: Record<string, unknown>
}

/** Some probes are answered by a refusal that says yes: by this name the log and the figures tell them from calls that failed. */
export const probePrefix = 'check-'
const probeRequest = (ctx: Context): string => `${probePrefix}${ctx.requestId}`

/** Questions side by side; they wait in the bulk lane, so that no greeting waits for them. */
const parallel = 4

/** Asks WeCom about every capability and writes down what it says. Nobody may ask before address and secret are known to be right. */
export async function checkCapabilities(ctx: Context, corp: number): Promise<{ outcomes: Outcome[]; members: string[] }> {
  const app = await wecomApp(ctx, corp)
  const { members, ...facts } = await learnFacts(ctx, app)
  const outcomes: Outcome[] = []
  const left = [...capabilities]
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift())
      outcomes.push(await outcomeOf(ctx, next.hasOwnSecret ? await archiveAppOf(ctx, corp) : app, next, facts))
  }
  await Promise.all(Array.from({ length: parallel }, work))
  await remember(ctx, corp, outcomes)
  return { outcomes, members }
}

type Facts = ProbeFacts & { agentRefusal: number | undefined }

/** A member who may add customers and the app's own settings: several questions need them. */
async function learnFacts(ctx: Context, app: WecomApp): Promise<Facts & { members: string[] }> {
  const ask = { requestId: probeRequest(ctx) }
  const able = await callWecom(app, 'externalcontact/get_follow_user_list', {}, ask).catch(() => undefined)
  const members = able?.follow_user ?? []
  const agent =
    app.agentId === undefined
      ? undefined
      : await callWecom(app, 'agent/get', { query: { agentid: app.agentId } }, ask).catch((error: unknown) => error)
  const settings = agent instanceof Error ? undefined : (agent as { redirect_domain?: string } | undefined)
  return {
    members,
    member: members[0] ?? 'liuliang-doctor',
    agentId: app.agentId,
    agentRefusal: isWecomError(agent, 40056, 301002) ? agent.errcode : undefined,
    host: new URL(ctx.config.publicUrl).host,
    trustedDomain: settings && (settings.redirect_domain ?? ''),
    yesterday: beijingYesterday(ctx.now()),
  }
}

function beijingYesterday(now: Date): number {
  const [day, offset] = [86_400, 8 * 3600]
  return Math.floor((now.getTime() / 1000 + offset) / day) * day - offset - day
}

async function outcomeOf(ctx: Context, app: WecomApp | undefined, capability: Capability, facts: Facts): Promise<Outcome> {
  const { key, needsAgentId, probe } = capability
  if (!app) return outcome(key, { state: 'absent', reason: 'no_secret' })
  if (needsAgentId && app.agentId === undefined) return outcome(key, { state: 'absent', reason: 'no_agent' })
  if (needsAgentId && facts.agentRefusal) return outcome(key, { state: 'refused' }, facts.agentRefusal)
  try {
    const answer = await callWecom(app, probe.endpoint, probe.input(facts), { lane: 'bulk', requestId: probeRequest(ctx) })
    return outcome(key, probe.judge(answer, facts))
  } catch (error) {
    return refusalOf(capability, facts, error)
  }
}

/** The same corp with the archive's secret, where one was entered. */
async function archiveAppOf(ctx: Context, corp: number): Promise<WecomApp | undefined> {
  const row = await ctx.db
    .selectFrom('archiveSources as a')
    .innerJoin('wecomCorps as c', (join) => join.onRef('c.tenantId', '=', 'a.tenantId').onRef('c.id', '=', 'a.corp'))
    .select(['c.corpId', 'a.secret'])
    .where('a.tenantId', '=', ctx.tenantId)
    .where('a.corp', '=', corp)
    .executeTakeFirst()
  return row?.secret ? appWith(ctx, { corpId: row.corpId, secret: openSecret(ctx, row.corpId, 'archive_secret', row.secret) }) : undefined
}

/** Rights are checked before parameters: whoever is told that a parameter is wrong may call. */
function refusalOf(capability: Capability, facts: Facts, error: unknown): Outcome {
  const { key, absentOn = [], onRefusedParameter } = capability
  if (!(error instanceof WecomError)) return outcome(key, { state: 'unknown', reason: 'unreachable' })
  const { errcode, ip } = error
  const details = ip ? { ip } : {}
  if (absentOn.includes(errcode)) return outcome(key, { state: 'absent', details }, errcode)
  const { reaction, meaning } = errorCode(errcode)
  if (reaction === 'configure' || reaction === 'refresh_token' || membersTrouble.has(errcode))
    return outcome(key, { state: 'refused', details }, errcode)
  if (reaction === 'back_off' || reaction === 'slow_down' || reaction === 'retry')
    return outcome(key, { state: 'unknown', reason: 'busy' }, errcode)
  if (meaning === 'unknown code') return outcome(key, { state: 'unknown', reason: 'unknown_code' }, errcode)
  return outcome(key, onRefusedParameter?.(undefined, facts) ?? { state: 'ok' })
}

/** Codes about single members that mean here that nobody can use the function. */
const membersTrouble = new Set([41054, 40098])

const outcome = (
  capability: string,
  { state, reason, details }: Verdict | { state: 'unknown'; reason: string; details?: undefined },
  errcode?: number,
): Outcome => ({
  capability,
  state,
  errcode: errcode ?? null,
  reason: reason ?? null,
  details: details ?? {},
})

/** Whether address, secret and CorpID are right stands among the capabilities: while they are not, nothing else can be asked. */
export const access = 'access'
export const rememberAccess = (ctx: Context, corp: number, { ok, details = {} }: Finding): Promise<void> =>
  remember(ctx, corp, [
    { capability: access, state: ok ? 'ok' : 'refused', errcode: Number(details.errcode ?? 0) || null, reason: null, details },
  ])

/** What was found replaces what was known; since when it is so stays while it stays so. */
async function remember(ctx: Context, corp: number, outcomes: readonly Outcome[]): Promise<void> {
  await sql`
    insert into wecom_capabilities as c (tenant_id, corp, capability, state, errcode, reason, details, request_id, checked_at, since)
    select ${ctx.tenantId}, ${corp}, n.capability, n.state, n.errcode, n.reason, n.details, ${probeRequest(ctx)}, ${ctx.now()}, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) as n(capability text, state text, errcode int, reason text, details jsonb)
    on conflict (tenant_id, corp, capability) do update set
      state = excluded.state, errcode = excluded.errcode, reason = excluded.reason, details = excluded.details,
      request_id = excluded.request_id, checked_at = excluded.checked_at,
      since = case when c.state = excluded.state then c.since else excluded.since end`.execute(ctx.db)
}
