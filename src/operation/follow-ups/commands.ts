import { sql } from 'kysely'
import { membersOf, visibleCanonical } from '#management/identity/queries.ts'
import { followUpMoved, followUpNoted } from '#operation/events.ts'
import { assignTasks, withdrawTasks } from '#operation/tasks/commands.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { fileFacts } from '#platform/files.ts'
import { internalId } from '#platform/ids.ts'
import { actionKey } from './queries.ts'
import type { FollowUpChange, StagesInput } from './schema.ts'

type FollowUp = { id: number; customerId: number; stageId: number; stageName: string; actionVersion: number; isNew: boolean }
type Stage = { id: number; name: string }

/** Where the acting employee stands with a customer, what was said, and what comes next; the next action is a task. */
export async function changeFollowUp(ctx: Context, customer: number, change: FollowUpChange): Promise<void> {
  if (ctx.actor.kind !== 'employee')
    throw appError('follow_up.not_a_person', { status: 403, message: 'Customers are followed up by employees.' })
  const canonical = await visibleCanonical(ctx, customer)
  const files = await filesOf(ctx, change.fileIds ?? [])
  await inTransaction(ctx, async (ctx) => {
    const stage = await stageOf(ctx, change.stageId)
    const followUp = await lockFollowUp(ctx, canonical, stage)
    const moved = stage && (followUp.isNew || stage.id !== followUp.stageId) ? stage : undefined
    if (moved) await moveTo(ctx, followUp, moved)
    if (change.text || files.length > 0 || moved) await note(ctx, followUp, { text: change.text ?? '', files, stage: moved })
    if (change.next !== undefined) await planNext(ctx, followUp, change.next)
    await ctx.db
      .updateTable('followUps')
      .set({ changedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', followUp.id)
      .execute()
  })
}

/** The row of this employee and customer, locked; merged customers may have brought several, of which the last one counts. */
async function lockFollowUp(ctx: Context, canonical: number, stage: Stage | undefined): Promise<FollowUp> {
  const first = stage ?? (await firstStage(ctx))
  const known = await findFollowUp(ctx, canonical)
  if (known) return known
  const made = await ctx.db
    .insertInto('followUps')
    .values({
      ...{ tenantId: ctx.tenantId, customerId: canonical, employeeId: ctx.actor.id, stageId: first.id },
      ...{ stageSince: ctx.now(), changedAt: ctx.now() },
    })
    .onConflict((conflict) => conflict.columns(['tenantId', 'customerId', 'employeeId']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (made) return { id: made.id, customerId: canonical, stageId: first.id, stageName: first.name, actionVersion: 0, isNew: true }
  // Somebody made it at this very moment.
  return (await findFollowUp(ctx, canonical)) ?? lockFollowUp(ctx, canonical, stage)
}

async function findFollowUp(ctx: Context, canonical: number): Promise<FollowUp | undefined> {
  const { rows } = await sql<Omit<FollowUp, 'isNew'>>`
    select f.id, f.customer_id, f.stage_id, s.name as stage_name, f.action_version
    from follow_ups f join follow_up_stages s on s.tenant_id = f.tenant_id and s.id = f.stage_id
    where f.tenant_id = ${ctx.tenantId} and f.employee_id = ${ctx.actor.id} and f.customer_id = any(${await membersOf(ctx, canonical)}::int[])
    order by f.changed_at desc, f.id limit 1 for update of f`.execute(ctx.db)
  return rows[0] && { ...rows[0], isNew: false }
}

async function firstStage(ctx: Context): Promise<Stage> {
  return ctx.db
    .selectFrom('followUpStages')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('removedAt', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow()
}

/** Locked against being removed while somebody comes into it. */
async function stageOf(ctx: Context, text: string | undefined): Promise<Stage | undefined> {
  if (text === undefined) return undefined
  const found = await ctx.db
    .selectFrom('followUpStages')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', internalId(ctx, 'fst', text))
    .where('removedAt', 'is', null)
    .forShare()
    .executeTakeFirst()
  if (!found) throw appError('follow_up_stage.not_found', { status: 404, message: 'No such stage.', field: 'stageId' })
  return found
}

async function moveTo(ctx: Context, followUp: FollowUp, stage: Stage): Promise<void> {
  await ctx.db
    .updateTable('followUps')
    .set({ stageId: stage.id, stageSince: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', followUp.id)
    .execute()
  emit(ctx, followUpMoved, {
    customerId: followUp.customerId,
    properties: {
      ...{ employee: ctx.actor.id, employeeName: ctx.actor.name, stage: stage.id, stageName: stage.name },
      ...(!followUp.isNew && { before: followUp.stageName }),
    },
  })
}

async function note(ctx: Context, followUp: FollowUp, said: { text: string; files: number[]; stage: Stage | undefined }): Promise<void> {
  await ctx.db
    .insertInto('followUpRecords')
    .values({
      ...{ tenantId: ctx.tenantId, followUpId: followUp.id, text: said.text, fileIds: said.files, stageId: said.stage?.id ?? null },
      ...{ writtenBy: ctx.actor.id, writtenAt: ctx.now() },
    })
    .execute()
  if (said.text || said.files.length > 0)
    emit(ctx, followUpNoted, {
      customerId: followUp.customerId,
      properties: { employee: ctx.actor.id, employeeName: ctx.actor.name, text: said.text, files: said.files.length },
    })
}

/** The one before is asked for no more. */
async function planNext(ctx: Context, followUp: FollowUp, next: NonNullable<FollowUpChange['next']> | null): Promise<void> {
  const source = { kind: 'hand' as const, id: followUp.id, step: 'follow_up' }
  await withdrawTasks(ctx, source)
  const version = followUp.actionVersion + 1
  const at = next?.at ? new Date(next.at) : undefined
  await ctx.db
    .updateTable('followUps')
    .set({ nextAction: next?.action ?? null, nextAt: at ?? null, actionVersion: version })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', followUp.id)
    .execute()
  if (!next) return
  const wish = { key: actionKey(followUp.id, version), employeeId: ctx.actor.id, customerId: followUp.customerId, title: next.action }
  await assignTasks(ctx, [{ ...wish, kind: 'todo', source, ...(at && { dueAt: at }) }])
}

async function filesOf(ctx: Context, texts: readonly string[]): Promise<number[]> {
  const ids = texts.map((text) => internalId(ctx, 'fil', text))
  for (const [at, id] of ids.entries())
    if (!(await fileFacts(ctx, id))) throw appError('file.not_found', { status: 404, message: 'No such file.', field: `fileIds.${at}` })
  return ids
}

/** The list as it is to be. A stage that customers are in stays. */
export const saveStages = (ctx: Context, { stages }: StagesInput): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await sql`select from follow_up_stages where tenant_id = ${ctx.tenantId} and removed_at is null order by id for update`.execute(ctx.db)
    const wanted = stages.map(({ id, name }, at) => ({
      id: id === undefined ? undefined : internalId(ctx, 'fst', id),
      name,
      position: at + 1,
    }))
    const twice = wanted.findIndex(({ name }, at) => wanted.some((one, other) => other < at && one.name === name))
    if (twice >= 0) throw appError('follow_up_stage.twice', { message: 'Two stages have this name.', field: `stages.${twice}.name` })
    await removeOthers(
      ctx,
      wanted.flatMap(({ id }) => id ?? []),
    )
    // Two names may change places: for a moment each has one that nobody chooses.
    await sql`update follow_up_stages set name = '#' || id where tenant_id = ${ctx.tenantId} and removed_at is null`.execute(ctx.db)
    for (const [at, { id, name, position }] of wanted.entries())
      if (!(await saveStage(ctx, id, { name, position })))
        throw appError('follow_up_stage.not_found', { status: 404, message: 'No such stage.', field: `stages.${at}.id` })
    await audit(ctx, 'follow_up_stages.changed', ['ten', ctx.tenantId], { stages: stages.map(({ name }) => name) })
  })

async function saveStage(ctx: Context, id: number | undefined, facts: { name: string; position: number }): Promise<boolean> {
  if (id === undefined) {
    await ctx.db
      .insertInto('followUpStages')
      .values({ tenantId: ctx.tenantId, ...facts })
      .execute()
    return true
  }
  const changed = await ctx.db
    .updateTable('followUpStages')
    .set(facts)
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('removedAt', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

async function removeOthers(ctx: Context, kept: readonly number[]): Promise<void> {
  const { rows } = await sql<{ name: string; people: number }>`
    with gone as (
      update follow_up_stages set removed_at = ${ctx.now()} where tenant_id = ${ctx.tenantId} and removed_at is null and id <> all(${[...kept]}::int[])
      returning id, name
    )
    select g.name, (select count(*)::int from follow_ups f where f.tenant_id = ${ctx.tenantId} and f.stage_id = g.id) as people from gone g`.execute(
    ctx.db,
  )
  const used = rows.find(({ people }) => people > 0)
  if (used)
    throw appError('follow_up_stage.in_use', {
      status: 409,
      message: `${used.people} customers are in “${used.name}”; move them first.`,
      field: 'stages',
      details: { name: used.name, people: used.people },
    })
}
