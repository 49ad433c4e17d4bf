import { sql } from 'kysely'
import { messageSuppressed } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { type Dealing, readFacts, type Wish } from './facts.ts'
import { decide, emptyTally, type Facts, type Rules, type Verdict } from './gate.ts'
import { readLifted, receiveWindow } from './limits.ts'
import { readPolicy, standingStops } from './policy.ts'
import { quietUntil } from './quiet-hours.ts'

type Row = Wish & { id: number; contentId: number; wordings: number[] | null }

/** A batch is one transaction: long ones hold back everybody who reads events. */
const batch = 5000

/**
 * Takes due wishes through the gate, one batch. One at a time in a company, because what one message uses up the next one must see:
 * whoever comes second does nothing. Returns how many were decided.
 */
export const decideDue = (ctx: Context, deal: Dealing): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    if (!(await isAlone(ctx))) return 0
    const due = await lockDue(ctx)
    if (due.length === 0) return 0
    const { rules, verdicts, facts } = await judge(ctx, due, deal)
    const rows = due.map((row, index) => ({ ...row, contentId: worded(row, facts[index]) }))
    await save(ctx, rows, verdicts, rules.now)
    for (const [index, { customerId, groupId, sourceKind, sourceId, step, contentId, kind }] of rows.entries()) {
      const verdict = verdicts[index]
      if (!verdict || !('suppress' in verdict)) continue
      const facts = { source: sourceKind, sourceId, ...(step === null ? {} : { step }), content: contentId, kind }
      emit(ctx, messageSuppressed, {
        customerId,
        properties: { ...facts, ...(groupId === null ? {} : { chat: groupId }), reason: verdict.suppress },
      })
    }
    return rows.length
  })

/** What somebody hears of what may be said in several ways. */
const worded = ({ wordings, contentId }: Row, facts: Facts | undefined): number => wordings?.[facts?.wording ?? 0] ?? contentId

type Judged = { rules: Rules; facts: Facts[]; verdicts: Verdict[] }

/** What the gate says of these wishes at this moment; nothing is changed. */
export async function judge(ctx: Context, wishes: readonly Wish[], deal: Dealing): Promise<Judged> {
  const rules = await readRules(ctx)
  const { policy } = rules
  const asked = { policy, stops: await standingStops(ctx), receiveSince: rules.receiveSince, deal }
  const facts = await readFacts(ctx, wishes, asked)
  const tally = emptyTally(policy.ratePerMinute === null ? undefined : await handedOverLately(ctx))
  return { rules, facts, verdicts: facts.map((one) => decide(rules, one, tally)) }
}

/** The gate's rules of this moment. */
export async function readRules(ctx: Context) {
  const [policy, zone] = await Promise.all([readPolicy(ctx), timezoneOf(ctx)])
  const now = ctx.now()
  const { since, most } = receiveWindow(policy.platformPeriod, now, readLifted(ctx.config.dataDir))
  return {
    policy,
    now,
    receiveSince: since,
    receiveMost: most,
    quietUntil: {
      marketing: quietUntil(policy.quietHours.marketing, now, zone),
      service: quietUntil(policy.quietHours.service, now, zone),
    },
  }
}

async function isAlone(ctx: Context): Promise<boolean> {
  const { rows } = await sql<{ isAlone: boolean }>`select pg_try_advisory_xact_lock(${gateLock}, ${ctx.tenantId}) as is_alone`.execute(
    ctx.db,
  )
  return rows[0]?.isAlone ?? false
}

/** Keeps this lock apart from others on a tenant's number. */
const gateLock = 0x67617465

async function lockDue(ctx: Context): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select id, customer_id, group_id, employee_id, kind, source_kind, source_id, step, content_id, wordings from sends
    where tenant_id = ${ctx.tenantId} and (state = 'intended' or (state = 'waiting' and reason <> 'task')) and due_at <= ${ctx.now()}
    order by due_at, id limit ${batch} for update skip locked`.execute(ctx.db)
  return rows
}

/** People of each corp handed over in the last minute. */
async function handedOverLately(ctx: Context): Promise<Map<number, number>> {
  const { rows } = await sql<{ corp: number; count: number }>`
    select corp, count(*)::int as count from sends
    where tenant_id = ${ctx.tenantId} and tasked_at > ${new Date(ctx.now().getTime() - 60_000)} group by corp`.execute(ctx.db)
  return new Map(rows.map(({ corp, count }) => [corp, count]))
}

async function save(ctx: Context, rows: readonly Row[], verdicts: readonly Verdict[], now: Date): Promise<void> {
  const decided = rows.map(({ id, contentId }, index) => ({ id, content: contentId, ...columnsOf(verdicts[index]) }))
  await sql`
    update sends s set state = n.state, content_id = n.content, reason = n.reason, due_at = coalesce(n.due_at, s.due_at), decided_at = ${now},
      corp = n.corp, user_id = n.user_id, target = n.target, employee_id = coalesce(n.employee, s.employee_id),
      tasked_at = case when n.reason = 'task' then ${now}::timestamptz end, finished_at = case when n.state = 'suppressed' then ${now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(decided)}::jsonb)
      as n(id bigint, content int, state text, reason text, due_at timestamptz, corp int, user_id text, employee int, target text)
    where s.tenant_id = ${ctx.tenantId} and s.id = n.id`.execute(ctx.db)
}

function columnsOf(verdict: Verdict | undefined) {
  if (!verdict) throw new Error('a wish without a verdict')
  if ('suppress' in verdict) return { state: 'suppressed', reason: verdict.suppress }
  if ('wait' in verdict) return { state: 'waiting', reason: verdict.wait, due_at: verdict.until }
  const { corp, userId, employeeId, target } = verdict.pass
  return { state: 'waiting', reason: 'task', corp, user_id: userId, employee: employeeId, target }
}
