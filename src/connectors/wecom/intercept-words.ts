import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'

/** doc 95097; a hundred rules a corp (41069), people and departments each up to a thousand. */
export const interceptLimits = { rules: 100, nameChars: 20, words: 300, wordChars: 32, users: 1000, departments: 1000 } as const

/** What is caught besides the words. */
export type InterceptSemantics = 'mobile' | 'email' | 'red_packet'
/** `block`: the member is warned and cannot send; `warn`: is warned only. */
export type InterceptAction = 'block' | 'warn'
export type InterceptRange = { users?: string[] | undefined; departments?: number[] | undefined }
export type InterceptRuleFacts = {
  name: string
  words: string[]
  semantics?: InterceptSemantics[] | undefined
  action: InterceptAction
  /** At least one member or department. */
  range: InterceptRange
}
const semanticsNumbers: Record<InterceptSemantics, number> = { mobile: 1, email: 2, red_packet: 3 }
const actionNumbers: Record<InterceptAction, number> = { block: 1, warn: 2 }

export type InterceptRule = NonNullable<ResponseOf<'externalcontact/get_intercept_rule'>['rule']>
export type ListedInterceptRule = NonNullable<ResponseOf<'externalcontact/get_intercept_rule_list'>['rule_list']>[number]

/** doc 95097. Not repeated after an unknown end: ask `findInterceptRule`. */
export async function addInterceptRule(app: WecomApp, rule: InterceptRuleFacts, options?: CallOptions): Promise<string> {
  const body = {
    rule_name: rule.name,
    word_list: rule.words,
    semantics_list: rule.semantics?.map((one) => semanticsNumbers[one]),
    intercept_type: actionNumbers[rule.action],
    applicable_range: rangeOf(rule.range),
  }
  return (await callWecom(app, 'externalcontact/add_intercept_rule', { body }, options)).rule_id
}

/** doc 95097: all of them, by id and name. */
export async function listInterceptRules(app: WecomApp, options?: CallOptions): Promise<ListedInterceptRule[]> {
  return (await callWecom(app, 'externalcontact/get_intercept_rule_list', {}, options)).rule_list ?? []
}

/** doc 95097: semantics stand under `extra_rule` here, 1 mobile, 2 e-mail, 3 red packet. An unknown id is 41071. */
export async function getInterceptRule(app: WecomApp, ruleId: string, options?: CallOptions): Promise<InterceptRule | undefined> {
  return (await callWecom(app, 'externalcontact/get_intercept_rule', { body: { rule_id: ruleId } }, options)).rule
}

export type InterceptRuleChanges = Partial<Omit<InterceptRuleFacts, 'range'>> & {
  add?: InterceptRange | undefined
  remove?: InterceptRange | undefined
}

/** doc 95097: words and semantics replace the old ones, people are added and removed; nobody left is refused. */
export async function updateInterceptRule(
  app: WecomApp,
  ruleId: string,
  changes: InterceptRuleChanges,
  options?: CallOptions,
): Promise<void> {
  const { name, words, semantics, action, add, remove } = changes
  const body = {
    rule_id: ruleId,
    rule_name: name,
    word_list: words,
    extra_rule: semantics && { semantics_list: semantics.map((one) => semanticsNumbers[one]) },
    intercept_type: action && actionNumbers[action],
    add_applicable_range: add && rangeOf(add),
    remove_applicable_range: remove && rangeOf(remove),
  }
  await callWecom(app, 'externalcontact/update_intercept_rule', { body }, options)
}

/** doc 95097 */
export async function deleteInterceptRule(app: WecomApp, ruleId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/del_intercept_rule', { body: { rule_id: ruleId } }, options)
}

/** A rule of this name made at or after `since` (unix seconds) that nobody has written down yet. */
export async function findInterceptRule(
  app: WecomApp,
  made: { name: string; since: number; known?: readonly string[] | undefined },
  options?: CallOptions,
): Promise<string | undefined> {
  const isIt = (one: ListedInterceptRule) =>
    one.rule_name === made.name && (one.create_time ?? 0) >= made.since && !made.known?.includes(one.rule_id)
  return (await listInterceptRules(app, options)).find(isIt)?.rule_id
}

const rangeOf = ({ users, departments }: InterceptRange) => ({ user_list: users, department_list: departments })
