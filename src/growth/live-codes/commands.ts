import { sql } from 'kysely'
import { contactWayLimits } from '#connectors/wecom/contact-ways.ts'
import { liveCodeChanged, liveCodeCreated, liveCodeDeleted, liveCodeDutyChanged } from '#growth/events.ts'
import { employeeNames } from '#management/team/queries.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { newState } from '#platform/http/short-links.ts'
import { enqueue } from '#platform/jobs.ts'
import { columnsOf, corpOf, membersOf, type StoredMember, tagsOf } from './input.ts'
import { prepareLiveCode, refreshCode, refreshCodeHere, removeLiveCode } from './jobs.ts'
import type { LiveCodeBatch, LiveCodeChange, LiveCodeInput } from './schema.ts'
import { StoredRota } from './stored.ts'
import { pushCode } from './sync.ts'

/** Makes a code and asks WeCom for it at once. When WeCom is away the code stands here, and the job goes on asking. */
export async function createLiveCode(ctx: Context, input: LiveCodeInput): Promise<number> {
  const corp = await corpOf(ctx, input.corpId)
  const members = await membersOf(ctx, corp, input.employees)
  const id = await inTransaction(ctx, async (ctx) => {
    await checkQuota(ctx, corp, 1)
    return insertCode(ctx, { corp, members, input }, refreshCodeHere)
  })
  await pushCode(ctx, id)
  return id
}

/** The same code for every site; WeCom is asked by jobs. */
export async function createBatch(ctx: Context, { code, sites }: LiveCodeBatch): Promise<number[]> {
  const corp = await corpOf(ctx, code.corpId)
  await membersOf(ctx, corp, code.employees)
  const inputs = await Promise.all(
    sites.map(async (site, at) => {
      const employees = site.employeeIds?.length
        ? site.employeeIds.map((employeeId) => ({ employeeId, weight: 1, dailyCap: null, spare: false }))
        : code.employees
      const input = { ...code, name: site.name, employees, style: { ...code.style, ...(site.subtitle && { subtitle: site.subtitle }) } }
      const members = await membersOf(ctx, corp, employees).catch((error) => {
        throw appError(error.code ?? 'request.invalid', {
          message: `${site.name}: ${error.message}`,
          field: `sites.${at}.employeeIds`,
          cause: error,
        })
      })
      return { corp, members, input }
    }),
  )
  return inTransaction(ctx, async (ctx) => {
    await checkQuota(ctx, corp, inputs.length)
    const ids: number[] = []
    for (const one of inputs) ids.push(await insertCode(ctx, one, refreshCode))
    return ids
  })
}

async function checkQuota(ctx: Context, corp: number, more: number): Promise<void> {
  const { codes } = await ctx.db
    .selectFrom('liveCodes')
    .select((eb) => eb.fn.countAll<number>().as('codes'))
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow()
  if (codes + more > contactWayLimits.perCorp)
    throw appError('live_code.quota', {
      status: 409,
      message: `WeCom allows ${contactWayLimits.perCorp} codes a corp; ${codes} are in use.`,
    })
}

type Making = { corp: number; members: StoredMember[]; input: LiveCodeInput }

async function insertCode(
  ctx: Context,
  { corp, members, input }: Making,
  refresh: (ctx: Context, id: number) => Promise<void>,
): Promise<number> {
  const columns = await columnsOf(ctx, input, members)
  const { id } = await ctx.db
    .insertInto('liveCodes')
    .values({
      tenantId: ctx.tenantId,
      corp,
      state: newState(),
      createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      createdAt: ctx.now(),
      updatedAt: ctx.now(),
      ...columns,
      name: input.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await saveMembers(ctx, id, members)
  await saveTags(ctx, id, await tagsOf(ctx, input.tagIds))
  await refresh(ctx, id)
  await enqueue(ctx, prepareLiveCode, { code: id }, { key: `code-${id}` })
  emit(ctx, liveCodeCreated, { customerId: null, properties: { code: id, codeName: input.name, by: ctx.actor.name } })
  await audit(ctx, 'live_code.created', ['lco', id], { name: input.name })
  return id
}

export async function changeLiveCode(ctx: Context, id: number, change: LiveCodeChange): Promise<void> {
  const { corp } = await findCode(ctx, id)
  const members = change.employees && (await membersOf(ctx, corp, change.employees))
  await inTransaction(ctx, async (ctx) => {
    const { name } = await findCode(ctx, id, true)
    const columns = await columnsOf(ctx, change, members ?? (await memberNumbers(ctx, id)))
    // Name and verification stand in WeCom's code too.
    const isToTell = change.name !== undefined || change.skipVerify !== undefined
    await ctx.db
      .updateTable('liveCodes')
      .set({
        ...columns,
        updatedAt: ctx.now(),
        ...(isToTell && { wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 }),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    if (members) await saveMembers(ctx, id, members)
    if (members && !change.schedule) await dropFromRota(ctx, id, members)
    if (change.tagIds) await saveTags(ctx, id, await tagsOf(ctx, change.tagIds))
    await refreshCodeHere(ctx, id, isToTell)
    await enqueue(ctx, prepareLiveCode, { code: id }, { key: `code-${id}` })
    emit(ctx, liveCodeChanged, {
      customerId: null,
      properties: { code: id, codeName: change.name ?? name, by: ctx.actor.name, fields: Object.keys(change) },
    })
    await audit(ctx, 'live_code.changed', ['lco', id], { changed: Object.keys(change) })
  })
  await pushCode(ctx, id)
}

export const deleteLiveCode = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { name } = await findCode(ctx, id, true)
    await ctx.db
      .updateTable('liveCodes')
      .set({ deletedAt: ctx.now(), changesAt: null })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await enqueue(ctx, removeLiveCode, { code: id })
    emit(ctx, liveCodeDeleted, { customerId: null, properties: { code: id, codeName: name, by: ctx.actor.name } })
    await audit(ctx, 'live_code.deleted', ['lco', id], { name })
  })

/** Off duty an employee is not offered, whatever the rota says. By a manager, or by the employee for themself. */
export async function setDuty(ctx: Context, id: number, employee: number, onDuty: boolean): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const { name } = await findCode(ctx, id, true)
    const { numUpdatedRows } = await ctx.db
      .updateTable('liveCodeEmployees')
      .set({ offDutyAt: onDuty ? null : sql`coalesce(off_duty_at, ${ctx.now()})` })
      .where('tenantId', '=', ctx.tenantId)
      .where('codeId', '=', id)
      .where('employeeId', '=', employee)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw notFound('employee')
    await refreshCodeHere(ctx, id)
    const employeeName = (await employeeNames(ctx, [employee])).get(employee) ?? ''
    emit(ctx, liveCodeDutyChanged, {
      customerId: null,
      properties: { code: id, codeName: name, employee, employeeName, onDuty, by: ctx.actor.name },
    })
    await audit(ctx, onDuty ? 'live_code.on_duty' : 'live_code.off_duty', ['lco', id], { employee: employeeName })
  })
  await pushCode(ctx, id)
}

/** After the cause is gone: somebody who was not taken by WeCom is offered again. */
export async function retryLiveCode(ctx: Context, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await findCode(ctx, id, true)
    await ctx.db
      .updateTable('liveCodeEmployees')
      .set({ blocked: null })
      .where('tenantId', '=', ctx.tenantId)
      .where('codeId', '=', id)
      .execute()
    await ctx.db
      .updateTable('liveCodes')
      .set({ wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await refreshCodeHere(ctx, id, true)
  })
  await pushCode(ctx, id)
}

async function findCode(ctx: Context, id: number, lock = false): Promise<{ corp: number; name: string }> {
  const found = ctx.db
    .selectFrom('liveCodes')
    .select(['corp', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
  const code = await (lock ? found.forUpdate() : found).executeTakeFirst()
  if (!code) throw notFound('live_code')
  return code
}

const memberNumbers = async (ctx: Context, id: number): Promise<{ employee: number }[]> =>
  await ctx.db
    .selectFrom('liveCodeEmployees')
    .select('employeeId as employee')
    .where('tenantId', '=', ctx.tenantId)
    .where('codeId', '=', id)
    .execute()

/** Who stays keeps their duty and their count; a member saved again is asked for again at WeCom. */
async function saveMembers(ctx: Context, id: number, members: readonly StoredMember[]): Promise<void> {
  const rows = members.map(({ employee, weight, dailyCap, spare }, position) => ({
    employee,
    weight,
    daily_cap: dailyCap,
    spare,
    position,
  }))
  await ctx.db
    .deleteFrom('liveCodeEmployees')
    .where('tenantId', '=', ctx.tenantId)
    .where('codeId', '=', id)
    .where(
      'employeeId',
      'not in',
      members.map(({ employee }) => employee),
    )
    .execute()
  await sql`
    insert into live_code_employees (tenant_id, code_id, employee_id, weight, daily_cap, spare, position)
    select ${ctx.tenantId}, ${id}, employee, weight, daily_cap, spare, position
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as m(employee int, weight int, daily_cap int, spare boolean, position int)
    on conflict (tenant_id, code_id, employee_id) do update set weight = excluded.weight, daily_cap = excluded.daily_cap, spare = excluded.spare, position = excluded.position, blocked = null`.execute(
    ctx.db,
  )
  await ctx.db.updateTable('liveCodes').set({ turn: [] }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
}

/** Hours name only employees of the code; a slot left without anybody would mean everybody, so it goes. */
async function dropFromRota(ctx: Context, id: number, members: readonly StoredMember[]): Promise<void> {
  const { schedule } = await ctx.db
    .selectFrom('liveCodes')
    .select('schedule')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const rota = StoredRota.parse(schedule)
  const kept = new Set(members.map(({ employee }) => employee))
  const trim = <S extends { employees: number[] }>(slots: S[]): S[] =>
    slots.flatMap((slot) => {
      const employees = slot.employees.filter((one) => kept.has(one))
      return slot.employees.length > 0 && employees.length === 0 ? [] : [{ ...slot, employees }]
    })
  const trimmed = { weekly: trim(rota.weekly), dates: rota.dates.map((one) => ({ ...one, slots: trim(one.slots) })) }
  await ctx.db
    .updateTable('liveCodes')
    .set({ schedule: JSON.stringify(trimmed) })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
}

async function saveTags(ctx: Context, id: number, tags: readonly number[]): Promise<void> {
  await ctx.db.deleteFrom('liveCodeTags').where('tenantId', '=', ctx.tenantId).where('codeId', '=', id).execute()
  if (tags.length > 0)
    await ctx.db
      .insertInto('liveCodeTags')
      .values(tags.map((tagId) => ({ tenantId: ctx.tenantId, codeId: id, tagId })))
      .execute()
}
