import { sql } from 'kysely'
import { primaryFollower } from '#management/customers/primary-follower.ts'
import { followUpMoved } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'

/** `back`: also to a stage that lies before the one they are in. `because`: what the record of it says. */
export type StageMove = { customerId: number; stageId: number; back: boolean; because: string }

/** `further`: their colleague has come as far already, or further. */
export type MoveEnd = 'moved' | 'further' | 'no_colleague' | 'no_stage'

/**
 * Moves customers to stages with the colleague who is their friend for longest, in the caller's transaction; says what became of each.
 * Whoever was in no stage comes into this one.
 */
export async function moveStages(ctx: Context, moves: readonly StageMove[]): Promise<MoveEnd[]> {
  if (moves.length === 0) return []
  const found = await readAsked(ctx, moves)
  const asked = found.filter(isWhole)
  const standing = await lockStanding(ctx, asked)
  const ends = found.map(({ employeeId }): MoveEnd => (employeeId === null ? 'no_colleague' : 'no_stage'))
  const made = new Map<string, Asked>()
  for (const one of asked) {
    const at = standing.get(pairOf(one))
    const isMove = at === undefined || (one.back ? at.stageId !== one.stageId : at.position < one.position)
    ends[one.place] = isMove ? 'moved' : 'further'
    if (!isMove) continue
    made.set(pairOf(one), one)
    standing.set(pairOf(one), { ...at, stageId: one.stageId, position: one.position, stageName: one.stageName })
    tellMoved(ctx, one, at)
  }
  await save(ctx, [...made.values()])
  return ends
}

type Asked = {
  place: number
  customerId: number
  employeeId: number
  employeeName: string
  stageId: number
  stageName: string
  position: number
  back: boolean
  because: string
}
/** Nobody is their friend, or the stage was removed. */
type Found = Asked | (Asked & { employeeId: null }) | (Asked & { stageId: null })
const isWhole = (found: Found): found is Asked => found.employeeId !== null && found.stageId !== null
type Standing = { stageId: number; stageName: string; position: number }

const pairOf = ({ customerId, employeeId }: Pick<Asked, 'customerId' | 'employeeId'>): string => `${customerId} ${employeeId}`

/** With the customers as they count now, in the order of the moves. */
async function readAsked(ctx: Context, moves: readonly StageMove[]): Promise<Found[]> {
  const rows = moves.map(({ customerId, stageId, back, because }, place) => ({
    place,
    customer: customerId,
    stage: stageId,
    back,
    because,
  }))
  const found = await sql<Found>`
    select a.place, o.canonical_id as customer_id, p.id as employee_id, p.name as employee_name, s.id as stage_id, s.name as stage_name, s.position,
      a.back, a.because
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as a(place int, customer int, stage int, back boolean, because text)
      join customers o on o.tenant_id = ${ctx.tenantId} and o.id = a.customer
      left join follow_up_stages s on s.tenant_id = o.tenant_id and s.id = a.stage and s.removed_at is null
      left join lateral ${primaryFollower(ctx, sql`o.id`)} p on true
    order by a.place`.execute(ctx.db)
  return found.rows
}

/** In one order, so that two who move the same people wait for each other. Of rows that a merge brought together the last one counts. */
async function lockStanding(ctx: Context, asked: readonly Asked[]): Promise<Map<string, Standing>> {
  const { rows } = await sql<Standing & { customerId: number; employeeId: number }>`
    select m.canonical_id as customer_id, f.employee_id, f.stage_id, s.name as stage_name, s.position
    from customers m
      join follow_ups f on f.tenant_id = m.tenant_id and f.customer_id = m.id
      join follow_up_stages s on s.tenant_id = f.tenant_id and s.id = f.stage_id
    where m.tenant_id = ${ctx.tenantId} and m.canonical_id = any(${asked.map(({ customerId }) => customerId)}::int[])
    order by f.changed_at, f.id for update of f`.execute(ctx.db)
  return new Map(rows.map((row) => [pairOf(row), row]))
}

const tellMoved = (ctx: Context, { customerId, employeeId, employeeName, stageId, stageName }: Asked, before: Standing | undefined): void =>
  emit(ctx, followUpMoved, {
    customerId,
    properties: { employee: employeeId, employeeName, stage: stageId, stageName, ...(before && { before: before.stageName }) },
  })

async function save(ctx: Context, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 0) return
  const now = ctx.now()
  const recordset = sql`jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as a("customerId" int, "employeeId" int, "stageId" int, because text)`
  await sql`
    with known as (
      select distinct on (m.canonical_id, f.employee_id) f.id, m.canonical_id, f.employee_id
      from ${recordset} join customers m on m.tenant_id = ${ctx.tenantId} and m.canonical_id = a."customerId"
        join follow_ups f on f.tenant_id = m.tenant_id and f.customer_id = m.id and f.employee_id = a."employeeId"
      order by m.canonical_id, f.employee_id, f.changed_at desc, f.id
    ), changed as (
      update follow_ups f set stage_id = a."stageId", stage_since = ${now}, changed_at = ${now}
      from ${recordset} join known k on k.canonical_id = a."customerId" and k.employee_id = a."employeeId"
      where f.tenant_id = ${ctx.tenantId} and f.id = k.id returning f.id, f.stage_id, a.because
    ), made as (
      insert into follow_ups (tenant_id, customer_id, employee_id, stage_id, stage_since, changed_at)
      select ${ctx.tenantId}, a."customerId", a."employeeId", a."stageId", ${now}::timestamptz, ${now}::timestamptz from ${recordset}
      where not exists (select from known k where k.canonical_id = a."customerId" and k.employee_id = a."employeeId")
      order by a."customerId", a."employeeId"
      on conflict (tenant_id, customer_id, employee_id) do update set stage_id = excluded.stage_id, stage_since = ${now}, changed_at = ${now}
      returning id, customer_id, employee_id, stage_id
    )
    insert into follow_up_records (tenant_id, follow_up_id, text, stage_id, written_at)
    select ${ctx.tenantId}::int, id, because, stage_id, ${now}::timestamptz from changed
    union all
    select ${ctx.tenantId}::int, m.id, a.because, m.stage_id, ${now}::timestamptz from made m
      join ${recordset} on a."customerId" = m.customer_id and a."employeeId" = m.employee_id`.execute(ctx.db)
}
