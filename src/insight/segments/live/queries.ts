import { sql } from 'kysely'
import { z } from 'zod'
import { describeCustomers } from '#management/customers/queries.ts'
import { inScope } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { countBits, idsOf, without } from '../../reports/segment/bits.ts'
import { visibleMembers } from '../../reports/segment/members.ts'
import { resolveRule, resolveSaved } from '../../reports/segment/resolve.ts'
import { askNow, readSegment } from '../queries.ts'
import type { Change, ChangeRequest, Flow, Move } from './schema.ts'

type MovesQuery = { limit: number; cursor?: string | undefined; direction?: 'entered' | 'left' | undefined }

const Key = z.tuple([z.string(), z.int(), z.string()])

/** Who came in and who went out, the last first, as far as the asker may see them. */
export async function listMoves(
  ctx: Context,
  segment: number,
  { limit, cursor, direction }: MovesQuery,
): Promise<{ items: Move[]; next: string | null }> {
  const after = decodeCursor(Key, cursor)
  const of = (column: 'entered' | 'left') => sql`
    select ${sql.lit(column)} as direction, s.customer_id, ${sql.ref(`s.${column}_at`)} as at, ${sql.ref(`s.${column}_by`)} as why
    from segment_stays s where s.tenant_id = ${ctx.tenantId} and s.segment_id = ${segment} and ${sql.ref(`s.${column}_at`)} is not null`
  const both = direction ? of(direction) : sql`${of('entered')} union all ${of('left')}`
  const { rows } = await sql<{ direction: 'entered' | 'left'; customerId: number; at: Date; why: Move['why'] }>`
    select direction, customer_id, at, why from (${both}) m
    where ${inScope(ctx, 'm.customer_id')}
      and ${after ? sql`(at, customer_id, direction) < (${new Date(after[0])}, ${after[1]}, ${after[2]})` : sql`true`}
    order by at desc, customer_id desc, direction desc limit ${limit + 1}`.execute(ctx.db)
  const page = toPage(rows, limit, ({ at, customerId, direction }) => [at.toISOString(), customerId, direction])
  const people = await describeCustomers(
    ctx,
    page.items.map(({ customerId }) => customerId),
  )
  const byId = new Map(people.map((one) => [one.id, one]))
  return {
    items: page.items.map(({ customerId, at, ...move }) => {
      const customer = publicId(ctx, 'cus', customerId)
      const { name = null, alias = null, avatar = null } = byId.get(customer) ?? {}
      const id = `${customer}-${move.direction}-${at.getTime()}`
      return { id, ...move, at: at.toISOString(), customer: { id: customer, name, alias, avatar } }
    }),
    next: page.next,
  }
}

/** How many came in and went out on each of the last days, and how many were in when it ended; whole company, as counted. */
export async function readFlow(ctx: Context, segment: number, days: number): Promise<Flow> {
  const timezone = await timezoneOf(ctx)
  const last = dayOf(ctx.now(), timezone)
  const { rows } = await sql<{ day: string; entered: number; left: number; members: number }>`
    with days as (select d::date as day, ((d::date + 1)::timestamp at time zone ${timezone}) as until, (d::date::timestamp at time zone ${timezone}) as since
        from generate_series(${last}::date - ${days - 1}::int, ${last}::date, interval '1 day') d),
      mine as (select entered_at, left_at from segment_stays where tenant_id = ${ctx.tenantId} and segment_id = ${segment})
    select to_char(day, 'YYYY-MM-DD') as day,
      (select count(*)::int from mine where entered_at >= since and entered_at < until) as entered,
      (select count(*)::int from mine where left_at >= since and left_at < until) as left,
      (select count(*)::int from mine where entered_at < until and (left_at is null or left_at >= until)) as members
    from days order by day`.execute(ctx.db)
  const { askedAt } = await ctx.db
    .selectFrom('segments')
    .select('askedAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', segment)
    .executeTakeFirstOrThrow()
  return { days: rows, askedAt: askedAt?.toISOString() ?? null }
}

/** Who would come in and who would go out under another rule, and what its tag would do, as far as the asker may see them. */
export async function previewChange(ctx: Context, segment: number, { rule, tag }: ChangeRequest): Promise<Change> {
  const { asking, resolving } = await askNow(ctx)
  const id = publicId(ctx, 'seg', segment)
  const [before, after] = await Promise.all([
    resolveSaved(resolving, id, 'segment').then((node) => visibleMembers(asking, node)),
    resolveRule({ ...resolving, within: [id] }, rule).then((node) => visibleMembers(asking, node)),
  ])
  const [entering, leaving] = [without(after, before), without(before, after)]
  const [entered, left] = await Promise.all([entering, leaving].map((bits) => describeCustomers(ctx, idsOf(bits).slice(0, 20))))
  return {
    before: countBits(before),
    after: countBits(after),
    entering: { count: countBits(entering), some: entered ?? [] },
    leaving: { count: countBits(leaving), some: left ?? [] },
    tag: await previewTag(ctx, { segment, tag, members: idsOf(after), leaving: idsOf(leaving) }),
  }
}

type TagChange = { segment: number; tag: ChangeRequest['tag']; members: number[]; leaving: number[] }

async function previewTag(ctx: Context, { segment, tag, members, leaving }: TagChange): Promise<Change['tag']> {
  const stored = (await readSegment(ctx, segment)).tag
  const asked = tag === undefined ? stored : tag
  if (!asked) return null
  const id = internalId(ctx, 'tag', asked.id)
  const { rows } = await sql<{ given: number; taken: number }>`
    with had as (select canonical_id as id, bool_and(source = 'rule') as by_rule from customer_tags where tenant_id = ${ctx.tenantId} and tag_id = ${id} group by 1)
    select (select count(*)::int from unnest(${members}::int[]) as one where one not in (select id from had)) as given,
      (select count(*)::int from unnest(${leaving}::int[]) as one join had on had.id = one and had.by_rule
        where not exists (select from segment_stays y join segments s on s.tenant_id = y.tenant_id and s.id = y.segment_id and s.tag_id = ${id} and s.archived_at is null
          where y.tenant_id = ${ctx.tenantId} and y.customer_id = one and y.left_at is null and y.segment_id <> ${segment})) as taken`.execute(
    ctx.db,
  )
  return { given: rows[0]?.given ?? 0, taken: asked.takeAway && stored?.id === asked.id ? (rows[0]?.taken ?? 0) : 0 }
}
