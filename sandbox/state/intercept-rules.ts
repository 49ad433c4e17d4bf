// 敏感词: what members must not, or should think twice to, write to customers.
import { z } from 'zod'
import { type Employee, listDepartments, subtree } from './directory.ts'
import { freshId, now, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const RuleBody = z.object({
  rule_name: z.string(),
  word_list: z.array(z.string()),
  semantics_list: z.array(z.number()),
  intercept_type: z.number(),
  applicable_range: z.object({ user_list: z.array(z.string()), department_list: z.array(z.number()) }),
})
export type RuleBody = z.infer<typeof RuleBody>
export type Rule = { id: number; corpId: string; ruleId: string; body: RuleBody; createdAt: number }
type Row = { id: number; corp_id: string; rule_id: string; body: string; created_at: number }

/** 1 warns and blocks, 2 only warns. */
const blocks = 1

export function createRule(world: World, corpId: string, body: RuleBody): string {
  const ruleId = freshId('ru')
  const sql = 'INSERT INTO intercept_rules (corp_id, rule_id, body, created_at) VALUES (?, ?, ?, ?)'
  world.store.run(sql, corpId, ruleId, JSON.stringify(body), now(world))
  return ruleId
}

export function findRule(world: World, corpId: string, ruleId: string): Rule | undefined {
  const row = world.store.get<Row>('SELECT * FROM intercept_rules WHERE corp_id = ? AND rule_id = ? AND deleted = 0', corpId, ruleId)
  return row && toRule(row)
}

export const listRules = (world: World, corpId: string): Rule[] =>
  world.store.all<Row>('SELECT * FROM intercept_rules WHERE corp_id = ? AND deleted = 0 ORDER BY id', corpId).map(toRule)

export const updateRule = (world: World, it: Rule, body: RuleBody): void => {
  world.store.run('UPDATE intercept_rules SET body = ? WHERE id = ?', JSON.stringify(body), it.id)
}

export const deleteRule = (world: World, it: Rule): void => {
  world.store.run('UPDATE intercept_rules SET deleted = 1 WHERE id = ?', it.id)
}

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

const toRule = (row: Row): Rule => ({
  id: row.id,
  corpId: row.corp_id,
  ruleId: row.rule_id,
  body: RuleBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
})
