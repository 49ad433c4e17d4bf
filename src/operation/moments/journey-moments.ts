import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { wecomTagsOf } from './range.ts'

/** What a step of a journey wants published; `employeeIds`: the colleagues of those who came to it. */
export type MomentWish = {
  journey: number
  step: string
  name: string
  contentId: number
  /** Who sees it: customers with this tag; every customer of these colleagues when null. */
  tagId: number | null
  corp: number
  employeeIds: readonly number[]
}

/** Colleagues are gathered this long before WeCom is asked: it takes ten moments a minute (doc 95094), and a job each. */
const gatherMs = 5 * 60_000
/** Whoever publishes may have the row in hand already. */
const marginMs = 60_000

/** Keeps those apart who gather for one journey at the same time. */
const gatherLock = 0x6d6f6d65

/**
 * Has colleagues asked to publish, each at most once a day of the company for a step, in the caller's transaction. False where WeCom
 * does not have the tag: without it everybody would see it.
 */
export async function askForMoment(ctx: Context, wish: MomentWish): Promise<boolean> {
  const { journey, step, corp, tagId } = wish
  if (tagId !== null && (await wecomTagsOf(ctx, corp, [tagId])).length === 0) return false
  await sql`select pg_advisory_xact_lock(${gatherLock}, hashtext(${`${ctx.tenantId} ${journey} ${step}`}))`.execute(ctx.db)
  const zone = await timezoneOf(ctx)
  const today = dayRange(dayOf(ctx.now(), zone), dayOf(ctx.now(), zone), zone)
  const { rows } = await sql<{ id: number; contentId: number; tagIds: number[]; employeeIds: number[]; isGathering: boolean }>`
    select id, content_id, tag_ids, employee_ids,
      state = 'scheduled' and next_at > ${new Date(ctx.now().getTime() + marginMs)}::timestamptz as is_gathering
    from moments where tenant_id = ${ctx.tenantId} and source_journey = ${journey} and source_step = ${step} and corp = ${corp}
      and created_at >= ${today.from} and state not in ('cancelled', 'failed') order by id for update`.execute(ctx.db)
  const asked = new Set(rows.flatMap(({ employeeIds }) => employeeIds))
  const fresh = [...new Set(wish.employeeIds)].filter((id) => !asked.has(id)).sort((one, other) => one - other)
  if (fresh.length === 0) return true
  const gathering = rows.find(
    (row) => row.isGathering && row.contentId === wish.contentId && (tagId === null ? row.tagIds.length === 0 : row.tagIds[0] === tagId),
  )
  if (gathering) await gather(ctx, gathering.id, fresh)
  else await plan(ctx, wish, fresh)
  return true
}

const gather = async (ctx: Context, id: number, employees: readonly number[]): Promise<void> =>
  void (await sql`
    update moments set employee_ids = employee_ids || ${[...employees]}::int[], updated_at = ${ctx.now()}
    where tenant_id = ${ctx.tenantId} and id = ${id}`.execute(ctx.db))

async function plan(
  ctx: Context,
  { journey, step, name, contentId, tagId, corp }: MomentWish,
  employees: readonly number[],
): Promise<void> {
  const at = new Date(ctx.now().getTime() + gatherMs)
  await ctx.db
    .insertInto('moments')
    .values({
      ...{ tenantId: ctx.tenantId, name: [...name].slice(0, 60).join(''), corp, contentId, sourceJourney: journey, sourceStep: step },
      ...{ employeeIds: [...employees], tagIds: tagId === null ? [] : [tagId], state: 'scheduled', scheduledAt: at, nextAt: at },
      ...{ createdAt: ctx.now(), updatedAt: ctx.now() },
    })
    .execute()
}

/** What was not asked of WeCom yet is not asked for a journey that was stopped. In the caller's transaction. */
export const withdrawMoments = (ctx: Context, journey: number): Promise<unknown> =>
  sql`update moments set state = 'cancelled', next_at = null, finished_at = ${ctx.now()}, updated_at = ${ctx.now()}
    where tenant_id = ${ctx.tenantId} and source_journey = ${journey} and state = 'scheduled'
      and next_at > ${new Date(ctx.now().getTime() + marginMs)}::timestamptz`.execute(ctx.db)
