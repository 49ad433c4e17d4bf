import { sql } from 'kysely'
import { liveCodeUncovered } from '#growth/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { listedOf, standingOf } from './listing.ts'
import { nextBoundary, nextMidnight, slotsAt } from './schedule.ts'
import { StoredRota } from './stored.ts'

/**
 * Finds out anew whom the code offers, at every moment when that may change: a slot begins or ends, somebody is full, goes off
 * duty, leaves, or is ahead of their share. True when it is a different list, which then is to be told to WeCom.
 */
export const refreshRoster = (ctx: Context, code: number): Promise<boolean> =>
  inTransaction(ctx, async (ctx) => {
    const row = await lockCode(ctx, code)
    if (!row) return false
    const zone = await timezoneOf(ctx)
    const now = ctx.now()
    const members = await readMembers(ctx, code, row.corp, dayOf(now, zone))
    const rota = StoredRota.parse(row.schedule)
    const { coverage, turn } = standingOf(members, slotsAt(rota, now, zone))
    const isNewTurn = turn.join() !== row.turn.join()
    if (isNewTurn)
      await ctx.db
        .updateTable('liveCodeEmployees')
        .set({ turnAdds: 0 })
        .where('tenantId', '=', ctx.tenantId)
        .where('codeId', '=', code)
        .execute()
    const sharing = members.filter(({ employee }) => turn.includes(employee)).map((one) => (isNewTurn ? { ...one, turnAdds: 0 } : one))
    const offered = new Set(listedOf(sharing))
    const wanted = sharing.flatMap(({ employee, userId }) => (offered.has(employee) && userId ? [userId] : [])).sort()
    // WeCom's code cannot be empty: with nobody left it stays as it is, and `coverage` says so.
    const isChanged = wanted.length > 0 && wanted.join() !== row.wanted.join()
    const midnight = members.some(({ cap }) => cap !== null) ? nextMidnight(now, zone) : undefined
    await ctx.db
      .updateTable('liveCodes')
      .set({
        coverage,
        turn,
        changesAt: earliest(nextBoundary(rota, now, zone), midnight) ?? null,
        ...(isChanged && { wanted, wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 }),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', code)
      .execute()
    if (coverage === 'nobody' && row.coverage !== 'nobody')
      emit(ctx, liveCodeUncovered, { customerId: null, properties: { code, codeName: row.name } })
    return isChanged
  })

const lockCode = (ctx: Context, code: number) =>
  ctx.db
    .selectFrom('liveCodes')
    .select(['corp', 'name', 'schedule', 'coverage', 'turn', 'wanted'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', code)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()

type MemberRow = {
  employee: number
  weight: number
  cap: number | null
  spare: boolean
  offDuty: boolean
  present: boolean
  addedToday: number
  turnAdds: number
  userId: string | null
}

async function readMembers(ctx: Context, code: number, corp: number, day: string): Promise<MemberRow[]> {
  const { rows } = await sql<MemberRow>`
    select m.employee_id as employee, m.weight, m.daily_cap as cap, m.spare, m.off_duty_at is not null as off_duty, m.turn_adds, a.user_id,
      e.status = 'active' and a.user_id is not null and m.blocked is null as present, coalesce(d.adds, 0) as added_today
    from live_code_employees m
      join employees e on e.tenant_id = m.tenant_id and e.id = m.employee_id
      left join lateral (select min(user_id) as user_id from employee_accounts a where a.tenant_id = m.tenant_id and a.corp_id = ${corp} and a.employee_id = m.employee_id and a.left_at is null) a on true
      left join live_code_days d on d.tenant_id = m.tenant_id and d.code_id = m.code_id and d.employee_id = m.employee_id and d.day = ${day}
    where m.tenant_id = ${ctx.tenantId} and m.code_id = ${code} order by m.position`.execute(ctx.db)
  return rows
}

const earliest = (...moments: (Date | undefined)[]): Date | undefined =>
  moments.filter((one) => one !== undefined).sort((a, b) => a.getTime() - b.getTime())[0]
