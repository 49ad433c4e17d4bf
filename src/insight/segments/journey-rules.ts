import { canonicalIds } from '#management/identity/queries.ts'
import type { Rules } from '#operation/journeys/rules.ts'
import { appError, isRefusal } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { requireKnownProperties, unknownProperties } from '../reports/known-properties.ts'
import { fewOf } from '../reports/segment/asking.ts'
import { idsOf } from '../reports/segment/bits.ts'
import { membersOf } from '../reports/segment/members.ts'
import { resolveRule, resolveSaved } from '../reports/segment/resolve.ts'
import { type Rule, readRule } from '../reports/segment/rule.ts'
import { listeningOf } from './live/listening.ts'
import { askNow } from './queries.ts'
import { untilTold } from './told.ts'

/** In `listeningOf`. Whoever waits for a rule about anything at all is asked about now and then. */
const anyName = '*'

/** What journeys ask the rules, answered for them. */
export const rulesForJourneys: Rules = {
  async holds(ctx, rule, customerIds) {
    await untilTold(ctx)
    const few = await fewOf(ctx, customerIds)
    const { asking, resolving } = await askNow(ctx)
    const members = new Set(idsOf(await membersOf({ ...asking, few }, await resolveRule(resolving, ruleOf(rule)))))
    const canonicals = await canonicalIds(ctx, customerIds)
    return new Set(customerIds.filter((id) => members.has(canonicals.get(id) ?? id)))
  },
  async check(ctx, rule) {
    const read = readRule(rule)
    if (!('rule' in read)) return [{ field: read.path.join('.'), message: read.message }]
    try {
      const { resolving } = await askNow(ctx)
      await resolveRule(resolving, read.rule)
      await requireKnownProperties(ctx, { rule }, {})
      return []
    } catch (error) {
      if (!isRefusal(error)) throw error
      return [{ field: error.field ?? '', message: error.message }]
    }
  },
  unknownProperties,
  async heardBy(ctx, rule) {
    const { names } = await listeningOf(ctx, ruleOf(rule))
    return names.filter((name) => name !== anyName)
  },
  async membersOf(ctx, segment) {
    internalId(ctx, 'seg', segment)
    const { asking, resolving } = await askNow(ctx)
    return idsOf(await membersOf(asking, await resolveSaved(resolving, segment, 'segment')))
  },
}

function ruleOf(rule: unknown): Rule {
  const read = readRule(rule)
  if ('rule' in read) return read.rule
  throw appError('segment.invalid_rule', { message: read.message, field: read.path.join('.') })
}
