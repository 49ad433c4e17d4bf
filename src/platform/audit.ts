import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Actor, Context } from './context.ts'
import { inTransaction } from './events/emit.ts'
import type { IdPrefix } from './ids.ts'

/** What was acted on: a thing of ours as its kind and number, or any name. */
export type Subject = readonly [IdPrefix, number] | string

/** One row as it is hashed: everything but the hashes themselves. */
type AuditFacts = {
  tenantId: number
  seq: number
  at: string
  actor: string
  action: string
  subject: string | null
  details: unknown
  requestId: string | null
  ip: string | null
}

const root = '0'.repeat(64)

/**
 * Writes who did what, in the transaction of the change itself. Each row carries the hash of the one before, so nothing can
 * be changed or taken out in between without `verifyAudit` naming the place. The chain is written by one transaction at a
 * time: call this last.
 */
export async function audit(ctx: Context, action: string, subject?: Subject, details: Record<string, unknown> = {}): Promise<void> {
  await inTransaction(ctx, async ({ db }) => {
    await sql`select pg_advisory_xact_lock(${lockSpace}, ${ctx.tenantId})`.execute(db)
    const last = await db
      .selectFrom('auditLog')
      .select(['seq', 'hash'])
      .where('tenantId', '=', ctx.tenantId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    const facts: AuditFacts = {
      tenantId: ctx.tenantId,
      seq: (last?.seq ?? 0) + 1,
      at: ctx.now().toISOString(),
      actor: actorText(ctx.actor),
      action,
      subject: subject === undefined ? null : typeof subject === 'string' ? subject : `${subject[0]}:${subject[1]}`,
      details: JSON.parse(JSON.stringify(details)),
      requestId: ctx.requestId,
      ip: ctx.actor.ip ?? null,
    }
    const previousHash = last?.hash ?? root
    const { details: plain, ...columns } = facts
    await db
      .insertInto('auditLog')
      .values({ ...columns, details: JSON.stringify(plain), previousHash, hash: hashOf(previousHash, facts) })
      .execute()
  })
}

/** Keeps this lock apart from others on a tenant's number. */
const lockSpace = 0x61756474

/** `employee:12:张三` */
const actorText = ({ kind, id, name }: Actor): string => `${kind}:${id}:${name}`

export function readActor(text: string): { kind: string; id: number; name: string } {
  const [kind = '', id = '0', ...name] = text.split(':')
  return { kind, id: Number(id), name: name.join(':') }
}

const hashOf = (previous: string, facts: AuditFacts): string =>
  createHash('sha256').update(previous).update('\n').update(canonical(facts)).digest('hex')

/** JSON with sorted keys: the same text before and after a trip through jsonb. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}

export type AuditVerdict = {
  ok: boolean
  checked: number
  /** The end of the chain. Whoever notes it down outside can tell later that nothing was cut off behind it. */
  head: { seq: number; hash: string } | null
  firstBad?: { seq: number; reason: 'missing' | 'chain_broken' | 'changed' }
}

/** Walks the whole chain of this tenant and stops at the first row that is not what was written. */
export async function verifyAudit(ctx: Context): Promise<AuditVerdict> {
  let head = null as AuditVerdict['head']
  for (;;) {
    const rows = await ctx.db
      .selectFrom('auditLog')
      .selectAll()
      .where('tenantId', '=', ctx.tenantId)
      .where('seq', '>', head?.seq ?? 0)
      .orderBy('seq')
      .limit(2000)
      .execute()
    for (const { hash, previousHash, ...row } of rows) {
      const expected: number = (head?.seq ?? 0) + 1
      const reason =
        row.seq !== expected
          ? 'missing'
          : previousHash !== (head?.hash ?? root)
            ? 'chain_broken'
            : hash !== hashOf(previousHash, { ...row, at: row.at.toISOString() })
              ? 'changed'
              : undefined
      if (reason) return { ok: false, checked: expected - 1, head, firstBad: { seq: reason === 'missing' ? expected : row.seq, reason } }
      head = { seq: row.seq, hash }
    }
    if (rows.length === 0) return { ok: true, checked: head?.seq ?? 0, head }
  }
}
