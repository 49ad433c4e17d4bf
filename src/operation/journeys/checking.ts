import { checkAttributes } from '#management/customers/attributes.ts'
import type { Context } from '#platform/context.ts'
import { isRefusal } from '#platform/errors.ts'
import { type IdPrefix, internalId } from '#platform/ids.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { wrongFiles } from '../contents/commands.ts'
import type { Attachment } from '../contents/schema.ts'
import { checkDefinition, type Issue } from './check.ts'
import type { Awaited, Definition, Step } from './definition.ts'
import { eventPropertiesIn } from './event-properties.ts'
import { nextRepeat } from './moments.ts'
import type { Rules } from './rules.ts'

/** Everything that keeps a drawing from being started, or that somebody should look at: what it is alone, and what it names. */
export async function checkJourney(ctx: Context, rules: Rules, definition: Definition): Promise<Issue[]> {
  const named = await Promise.all(definition.steps.map((step) => checkNames(ctx, rules, step)))
  const unknown = await checkProperties(ctx, rules, definition)
  return [...checkDefinition(definition), ...(await checkDoors(ctx, rules, definition)), ...named.flat(), ...unknown]
}

const error = (step: string | null, field: string, code: string, message: string): Issue => ({
  step,
  field,
  code,
  message,
  severity: 'error',
})

async function checkDoors(ctx: Context, rules: Rules, { entry, exits, goal }: Definition): Promise<Issue[]> {
  const found = await Promise.all([
    ...('segment' in entry && entry.segment !== '' ? [checkSegment(ctx, rules, null, 'entry.segment', entry.segment)] : []),
    ...exits.map((one, i) => checkHappening(ctx, rules, null, `exits.${i}`, one)),
    ...(goal?.when ?? []).map((one, i) => checkHappening(ctx, rules, null, `goal.when.${i}`, one)),
  ])
  const issues = found.flat()
  if (entry.by !== 'schedule') return issues
  const timezone = await timezoneOf(ctx)
  if (!nextRepeat(ctx.now(), entry.repeat, timezone)) issues.push(error(null, 'entry.repeat', 'journey.past', 'This time is over already.'))
  return issues
}

/** A filter on a property that no such event has never holds. */
async function checkProperties(ctx: Context, rules: Rules, definition: Definition): Promise<Issue[]> {
  const refusals = await rules.unknownProperties(ctx, eventPropertiesIn(definition))
  return refusals.map(({ code, message, details, field = '' }) => {
    const [, place, within] = /^steps\.(\d+)\.(.+)$/s.exec(field) ?? []
    const step = definition.steps[Number(place)]
    return { ...error(step?.id ?? null, within ?? field, code, message), details }
  })
}

async function checkNames(ctx: Context, rules: Rules, step: Step): Promise<Issue[]> {
  switch (step.type) {
    case 'tag':
      return checkTag(ctx, step.id, step.tag)
    case 'stage':
      return checkStage(ctx, step.id, step.stage)
    case 'welcome':
    case 'message':
    case 'group_message':
      return checkFiles(ctx, step)
    case 'moment':
      return [...(step.tag === null ? [] : await checkTag(ctx, step.id, step.tag)), ...(await checkFiles(ctx, step))]
    case 'notice':
      return checkEmployees(ctx, step.id, step.employees)
    case 'attribute':
      return refusalOf(step.id, 'value', () => checkAttributes(ctx, { [step.key]: step.value }))
    case 'wait_for':
      return (await Promise.all(step.happens.map((one, i) => checkHappening(ctx, rules, step.id, `happens.${i}`, one)))).flat()
    case 'branch': {
      const found = await Promise.all(
        step.paths.map(async ({ when }, i) => ('rule' in when ? checkRule(ctx, rules, step.id, `paths.${i}.when.rule`, when.rule) : [])),
      )
      return found.flat()
    }
    default:
      return []
  }
}

async function checkHappening(ctx: Context, rules: Rules, step: string | null, field: string, one: Awaited): Promise<Issue[]> {
  if ('rule' in one) return checkRule(ctx, rules, step, `${field}.rule`, one.rule)
  return 'segment' in one ? checkSegment(ctx, rules, step, `${field}.segment`, one.segment) : []
}

const checkRule = async (ctx: Context, rules: Rules, step: string | null, field: string, rule: unknown): Promise<Issue[]> =>
  (await rules.check(ctx, rule)).map((wrong) => error(step, `${field}${wrong.field && `.${wrong.field}`}`, 'journey.rule', wrong.message))

/** A segment is as good as the rule that asks for it. */
const checkSegment = async (ctx: Context, rules: Rules, step: string | null, field: string, segment: string): Promise<Issue[]> =>
  (await rules.check(ctx, { segment })).map(({ message }) => error(step, field, 'journey.segment', message))

const checkFiles = async (ctx: Context, { id, attachments }: { id: string; attachments: readonly Attachment[] }): Promise<Issue[]> =>
  (await wrongFiles(ctx, attachments)).map(({ field, code, message }) => error(id, field ?? 'attachments', code, message))

async function checkTag(ctx: Context, step: string, tag: string): Promise<Issue[]> {
  const id = idOrNothing(ctx, 'tag', tag)
  const row =
    id === undefined
      ? undefined
      : await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirst()
  return row ? [] : [error(step, 'tag', 'tag.not_found', 'No such tag.')]
}

async function checkStage(ctx: Context, step: string, stage: string): Promise<Issue[]> {
  const id = idOrNothing(ctx, 'fst', stage)
  const stages = ctx.db.selectFrom('followUpStages').select('id').where('tenantId', '=', ctx.tenantId).where('removedAt', 'is', null)
  const row = id === undefined ? undefined : await stages.where('id', '=', id).executeTakeFirst()
  return row ? [] : [error(step, 'stage', 'follow_up_stage.not_found', 'No such stage.')]
}

async function checkEmployees(ctx: Context, step: string, employees: readonly string[]): Promise<Issue[]> {
  const ids = employees.map((one) => idOrNothing(ctx, 'emp', one) ?? 0)
  if (ids.length === 0) return []
  const found = await ctx.db
    .selectFrom('employees')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('status', '=', 'active')
    .where('id', 'in', ids)
    .execute()
  const known = new Set(found.map(({ id }) => id))
  return ids.flatMap((id, i) =>
    known.has(id) ? [] : [error(step, `employees.${i}`, 'employee.not_found', 'No such employee, or they left.')],
  )
}

function idOrNothing(ctx: Context, prefix: IdPrefix, text: string): number | undefined {
  try {
    return internalId(ctx, prefix, text)
  } catch {
    return undefined
  }
}

async function refusalOf(step: string, field: string, ask: () => Promise<unknown>): Promise<Issue[]> {
  try {
    await ask()
    return []
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal
    return [error(step, field, refusal.code, refusal.message)]
  }
}
