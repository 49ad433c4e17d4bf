import { sql } from 'kysely'
import { z } from 'zod'
import { readActor, verifyAudit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { type IdPrefix, idPrefixes, publicId } from '#platform/ids.ts'
import { parseDay } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import type { AuditEntry, AuditQuery, Verification } from './schema.ts'

/** Newest first. */
export async function listAudit(ctx: Context, filter: z.infer<typeof AuditQuery>): Promise<{ items: AuditEntry[]; next: string | null }> {
  const before = decodeCursor(z.int(), filter.cursor)
  const timezone = await timezoneOf(ctx)
  const rows = await ctx.db
    .selectFrom('auditLog')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .$if(before !== undefined, (query) => query.where('seq', '<', Number(before)))
    .$if(Boolean(filter.action), (query) => query.where('action', '=', String(filter.action)))
    .$if(Boolean(filter.actor), (query) => query.where(sql<boolean>`starts_with(actor, ${actorStart(ctx, String(filter.actor))})`))
    .$if(Boolean(filter.subject), (query) => query.where('subject', '=', inner(ctx, String(filter.subject))))
    .$if(Boolean(filter.from), (query) => query.where('at', '>=', parseDay(String(filter.from), timezone, 'from').toJSDate()))
    .$if(Boolean(filter.to), (query) => query.where('at', '<', parseDay(String(filter.to), timezone, 'to').plus({ days: 1 }).toJSDate()))
    .$if(Boolean(filter.q), (query) => query.where(mentions(ctx, String(filter.q))))
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1)
    .execute()
  const page = toPage(rows, filter.limit, ({ seq }) => seq)
  return { items: page.items.map((row) => describeEntry(ctx, row)), next: page.next }
}

function mentions(ctx: Context, text: string) {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(action ilike ${pattern} or actor ilike ${pattern} or subject = ${inner(ctx, text)} or request_id = ${text} or ip = ${text} or details::text ilike ${pattern})`
}

/** `emp_…` → `emp:12`; what is no id of ours stays as it is and so matches only its own words. */
function inner(ctx: Context, text: string): string {
  const prefix = text.split('_')[0] as IdPrefix
  const id = prefix in idPrefixes ? ctx.ids.decode(ctx.tenantId, prefix, text) : undefined
  return id === undefined ? text : `${prefix}:${id}`
}

function actorStart(ctx: Context, text: string): string {
  const [prefix, id] = inner(ctx, text).split(':')
  return `${prefix === 'emp' ? 'employee' : prefix === 'api' ? 'api_key' : prefix}:${id ?? ''}:`
}

const outer = (ctx: Context, subject: string): string => {
  const [, prefix = '', id] = /^([a-z]{3}):(\d+)$/.exec(subject) ?? []
  return prefix in idPrefixes ? publicId(ctx, prefix as IdPrefix, Number(id)) : subject
}

type Row = {
  seq: number
  at: Date
  actor: string
  action: string
  subject: string | null
  details: unknown
  ip: string | null
  requestId: string | null
  hash: string
}

function describeEntry(ctx: Context, row: Row): AuditEntry {
  const actor = readActor(row.actor)
  return {
    id: publicId(ctx, 'aud', row.seq),
    seq: row.seq,
    at: row.at.toISOString(),
    actor:
      actor.kind === 'system'
        ? null
        : { id: publicId(ctx, actor.kind === 'employee' ? 'emp' : 'api', actor.id), name: actor.name, kind: actor.kind },
    action: row.action,
    subject: row.subject === null ? null : outer(ctx, row.subject),
    details: row.details as Record<string, unknown>,
    address: row.ip,
    requestId: row.requestId,
    hash: row.hash,
  }
}

export async function verifyForReaders(ctx: Context): Promise<z.infer<typeof Verification>> {
  const { firstBad, ...verdict } = await verifyAudit(ctx)
  return {
    ...verdict,
    ...(firstBad ? { firstBad: publicId(ctx, 'aud', firstBad.seq), firstBadSeq: firstBad.seq, reason: firstBad.reason } : {}),
  }
}
