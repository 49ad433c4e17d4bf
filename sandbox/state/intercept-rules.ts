// 敏感词: what members must not, or should think twice to, write to customers.
import { z } from 'zod'
import { type Employee, listDepartments, subtree } from './directory.ts'
import { type Document, documents } from './documents.ts'
import { freshId, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const RuleBody = z.object({
  rule_name: z.string(),
  word_list: z.array(z.string()),
  semantics_list: z.array(z.number()),
  intercept_type: z.number(),
  applicable_range: z.object({ user_list: z.array(z.string()), department_list: z.array(z.number()) }),
})
export type RuleBody = z.infer<typeof RuleBody>
export type Rule = Document<RuleBody, 'ruleId'>

/** 1 warns and blocks, 2 only warns. */
const blocks = 1

const rules = documents({ table: 'intercept_rules', column: 'rule_id', name: 'ruleId', body: RuleBody, kind: 'company' })

export const createRule = (world: World, corpId: string, body: RuleBody): string => rules.add(world, corpId, freshId('ru'), body).ruleId
export const { own: findRule, list: listRules, change: updateRule, remove: deleteRule } = rules

/** 1 a mobile number, 2 an e-mail address; 3, red packets, are nothing that a sandbox sends. */
const semantics: Record<number, RegExp> = { 1: /(?<!\d)1[3-9]\d{9}(?!\d)/, 2: /[\w.+-]+@[\w-]+\.[\w.-]+/ }

/** The rule that keeps this member from saying this to a customer. */
export function blockingRule(world: World, corpId: string, employee: Employee, text: string): Rule | undefined {
  const departments = listDepartments(world, corpId)
  const lower = text.toLowerCase()
  return listRules(world, corpId).find(({ body }) => {
    const parties = subtree(departments, body.applicable_range.department_list)
    const applies = body.applicable_range.user_list.includes(employee.userId) || employee.departments.some((id) => parties.has(id))
    const hits =
      body.word_list.some((word) => lower.includes(word.toLowerCase())) || body.semantics_list.some((kind) => semantics[kind]?.test(text))
    return applies && hits && body.intercept_type === blocks
  })
}
