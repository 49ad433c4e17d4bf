import { sql } from 'kysely'
import { DateTime } from 'luxon'
import { canonicalIds } from '#management/identity/queries.ts'
import { employeesBelow } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type IdPrefix, idPrefixes, internalId } from '#platform/ids.ts'
import { dayOf, dayRange } from '#platform/time.ts'
import { builtIns } from './attribute-schema.ts'
import { type Leaf, type LeafOf, unitMs, type Within } from './leaves.ts'
import type { Fact, Moment, Node, Span } from './node.ts'
import type { Rule } from './rule.ts'
import { savedSegment } from './saved.ts'
import { highValuePeople, layerPeople, quadrantPeople, rfmPeople, scorePeople } from './standings.ts'

export type Resolving = {
  ctx: Context
  moment: Moment
  /** How people are called where the rule was written. */
  personOf(name: string, field: string): number
  /** Saved segments on the way here: meeting one of them again would never end. */
  within: readonly string[]
}

/** Looks up what a rule names; a name that is nothing is refused with the way to it. */
export async function resolveRule(resolving: Resolving, rule: Rule, path = 'rule'): Promise<Node> {
  if ('and' in rule) return { kind: 'and', of: await resolveAll(resolving, rule.and, `${path}.and`) }
  if ('or' in rule) return { kind: 'or', of: await resolveAll(resolving, rule.or, `${path}.or`) }
  if ('not' in rule) return { kind: 'not', of: await resolveRule(resolving, rule.not, `${path}.not`) }
  if ('segment' in rule) return resolveSaved(resolving, rule.segment, `${path}.segment`)
  return { kind: 'fact', said: rule, fact: await resolveLeaf(resolving, rule, path) }
}

const resolveAll = (resolving: Resolving, rules: Rule[], path: string): Promise<Node[]> =>
  Promise.all(rules.map((one, i) => resolveRule(resolving, one, `${path}.${i}`)))

/** A saved rule in place of its name; people named one by one are a list. */
export async function resolveSaved(resolving: Resolving, id: string, field: string): Promise<Node> {
  if (resolving.within.includes(id)) throw appError('segment.circle', { message: 'A segment cannot be made of itself.', field })
  const saved = await savedSegment(resolving.ctx, id, field)
  const inner = { ...resolving, within: [...resolving.within, id] }
  const of: Node = saved.rule
    ? await resolveRule(inner, saved.rule, field)
    : { kind: 'fact', said: { segment: id }, fact: { kind: 'people', ids: saved.members } }
  return { kind: 'segment', said: id, name: saved.name, of }
}

async function resolveLeaf(resolving: Resolving, leaf: Exclude<Leaf, { segment: string }>, path: string): Promise<Fact> {
  const idsOf = (prefix: IdPrefix, texts: string[] | undefined, field: string) =>
    texts?.map((text, i) => idOf(resolving.ctx, prefix, text, `${path}.${field}.${i}`))
  if ('attribute' in leaf) return { kind: 'attribute', asked: await knownAttribute(resolving.ctx, leaf.attribute, path) }
  if ('tag' in leaf) {
    const { any, all, none } = leaf.tag
    return { kind: 'tag', any: idsOf('tag', any, 'tag.any'), all: idsOf('tag', all, 'tag.all'), none: idsOf('tag', none, 'tag.none') }
  }
  if ('follow' in leaf) return resolveFollow(resolving, leaf.follow, path)
  if ('group' in leaf)
    return { kind: 'group', state: leaf.group.state, days: leaf.group.days, groups: idsOf('grp', leaf.group.groups, 'group.groups') }
  if ('event' in leaf) return { kind: 'event', ...spanOf(resolving.moment, leaf.event.within), ...eventParts(leaf.event) }
  if ('sequence' in leaf) {
    const { steps, window, within } = leaf.sequence
    return { kind: 'sequence', steps, windowMs: window.value * unitMs[window.unit], ...spanOf(resolving.moment, within) }
  }
  if ('orders' in leaf) return resolveOrders(resolving.moment, leaf.orders)
  const latest = { kind: 'latest', to: resolving.moment.at.getTime() } as const
  if ('points' in leaf) return { ...latest, of: 'points', value: leaf.points, is: undefined, isNot: undefined }
  if ('member_level' in leaf) {
    const { is, isNot, level } = leaf.member_level
    return { ...latest, of: 'member_level', value: level, is, isNot }
  }
  if ('rfm' in leaf) return rfmPeople(resolving, leaf.rfm, `${path}.rfm`)
  if ('layer' in leaf) return layerPeople(resolving, leaf.layer)
  if ('quadrant' in leaf) return quadrantPeople(resolving, leaf.quadrant)
  if ('high_value' in leaf) return highValuePeople(resolving, leaf.high_value)
  if ('score' in leaf) return scorePeople(resolving, leaf.score)
  if ('random' in leaf) return { kind: 'random', ...leaf.random }
  const people = leaf.customers.map((name, i) => resolving.personOf(name, `${path}.customers.${i}`))
  const canonical = await canonicalIds(resolving.ctx, people)
  return { kind: 'people', ids: people.map((id) => canonical.get(id) ?? id) }
}

const eventParts = ({ event, where, slot, count, days, sum }: LeafOf<'event'>) => ({
  event,
  where,
  slot,
  days,
  sum,
  count: count ?? (days || sum ? undefined : { gte: 1 }),
})

function resolveOrders(moment: Moment, { within, currency, ...asked }: LeafOf<'orders'>): Fact {
  const { products, count, amount, average, lastDaysAgo, firstDaysAgo } = asked
  const isSaid = count || amount || average || lastDaysAgo || firstDaysAgo
  return {
    kind: 'orders',
    ...spanOf(moment, within),
    currency: currency ?? moment.currency,
    products,
    count: isSaid ? count : { gte: 1 },
    amount,
    average,
    lastDaysAgo,
    firstDaysAgo,
  }
}

function spanOf({ at, zone }: Moment, within: Within | undefined): Span {
  const now = at.getTime()
  if (!within) return { from: undefined, to: now }
  if ('last' in within) return { from: now - within.last * unitMs[within.unit] + 1, to: now }
  const { from, to } = dayRange(within.dateFrom, within.dateTo, zone)
  return { from: from.getTime(), to: Math.min(to.getTime() - 1, now) }
}

async function resolveFollow({ ctx }: Resolving, asked: LeafOf<'follow'>, path: string): Promise<Fact> {
  const { state, addWays, endedBy, days } = asked
  const idsOf = (prefix: IdPrefix, texts: string[] | undefined, field: string) =>
    texts?.map((text, i) => idOf(ctx, prefix, text, `${path}.follow.${field}.${i}`))
  const employees = idsOf('emp', asked.employees, 'employees')
  const departments = idsOf('dep', asked.departments, 'departments')
  const those = departments && (await employeesBelow(ctx, departments))
  return {
    kind: 'follow',
    state,
    employees: employees && those ? employees.filter((one) => those.includes(one)) : (employees ?? those),
    channels: idsOf('cha', asked.channels, 'channels'),
    addWays,
    endedBy,
    days,
  }
}

function idOf(ctx: Context, prefix: IdPrefix, text: string, field: string): number {
  try {
    return internalId(ctx, prefix, text)
  } catch (cause) {
    const noun = idPrefixes[prefix]
    throw appError(`${noun}.not_found`, { status: 404, message: `No such ${noun.replaceAll('_', ' ')}.`, field, cause })
  }
}

/** Declared by the company, known of everybody, or at least somebody has it: events of programs may bring attributes along. */
async function knownAttribute(ctx: Context, asked: LeafOf<'attribute'>, path: string): Promise<LeafOf<'attribute'>> {
  const { property } = asked
  if (builtIns.some((one) => one === property)) return asked
  const { rows } = await sql<{ known: boolean }>`
    select exists (select from attributes where tenant_id = ${ctx.tenantId} and key = ${property})
      or exists (select from customers where tenant_id = ${ctx.tenantId} and attributes ->> ${property} is not null) as known`.execute(
    ctx.db,
  )
  if (rows[0]?.known) return asked
  throw appError('attribute.unknown', {
    message: `There is no attribute ${property.slice(0, 40)}.`,
    field: `${path}.attribute.property`,
  })
}

/** The moment a rule is asked for: now, an instant, or the end of a day. */
export function momentOf(ctx: Context, zone: string, currency: string, asOf: string | undefined): Moment {
  const at = asOf === undefined ? ctx.now() : /^\d{4}-\d{2}-\d{2}$/.test(asOf) ? endOf(asOf, zone) : DateTime.fromISO(asOf).toJSDate()
  return { at, zone, today: dayOf(at, zone), currency }
}

const endOf = (day: string, zone: string): Date => new Date(dayRange(day, day, zone).to.getTime() - 1)
