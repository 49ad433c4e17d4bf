import { sql } from 'kysely'
import type { IdentityKind } from '#management/identity/schema.ts'
import { normalPhone, phoneFingerprint } from '#management/identity/values.ts'
import { requireUnused } from '#management/uses.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { requireKnownProperties } from '../reports/known-properties.ts'
import { resolveRule } from '../reports/segment/resolve.ts'
import type { Rule } from '../reports/segment/rule.ts'
import { visiblePersons } from '../reports/visible.ts'
import { askNow, memberIds, readDependents } from './queries.ts'
import { requireNoCircle } from './rule-tags.ts'
import type { ListKind, NewSegment, SegmentPatch } from './schema.ts'

/** Only rules that could run are saved; of a list, only people whom the maker may see. */
export async function createSegment(ctx: Context, facts: NewSegment): Promise<{ id: number; unknown?: number }> {
  const { name, note, rule, tag } = facts
  if (rule) {
    await requireRunnable(ctx, rule)
    return { id: await inTransaction(ctx, (ctx) => insertRule(ctx, { name, note, rule, origin: facts.origin ?? null }, tag)) }
  }
  const { ids, unknown } = await peopleNamed(ctx, facts)
  if (ids.length === 0)
    throw appError('segment.nobody', {
      message: 'None of these names somebody you may see.',
      field: facts.list ? 'list.values' : 'customers',
    })
  const origin = facts.origin ?? { kind: facts.list ? 'file' : facts.snapshotOf ? 'segment' : 'hand', title: '' }
  const id = await inTransaction(ctx, async (ctx) => {
    const id = await insertSegment(ctx, { name, note, rule: null, origin })
    await sql`insert into segment_members (tenant_id, segment_id, customer_id, added_at)
      select ${ctx.tenantId}, ${id}, one, ${ctx.now()} from unnest(${ids}::int[]) as one`.execute(ctx.db)
    return id
  })
  return { id, unknown }
}

async function insertRule(ctx: Context, facts: Facts, tag: NewSegment['tag']): Promise<number> {
  const id = await insertSegment(ctx, facts)
  if (!tag) return id
  await setTag(ctx, id, tag)
  await requireNoCircle(ctx, id, 'tag')
  return id
}

/** Which tag the rule writes from now on. What it wrote before stays with those who have it. */
async function setTag(ctx: Context, id: number, tag: NonNullable<NewSegment['tag']> | null): Promise<void> {
  await ctx.db
    .updateTable('segments')
    .set({ tagId: tag && (await existingTag(ctx, tag.id)), takeAway: tag?.takeAway ?? false })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
}

async function existingTag(ctx: Context, id: string): Promise<number> {
  const inner = ctx.ids.decode(ctx.tenantId, 'tag', id)
  const row =
    inner === undefined
      ? undefined
      : await ctx.db
          .selectFrom('tags')
          .select('id')
          .where('tenantId', '=', ctx.tenantId)
          .where('id', '=', inner)
          .forShare()
          .executeTakeFirst()
  if (!row) throw appError('tag.not_found', { status: 404, message: 'No such tag.', field: 'tag.id' })
  return row.id
}

type Facts = { name: string; note: string; rule: Rule | null; origin: unknown }

async function insertSegment(ctx: Context, { name, note, rule, origin }: Facts): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into segments (tenant_id, name, note, rule, origin, created_by, created_at, updated_at)
    values (${ctx.tenantId}, ${name}, ${note}, ${rule === null ? null : JSON.stringify(rule)}::jsonb, ${JSON.stringify(origin)}::jsonb,
      ${ctx.actor.kind === 'employee' ? ctx.actor.id : null}, ${ctx.now()}, ${ctx.now()})
    on conflict do nothing returning id`.execute(ctx.db)
  const [row] = rows
  if (!row) throw nameTaken()
  await audit(ctx, 'segment.created', ['seg', row.id], { name, kind: rule === null ? 'list' : 'rule' })
  return row.id
}

const nameTaken = () => appError('segment.name_taken', { status: 409, message: 'There is a segment of this name.', field: 'name' })

export async function changeSegment(ctx: Context, id: number, { name, note, rule, tag }: SegmentPatch): Promise<void> {
  if (rule) await requireRunnable(ctx, rule, publicId(ctx, 'seg', id))
  await inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<{ isList: boolean }>`
      select rule is null as is_list from segments where tenant_id = ${ctx.tenantId} and id = ${id} and archived_at is null for update`.execute(
      ctx.db,
    )
    if (!rows[0]) throw notFound('segment')
    if ((rule || tag) && rows[0].isList)
      throw appError('segment.is_list', { status: 409, message: 'A list of people has no rule.', field: rule ? 'rule' : 'tag' })
    if (name !== undefined) await requireFreeName(ctx, id, name)
    await ctx.db
      .updateTable('segments')
      .set({
        ...(name === undefined ? {} : { name }),
        ...(note === undefined ? {} : { note }),
        ...(rule ? { rule: JSON.stringify(rule) } : {}),
        updatedAt: ctx.now(),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    if (tag !== undefined) await setTag(ctx, id, tag)
    if (rule || tag) await requireNoCircle(ctx, id, tag ? 'tag' : 'rule')
    if (rule) await askAnew(ctx, id)
    // Everybody who is in already gets the tag.
    else if (tag) await forgetAsked(ctx, id)
    await audit(ctx, 'segment.changed', ['seg', id], {
      ...(name === undefined ? {} : { name }),
      rule: rule !== undefined,
      ...(tag === undefined ? {} : { tag: tag?.id ?? null }),
    })
  })
}

/** Everybody is asked about again: by this rule, and by those that are made of it. */
async function askAnew(ctx: Context, id: number): Promise<void> {
  await forgetAsked(ctx, id)
  const { segments } = await readDependents(ctx, id)
  for (const one of segments) await askAnew(ctx, internalId(ctx, 'seg', one.id))
}

const forgetAsked = (ctx: Context, id: number) =>
  ctx.db
    .updateTable('segments')
    .set(({ eb }) => ({ ruleVersion: eb('ruleVersion', '+', 1), askedAt: null, followedUntil: null }))
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()

async function requireFreeName(ctx: Context, id: number, name: string): Promise<void> {
  const other = await ctx.db
    .selectFrom('segments')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .where('archivedAt', 'is', null)
    .where('id', '!=', id)
    .executeTakeFirst()
  if (other) throw nameTaken()
}

/** Put away: no longer listed, no longer usable. Refused while something needs it. */
export async function archiveSegment(ctx: Context, id: number): Promise<void> {
  requireUnused('segment.in_use', await readDependents(ctx, id))
  await setArchived(ctx, id, true)
}

export const restoreSegment = (ctx: Context, id: number): Promise<void> => setArchived(ctx, id, false)

const setArchived = (ctx: Context, id: number, archived: boolean): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .selectFrom('segments')
      .select('name')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row) throw notFound('segment')
    if (!archived) await requireFreeName(ctx, id, row.name)
    await ctx.db
      .updateTable('segments')
      .set({ archivedAt: archived ? ctx.now() : null })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    if (!archived) {
      await requireNoCircle(ctx, id, undefined)
      await askAnew(ctx, id)
    }
    await audit(ctx, archived ? 'segment.archived' : 'segment.restored', ['seg', id], { name: row.name })
  })

/** Everything it names exists, properties too, and it does not lead back to the segment that it is the rule of. */
async function requireRunnable(ctx: Context, rule: Rule, own?: string): Promise<void> {
  const { resolving } = await askNow(ctx)
  await resolveRule({ ...resolving, within: own ? [own] : [] }, rule)
  await requireKnownProperties(ctx, { rule }, {})
}

async function peopleNamed(ctx: Context, { customers, list, snapshotOf }: NewSegment): Promise<{ ids: number[]; unknown: number }> {
  if (snapshotOf) return { ids: await memberIds(ctx, internalId(ctx, 'seg', snapshotOf)), unknown: 0 }
  const values = customers ?? list?.values ?? []
  const found = await (list && list.kind !== 'customer' ? byIdentity(ctx, list.kind, values) : byId(ctx, values))
  const visible = await visiblePersons(ctx)
  const seen = visible && new Set(visible)
  const ids = [...new Set(found.flatMap((id) => (id === undefined || (seen && !seen.has(id)) ? [] : [id])))]
  return { ids, unknown: found.filter((id) => id === undefined || (seen !== undefined && !seen.has(id))).length }
}

/** Canonical ids in the order of the values; undefined for what names nobody. */
async function byId(ctx: Context, values: readonly string[]): Promise<(number | undefined)[]> {
  const ids = values.map((value) => ctx.ids.decode(ctx.tenantId, 'cus', value.trim()))
  const { rows } = await sql<{ id: number; canonicalId: number }>`
    select id, canonical_id from customers where tenant_id = ${ctx.tenantId} and id = any(${ids.filter((id) => id !== undefined)}::int[])`.execute(
    ctx.db,
  )
  const canonical = new Map(rows.map((row) => [row.id, row.canonicalId]))
  return ids.map((id) => (id === undefined ? undefined : canonical.get(id)))
}

async function byIdentity(ctx: Context, kind: IdentityKind & ListKind, values: readonly string[]): Promise<(number | undefined)[]> {
  const stored = values.map((value) => (kind === 'phone' ? fingerprintOf(ctx, value) : value.trim()))
  const { rows } = await sql<{ value: string; id: number }>`
    select i.value, c.canonical_id as id from identities i join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.tenant_id = ${ctx.tenantId} and i.kind = ${kind} and i.value = any(${stored.filter((value) => value !== undefined)}::text[])`.execute(
    ctx.db,
  )
  const people = new Map(rows.map((row) => [row.value, row.id]))
  return stored.map((value) => (value === undefined ? undefined : people.get(value)))
}

function fingerprintOf(ctx: Context, phone: string): string | undefined {
  try {
    return phoneFingerprint(ctx, normalPhone(phone))
  } catch {
    return undefined
  }
}
