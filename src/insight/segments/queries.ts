import { sql } from 'kysely'
import { z } from 'zod'
import { describeCustomers } from '#management/customers/queries.ts'
import type { CustomerItem } from '#management/customers/schema.ts'
import { visibleCanonical } from '#management/identity/queries.ts'
import { together } from '#management/uses.ts'
import { journeysUsing } from '#operation/journeys/uses.ts'
import { messagesUsing } from '#operation/messages/uses.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, encodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { requireKnownProperties } from '../reports/known-properties.ts'
import type { Asking } from '../reports/segment/asking.ts'
import { countBits, idsOf } from '../reports/segment/bits.ts'
import { type Explained, explainFor } from '../reports/segment/explain.ts'
import { visibleMembers } from '../reports/segment/members.ts'
import type { Node } from '../reports/segment/node.ts'
import { momentOf, type Resolving, resolveRule, resolveSaved } from '../reports/segment/resolve.ts'
import type { Rule } from '../reports/segment/rule.ts'
import { reportsUsing } from '../reports/uses.ts'
import { readStores } from '../stores/dirty.ts'
import { overlapOfSets } from './overlap.ts'
import { segmentsUsing } from './rule-tags.ts'
import type { Counted, Dependents, Overlap, Segment } from './schema.ts'

type ListQuery = {
  limit: number
  cursor?: string | undefined
  q?: string | undefined
  archived?: string | undefined
  kind?: string | undefined
}

const Key = z.tuple([z.string(), z.number()])

/** Segments, the last changed first. */
export async function listSegments(ctx: Context, { limit, cursor, q, archived, kind }: ListQuery) {
  const after = decodeCursor(Key, cursor)
  const rows = await select(ctx)
    .where('s.archivedAt', archived === 'true' ? 'is not' : 'is', null)
    .$if(kind !== undefined, (query) => query.where('s.rule', kind === 'list' ? 'is' : 'is not', null))
    .$if(q !== undefined, (query) => query.where(sql<boolean>`position(lower(${q ?? ''}) in lower(s.name || ' ' || s.note)) > 0`))
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('s.updatedAt', 's.id'), '<', tuple(new Date(after?.[0] ?? 0), after?.[1] ?? 0))),
    )
    .orderBy('s.updatedAt', 'desc')
    .orderBy('s.id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = toPage(rows, limit, ({ updatedAt, id }) => [updatedAt.toISOString(), id])
  return { items: page.items.map((row) => present(ctx, row)), next: page.next }
}

export async function readSegment(ctx: Context, id: number): Promise<Segment> {
  const row = await select(ctx).where('s.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('segment')
  return present(ctx, row)
}

const select = (ctx: Context) =>
  ctx.db
    .selectFrom('segments as s')
    .leftJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 's.tenantId').onRef('e.id', '=', 's.createdBy'))
    .leftJoin('tags as t', (join) => join.onRef('t.tenantId', '=', 's.tenantId').onRef('t.id', '=', 's.tagId'))
    .leftJoin('tagGroups as g', (join) => join.onRef('g.tenantId', '=', 't.tenantId').onRef('g.id', '=', 't.groupId'))
    .select([
      's.id',
      's.name',
      's.note',
      's.rule',
      's.origin',
      's.createdAt',
      's.updatedAt',
      's.archivedAt',
      's.tagId',
      's.takeAway',
      't.name as tagName',
      'g.name as tagGroup',
      'e.id as employeeId',
      'e.name as employeeName',
    ])
    .where('s.tenantId', '=', ctx.tenantId)

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

const present = (ctx: Context, row: Row): Segment => ({
  id: publicId(ctx, 'seg', row.id),
  name: row.name,
  note: row.note,
  kind: row.rule === null ? 'list' : 'rule',
  rule: row.rule,
  origin: row.origin,
  tag:
    row.tagId === null
      ? null
      : { id: publicId(ctx, 'tag', row.tagId), name: row.tagName ?? '', group: row.tagGroup ?? '', takeAway: row.takeAway },
  createdBy: row.employeeId === null ? null : { id: publicId(ctx, 'emp', row.employeeId), name: row.employeeName ?? '' },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
  archivedAt: row.archivedAt?.toISOString() ?? null,
})

/** What an evaluation needs, in the tenant's calendar and money. */
export async function askNow(ctx: Context, asOf?: string): Promise<{ asking: Asking; resolving: Resolving }> {
  const [tenant, stores] = await Promise.all([
    ctx.db.selectFrom('tenants').select(['timezone', 'currency']).where('id', '=', ctx.tenantId).executeTakeFirstOrThrow(),
    readStores(ctx),
  ])
  const moment = momentOf(ctx, tenant.timezone, tenant.currency, asOf)
  const personOf = (name: string) => internalId(ctx, 'cus', name)
  return { asking: { ctx, moment, stores }, resolving: { ctx, moment, personOf, within: [] } }
}

/** How many a rule reaches, as far as the asker may see. */
export async function countRule(ctx: Context, rule: Rule, asOf?: string): Promise<Counted> {
  const { asking, resolving } = await askNow(ctx, asOf)
  await requireKnownProperties(ctx, { rule }, {})
  return counted(asking, await resolveRule(resolving, rule))
}

export async function countSegment(ctx: Context, id: number): Promise<Counted> {
  const { asking, resolving } = await askNow(ctx)
  return counted(asking, await resolveSaved(resolving, publicId(ctx, 'seg', id), 'segment'))
}

async function counted(asking: Asking, node: Node): Promise<Counted> {
  const [members, all] = await Promise.all([visibleMembers(asking, node), visibleMembers(asking, { kind: 'and', of: [] })])
  return { count: countBits(members), total: countBits(all), at: asking.moment.at.toISOString() }
}

/** Ids of the members that the asker may see, in their order. */
export async function memberIds(ctx: Context, id: number): Promise<number[]> {
  const { asking, resolving } = await askNow(ctx)
  return idsOf(await visibleMembers(asking, await resolveSaved(resolving, publicId(ctx, 'seg', id), 'segment')))
}

/** The newest customers first: ids rise. */
export async function listMembers(ctx: Context, id: number, { limit, cursor }: { limit: number; cursor?: string | undefined }) {
  const after = decodeCursor(z.tuple([z.int()]), cursor)?.[0] ?? Number.POSITIVE_INFINITY
  const ids = (await memberIds(ctx, id)).reverse()
  const page = ids.filter((one) => one < after).slice(0, limit + 1)
  const items: CustomerItem[] = await describeCustomers(ctx, page.slice(0, limit))
  return { items, next: page.length > limit ? encodeCursor([page[limit - 1]]) : null, total: ids.length, totalExact: true }
}

export async function explainMember(
  ctx: Context,
  { rule, segment, customer }: { rule?: Rule | undefined; segment?: string | undefined; customer: string },
): Promise<Explained> {
  const { asking, resolving } = await askNow(ctx)
  const person = await visibleCanonical(ctx, internalId(ctx, 'cus', customer))
  const node = rule ? await resolveRule(resolving, rule) : await resolveSaved(resolving, segment ?? '', 'segment')
  return explainFor(asking, node, person)
}

const users = together(segmentsUsing, reportsUsing, journeysUsing, messagesUsing)

/** Segments and reports that name this one anywhere, journeys that run and messages that are planned. */
export async function readDependents(ctx: Context, id: number): Promise<Dependents> {
  const segment = publicId(ctx, 'seg', id)
  const { segments = [], reports = [], journeys = [], messages = [] } = await users(ctx, { segment })
  return { segments: segments.filter((one) => one.id !== segment), reports, journeys, messages }
}

/** Every way of being in some of them and not in the others, and each two beside each other. */
export async function overlapOf(ctx: Context, segments: readonly string[]): Promise<Overlap> {
  const { asking, resolving } = await askNow(ctx)
  const nodes = await Promise.all(segments.map((id, i) => resolveSaved(resolving, id, `segments.${i}`)))
  const sets = await Promise.all(nodes.map((node) => visibleMembers(asking, node)))
  const named = nodes.map((node, i) => ({ id: segments[i] ?? '', name: node.kind === 'segment' ? node.name : '' }))
  const { counts, ...overlap } = overlapOfSets(sets)
  return { segments: named.map((one, i) => ({ ...one, count: counts[i] ?? 0 })), ...overlap }
}
