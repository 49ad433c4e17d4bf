import type { z } from 'zod'
import { type Leaf, leafKinds, leaves } from './leaves.ts'

/** Who belongs: leaves about one person, joined by `and`, `or` and `not`. An empty `and` is everybody, an empty `or` nobody. */
export type Rule = { and: Rule[] } | { or: Rule[] } | { not: Rule } | Leaf

const most = { nodes: 200, depth: 12 }

/** A tree or the first thing that is wrong with it, with the way there: `and.0.event.count`. */
export type ReadRule = { rule: Rule } | { message: string; path: (string | number)[] }

export function readRule(value: unknown): ReadRule {
  try {
    return { rule: readNode(value, [], { left: most.nodes }) }
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message, path: error.path }
    throw error
  }
}

class Refusal extends Error {
  readonly path: (string | number)[]
  constructor(path: (string | number)[], message: string) {
    super(message)
    this.path = path
  }
}

type Path = (string | number)[]

function readNode(value: unknown, path: Path, budget: { left: number }): Rule {
  if (--budget.left < 0) throw new Refusal(path, `A rule may have ${most.nodes} conditions.`)
  if (path.length > most.depth * 2) throw new Refusal(path, `Rules may be nested ${most.depth} deep.`)
  const [kind, inner] = onlyEntry(value, path)
  if (kind === 'and' || kind === 'or') {
    if (!Array.isArray(inner)) throw new Refusal([...path, kind], `"${kind}" takes a list of conditions.`)
    const parts = inner.map((one, i) => readNode(one, [...path, kind, i], budget))
    return kind === 'and' ? { and: parts } : { or: parts }
  }
  if (kind === 'not') return { not: readNode(inner, [...path, 'not'], budget) }
  return readLeaf(kind, inner, path)
}

function onlyEntry(value: unknown, path: Path): [string, unknown] {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  const [entry] = entries
  if (!entry || entries.length > 1) throw new Refusal(path, `A condition is one of and, or, not, ${leafKinds.join(', ')}.`)
  return entry
}

function readLeaf(kind: string, value: unknown, path: Path): Leaf {
  const known = leafKinds.find((one) => one === kind)
  if (!known)
    throw new Refusal([...path, kind], `There is no condition "${kind.slice(0, 40)}", only and, or, not, ${leafKinds.join(', ')}.`)
  const read = (leaves[known] as z.ZodType).safeParse(value)
  if (read.success) return { [known]: read.data } as Leaf
  const [issue] = read.error.issues
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const within = [...(issue?.path ?? []), ...extra].map((part) => (typeof part === 'number' ? part : String(part)))
  throw new Refusal([...path, known, ...within], issue?.message ?? 'This condition is not valid.')
}

/** Everything that stands at an end of the tree, with the way there. */
export function leavesOf(rule: Rule, path: Path = []): { leaf: Leaf; path: Path }[] {
  if ('and' in rule) return rule.and.flatMap((one, i) => leavesOf(one, [...path, 'and', i]))
  if ('or' in rule) return rule.or.flatMap((one, i) => leavesOf(one, [...path, 'or', i]))
  if ('not' in rule) return leavesOf(rule.not, [...path, 'not'])
  return [{ leaf: rule, path }]
}
