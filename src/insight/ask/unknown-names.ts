import { listAttributes } from '#management/customers/attributes.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { nearTo } from '../reports/near-names.ts'
import type { Token } from './meanings.ts'
import { isMostlyUnknown, isSilent, isUnknown } from './read.ts'
import { knownNames } from './whose.ts'

/** 「王小明的客户」, "customers of Foo Bar", "except Foo": left out, a name that nobody has would turn the answer into that of everybody. */
export async function refuseUnknownName(ctx: Context, tokens: readonly Token[]): Promise<void> {
  const name = runsOf(tokens).find((run) => isGlued(tokens, run) || isOfPeople(tokens, run))
  if (!name) return
  const others = tokens.filter((_, i) => i < name.from || i >= name.to)
  // Such a question is refused as a whole.
  const known = others.filter(({ means }) => means.length > 0)
  if (isMostlyUnknown(others, known)) return
  const text = textOf(tokens, name)
  const { items } = await listAttributes(ctx)
  const near = nearTo(text, await knownNames(ctx, items), 5)
  throw appError('question.name_unknown', {
    message: `Nobody and nothing here is called “${text}”${near.length > 0 ? `; near it: ${near.join(', ')}` : ''}. Say the name as it is written, or leave it out.`,
    field: 'question',
    details: { name: text, near },
  })
}

/** Tokens from one place up to another. */
type Run = { from: number; to: number }

const textOf = (tokens: readonly Token[], { from, to }: Run): string =>
  tokens
    .slice(from, to)
    .map(({ text }) => text)
    .join('')
    .trim()

/** Words that nobody knows, side by side. */
function runsOf(tokens: readonly Token[]): Run[] {
  const runs: Run[] = []
  for (let from = 0; from < tokens.length; from++) {
    if (!isName(tokens[from])) continue
    let to = from + 1
    while (isName(tokens[to]) || (tokens[to]?.text === ' ' && isName(tokens[to + 1]))) to++
    runs.push({ from, to })
    from = to
  }
  return runs
}

const isName = (token: Token | undefined): boolean => token !== undefined && isUnknown(token) && /\p{L}/u.test(token.text)

/** 「张伟明」 is not 张伟, where only he is known. */
function isGlued(tokens: readonly Token[], run: Run): boolean {
  const beside = [
    { at: run.from - 1, end: tokens[run.from]?.text },
    { at: run.to, end: tokens[run.to - 1]?.text },
  ].find(({ at, end }) => isHan(end) && isHan(tokens[at]?.text) && isWhose(tokens[at]))
  if (!beside) return false
  run.from = Math.min(run.from, beside.at)
  run.to = Math.max(run.to, beside.at + 1)
  return true
}

const isHan = (text: string | undefined): boolean => /^\p{Script=Han}+$/u.test(text ?? '')
const isWhose = (token: Token | undefined): boolean => token?.means.some(({ is }) => is === 'employee' || is === 'value') ?? false

const linksAfter = ['的', "'s", '’s', '名下', '跟进', '负责']
const linksBefore = ['of', 'from', 'in', 'by', '员工']

function isOfPeople(tokens: readonly Token[], run: Run): boolean {
  if (!isHan(textOf(tokens, run)) && textOf(tokens, run).length < 2) return false
  run.to = throughFillers(tokens, run.to)
  const said = (token: Token) => !(token.means.length === 0 && isSilent(token.text))
  const after = tokens.slice(run.to).filter(said)
  const [before, first] = tokens.slice(0, run.from).filter(said).reverse()
  const next = after.find((token) => !linksAfter.includes(token.text.toLowerCase()) && !isWhose(token))
  const isLinked = linksBefore.includes(before?.text.toLowerCase() ?? '')
  const [not] = before?.means ?? []
  return isOne(next, 'people') || (isLinked && isOne(first, 'people')) || (not?.is === 'not' && not.how === 'out')
}

/** 「李那的客户」: a letter of a name may be a word of its own elsewhere. */
function throughFillers(tokens: readonly Token[], from: number): number {
  const link = tokens.findIndex((token, i) => i >= from && linksAfter.includes(token.text))
  const between = link < 0 ? [] : tokens.slice(from, link)
  return between.length <= 2 && between.every(({ text, means: [first] }) => first?.is === 'filler' && isHan(text))
    ? Math.max(from, link)
    : from
}

const isOne = (token: Token | undefined, is: string): boolean => token?.means.some((one) => one.is === is) ?? false
