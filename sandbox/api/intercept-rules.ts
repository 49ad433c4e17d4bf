// 敏感词 (section 13, page 95097). The body of an update is another than that of a creation.
import { z } from 'zod'
import { createRule, deleteRule, findRule, listRules, type Rule, type RuleBody, updateRule } from '../state/intercept-rules.ts'
import { toSeconds } from '../state/world.ts'
import { checkDepartments, visibleNamed } from './people-named.ts'
import { type Call, type Endpoint, endpoint, Nothing, refuse, refuseParameter, words } from './protocol.ts'

const rulesMost = 100

const wordsMost = 300
const Words = z.array(words(32, 1)).min(1)
const Semantics = z.array(z.int().min(1).max(3))
const Range = z.object({
  user_list: z.array(z.string()).max(1000).default([]),
  department_list: z.array(z.int()).max(1000).default([]),
})
const Kind = z.int().min(1).max(2)
const RuleId = z.object({ rule_id: z.string().min(1) })
type Range = RuleBody['applicable_range']

export const interceptEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/add_intercept_rule',
    permission: 'customers',
    input: z.object({
      rule_name: words(20, 1),
      word_list: Words,
      semantics_list: Semantics.default([]),
      intercept_type: Kind,
      applicable_range: Range,
    }),
    handle: (call, body) => {
      const { world, agent } = call
      checkWords(body.word_list)
      checkPeople(call, body.applicable_range)
      checkSomebody(body.applicable_range)
      if (listRules(world, agent.corpId).length >= rulesMost) refuse(41069)
      return { rule_id: createRule(world, agent.corpId, body) }
    },
  }),
  endpoint({
    path: 'externalcontact/get_intercept_rule_list',
    method: 'GET',
    permission: 'customers',
    empty: { rule_list: [] },
    input: Nothing,
    handle: ({ world, agent }) => ({
      rule_list: listRules(world, agent.corpId).map((it) => ({
        rule_id: it.ruleId,
        rule_name: it.body.rule_name,
        create_time: toSeconds(it.createdAt),
      })),
    }),
  }),
  endpoint({
    path: 'externalcontact/get_intercept_rule',
    permission: 'customers',
    input: RuleId,
    handle: (call, { rule_id }) => {
      const { semantics_list, ...body } = ownRule(call, rule_id).body
      return { rule: { rule_id, ...body, extra_rule: { semantics_list } } }
    },
  }),
  endpoint({
    path: 'externalcontact/update_intercept_rule',
    permission: 'customers',
    input: RuleId.extend({
      rule_name: words(20, 1).optional(),
      word_list: Words.optional(),
      extra_rule: z.object({ semantics_list: Semantics.default([]) }).optional(),
      intercept_type: Kind.optional(),
      add_applicable_range: Range.optional(),
      remove_applicable_range: Range.optional(),
    }),
    handle: (call, input) => {
      const rule = ownRule(call, input.rule_id)
      checkWords(input.word_list ?? [])
      if (input.add_applicable_range) checkPeople(call, input.add_applicable_range)
      const applicable_range = moved(rule.body.applicable_range, input.add_applicable_range, input.remove_applicable_range)
      checkSomebody(applicable_range)
      updateRule(call.world, rule, {
        rule_name: input.rule_name ?? rule.body.rule_name,
        word_list: input.word_list ?? rule.body.word_list,
        semantics_list: input.extra_rule?.semantics_list ?? rule.body.semantics_list,
        intercept_type: input.intercept_type ?? rule.body.intercept_type,
        applicable_range,
      })
      return {}
    },
  }),
  endpoint({
    path: 'externalcontact/del_intercept_rule',
    permission: 'customers',
    input: RuleId,
    handle: (call, { rule_id }) => {
      deleteRule(call.world, ownRule(call, rule_id))
      return {}
    },
  }),
]

const ownRule = ({ world, agent }: Call, ruleId: string): Rule => findRule(world, agent.corpId, ruleId) ?? refuse(41071)

function moved(before: Range, add: Range | undefined, remove: Range | undefined): Range {
  const both = <Item>(have: Item[], more: Item[] = [], less: Item[] = []) =>
    [...new Set([...have, ...more])].filter((it) => !less.includes(it))
  return {
    user_list: both(before.user_list, add?.user_list, remove?.user_list),
    department_list: both(before.department_list, add?.department_list, remove?.department_list),
  }
}

function checkWords(list: string[]): void {
  if (list.length > wordsMost) refuse(41068)
}

function checkSomebody(range: Range): void {
  if (range.user_list.length + range.department_list.length === 0)
    refuseParameter('applicable_range', 'missing user_list and department_list')
  if (range.user_list.length > 1000) refuseParameter('applicable_range.user_list', 'exceed max array size 1000')
  if (range.department_list.length > 1000) refuseParameter('applicable_range.department_list', 'exceed max array size 1000')
}

function checkPeople(call: Call, range: Range): void {
  for (const userId of range.user_list) visibleNamed(call, userId)
  checkDepartments(call, range.department_list)
}
