import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { MessageKind, SourceKind } from './schema.ts'

/** Who wants something said: a mass message or a journey, and which step of it. */
export type Source = { kind: SourceKind; id: number; step?: string | undefined }

/** A wish to say something to somebody. `key` is unique in the tenant: the same wish twice is one. */
export type Intent = {
  /** Such as `journey 12 run 345 step greet` or `message 7 customer 345`. */
  key: string
  customerId: number
  /** Of a row in `contents`. */
  content: number
  /** All ways to say it, `content` first: which one somebody hears is decided with their variant of the trial on the source. */
  wordings?: readonly number[] | undefined
  /** `service`: consent and frequency do not stop it; the platform's limits and quiet hours do. */
  kind: MessageKind
  source: Source
  /** Who is to send it while they are friends; else, and without it, whoever is a friend for longest. */
  employeeId?: number | undefined
  notBefore?: Date | undefined
}

/** The same for a customer group, which its owner writes to. */
export type GroupIntent = Omit<Intent, 'customerId' | 'employeeId'> & { groupId: number }

/** Writes wishes down in the caller's transaction; the worker's sender takes them through the gate and hands them to WeCom. */
export const intend = (ctx: Context, intents: readonly Intent[]): Promise<void> => insertAll(ctx, intents)

export const intendGroups = (ctx: Context, intents: readonly GroupIntent[]): Promise<void> => insertAll(ctx, intents)

const chunk = 5000

async function insertAll(ctx: Context, intents: readonly (Intent | GroupIntent)[]): Promise<void> {
  for (let start = 0; start < intents.length; start += chunk) {
    const rows = intents.slice(start, start + chunk).map((intent) => ({
      key: intent.key,
      customer: 'customerId' in intent ? intent.customerId : null,
      group: 'groupId' in intent ? intent.groupId : null,
      employee: 'employeeId' in intent ? intent.employeeId : null,
      content: intent.content,
      wordings: intent.wordings,
      kind: intent.kind,
      source: intent.source.kind,
      source_id: intent.source.id,
      step: intent.source.step,
      not_before: intent.notBefore,
    }))
    await sql`
      insert into sends (tenant_id, key, customer_id, group_id, employee_id, content_id, wordings, kind, source_kind, source_id, step, not_before, due_at, created_at)
      select ${ctx.tenantId}, n.key, n.customer, n.group, n.employee, n.content, n.wordings, n.kind, n.source, n.source_id, n.step, n.not_before,
        coalesce(n.not_before, ${ctx.now()}), ${ctx.now()}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as n(key text, customer int, "group" int, employee int, content int, wordings int[], kind text, source text, source_id int, step text, not_before timestamptz)
      on conflict (tenant_id, key) do nothing`.execute(ctx.db)
  }
}

/** Held alone while wishes are put into tasks, together by those who take wishes back. */
export const taskLock = 0x73656e64

/** Takes back what was not handed to WeCom yet; without a step, of the whole source; of these customers only, where some are named, and of these beginnings of keys. Returns how many. In the caller's transaction. */
export async function cancelIntents(
  ctx: Context,
  { kind, id, step, customerIds, keys }: Source & { customerIds?: readonly number[]; keys?: readonly string[] },
): Promise<number> {
  // Nobody puts wishes into tasks meanwhile, and a task that nobody began to ask for is held until the end of this transaction.
  await sql`select pg_advisory_xact_lock_shared(${taskLock}, ${ctx.tenantId})`.execute(ctx.db)
  const { rows } = await sql<{ count: number }>`
    with planned as (
      select id from mass_tasks
      where tenant_id = ${ctx.tenantId} and source_kind = ${kind} and source_id = ${id} and state = 'planned' for update
    ), cancelled as (
      update sends s set state = 'cancelled', reason = null, finished_at = ${ctx.now()}
      where s.tenant_id = ${ctx.tenantId} and s.source_kind = ${kind} and s.source_id = ${id} and (${step ?? null}::text is null or s.step = ${step ?? null})
        and (${customerIds ? [...customerIds] : null}::int[] is null or s.customer_id = any(${customerIds ? [...customerIds] : null}::int[]))
        and (${keys ? [...keys] : null}::text[] is null or s.key ^@ any(${keys ? [...keys] : null}::text[]))
        and (s.state in ('intended', 'waiting') or (s.state = 'tasked' and s.task in (select id from planned)))
      returning 1)
    select count(*)::int as count from cancelled`.execute(ctx.db)
  return rows[0]?.count ?? 0
}

/** Mass messages of a source that members have not confirmed are called back from their phones; what was sent stays sent. Returns how many. */
export async function recallTasks(ctx: Context, { kind, id }: Pick<Source, 'kind' | 'id'>): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    update mass_tasks set cancel_wanted = 'cancelled', next_at = ${ctx.now()}
    where tenant_id = ${ctx.tenantId} and source_kind = ${kind} and source_id = ${id} and state in ('planned', 'calling', 'unknown', 'asked') returning id`.execute(
    ctx.db,
  )
  return rows.length
}
