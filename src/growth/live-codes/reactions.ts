import { sql } from 'kysely'
import { z } from 'zod'
import { liveCodeAdded, liveCodeLeft } from '#growth/events.ts'
import { setFollowChannel } from '#management/customers/commands.ts'
import { tagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import type { Consumer, LoggedEvent } from '#platform/events/consumers.ts'
import { emit } from '#platform/events/emit.ts'
import { enqueue } from '#platform/jobs.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { refreshCode, remarkCustomer } from './jobs.ts'

/** What happens when somebody came through a code, left again, or an employee of a code comes or goes. */
export const liveCodeReactions: Consumer = {
  name: 'live_codes',
  from: 'now',
  events: ['customer.followed', 'customer.unfollowed', 'employee.left', 'employee.suspended', 'employee.resumed'],
  async handle(ctx, events) {
    for (const event of events) await react({ ...ctx, requestId: event.requestId ?? ctx.requestId }, event)
  },
}

async function react(ctx: Context, event: LoggedEvent): Promise<void> {
  if (event.name === 'customer.followed') await added(ctx, event)
  else if (event.name === 'customer.unfollowed') await left(ctx, event)
  else await teamChanged(ctx, Number(event.properties.employee))
}

const Followed = z.object({ employee: z.int(), employeeName: z.string(), state: z.string().optional(), again: z.boolean() })

async function added(ctx: Context, { customerId, at, properties }: LoggedEvent): Promise<void> {
  const { state, employee, employeeName, again } = Followed.parse(properties)
  const code = state && customerId !== null ? await codeOf(ctx, 'state', state) : undefined
  if (!code || customerId === null) return
  if (!(await countAdd(ctx, code.id, { customerId, employee, at }))) return
  if (code.channelId !== null) await setFollowChannel(ctx, { customerId, employeeId: employee, channelId: code.channelId })
  const tags = await ctx.db
    .selectFrom('liveCodeTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('codeId', '=', code.id)
    .orderBy('tagId')
    .execute()
  for (const { tagId } of tags) await tagCustomers(ctx, tagId, [customerId], { source: 'live_code', at })
  emit(ctx, liveCodeAdded, { customerId, at, properties: { ...factsOf(code), employee, employeeName, corp: code.corp, again } })
  if (code.remark) await enqueue(ctx, remarkCustomer, { code: code.id, customer: customerId, employee, addedAt: at.toISOString() })
  // Whose turn it is goes by today's adds: what is told of an earlier day changes nobody's.
  if (ctx.now().getTime() - at.getTime() < turnMs) await refreshCode(ctx, code.id)
}

const turnMs = 86_400_000

type Add = { customerId: number; employee: number; at: Date }

/** Once a friendship, however often the fact is told; the day's count is one statement, so that caps hold for any number at once. */
async function countAdd(ctx: Context, code: number, { customerId, employee, at }: Add): Promise<boolean> {
  const day = dayOf(at, await timezoneOf(ctx))
  const { rows } = await sql<{ adds: number }>`
    with fresh as (
      insert into live_code_adds (tenant_id, code_id, customer_id, employee_id, added_at) values (${ctx.tenantId}, ${code}, ${customerId}, ${employee}, ${at})
      on conflict do nothing returning code_id
    ), turned as (
      update live_code_employees m set turn_adds = turn_adds + 1 from fresh where m.tenant_id = ${ctx.tenantId} and m.code_id = fresh.code_id and m.employee_id = ${employee}
    )
    insert into live_code_days as d (tenant_id, code_id, day, employee_id, adds) select ${ctx.tenantId}, code_id, ${day}, ${employee}, 1 from fresh
    on conflict (tenant_id, code_id, day, employee_id) do update set adds = d.adds + 1
    returning adds`.execute(ctx.db)
  return rows.length > 0
}

const Unfollowed = z.object({ employee: z.int(), employeeName: z.string(), by: z.enum(['customer', 'employee', 'transfer']) })

async function left(ctx: Context, { customerId, at, properties }: LoggedEvent): Promise<void> {
  const { employee, employeeName, by } = Unfollowed.parse(properties)
  const { rows } = await sql<{ codeId: number; addedAt: Date }>`
    update live_code_adds set ended_at = ${at}, ended_by = ${by}
    where tenant_id = ${ctx.tenantId} and customer_id = ${customerId} and employee_id = ${employee} and ended_at is null and added_at <= ${at}
    returning code_id, added_at`.execute(ctx.db)
  for (const { codeId, addedAt } of rows) {
    const code = await codeOf(ctx, 'id', codeId)
    const daysKept = Math.floor((at.getTime() - addedAt.getTime()) / 86_400_000)
    if (code) emit(ctx, liveCodeLeft, { customerId, at, properties: { ...factsOf(code), employee, employeeName, by, daysKept } })
  }
}

async function teamChanged(ctx: Context, employee: number): Promise<void> {
  const codes = await ctx.db
    .selectFrom('liveCodeEmployees')
    .select('codeId')
    .where('tenantId', '=', ctx.tenantId)
    .where('employeeId', '=', employee)
    .orderBy('codeId')
    .execute()
  for (const { codeId } of codes) await refreshCode(ctx, codeId)
}

type Code = { id: number; corp: number; name: string; remark: string | null; channelId: number | null; channelName: string | null }

/** Deleted codes too: who scanned a printed one a moment before still came through it. */
export const codeOf = (ctx: Context, key: 'id' | 'state', value: number | string): Promise<Code | undefined> =>
  ctx.db
    .selectFrom('liveCodes as l')
    .leftJoin('channels as c', (join) => join.onRef('c.tenantId', '=', 'l.tenantId').onRef('c.id', '=', 'l.channelId'))
    .select(['l.id', 'l.corp', 'l.name', 'l.remark', 'l.channelId', 'c.name as channelName'])
    .where('l.tenantId', '=', ctx.tenantId)
    .where(`l.${key}`, '=', value as never)
    .executeTakeFirst()

export type CodeFacts = Pick<Code, 'id' | 'name' | 'channelId' | 'channelName'>

export const factsOf = ({ id, name, channelId, channelName }: CodeFacts) => ({
  code: id,
  codeName: name,
  ...(channelId === null ? {} : { channel: channelId, ...(channelName ? { channelName } : {}) }),
})
