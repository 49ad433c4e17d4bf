import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type Rule, readRule } from './rule.ts'

/** A saved segment as evaluation needs it: its rule, or its people as they count now. */
type Saved = { name: string; rule: Rule; members?: undefined } | { name: string; rule: null; members: number[] }

/** 404 with the field for one that is not there, 409 for one that was put away. */
export async function savedSegment(ctx: Context, id: string, field: string): Promise<Saved> {
  const inner = ctx.ids.decode(ctx.tenantId, 'seg', id)
  const row =
    inner === undefined
      ? undefined
      : await ctx.db
          .selectFrom('segments')
          .select(['id', 'name', 'rule', 'archivedAt'])
          .where('tenantId', '=', ctx.tenantId)
          .where('id', '=', inner)
          .executeTakeFirst()
  if (!row) throw appError('segment.not_found', { status: 404, message: 'No such segment.', field })
  if (row.archivedAt) throw appError('segment.archived', { status: 409, message: `The segment ${row.name} was archived.`, field })
  if (row.rule === null) return { name: row.name, rule: null, members: await listedMembers(ctx, row.id) }
  const read = readRule(row.rule)
  if ('message' in read) throw appError('segment.rule_outdated', { status: 409, message: read.message, field })
  return { name: row.name, rule: read.rule }
}

async function listedMembers(ctx: Context, segment: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select distinct c.canonical_id as id from segment_members m join customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id
    where m.tenant_id = ${ctx.tenantId} and m.segment_id = ${segment}`.execute(ctx.db)
  return rows.map((row) => row.id)
}
