import { appError } from '#platform/errors.ts'
import { type Condition, isCondition } from './conditions.ts'
import { neverBought } from './lexicon.ts'
import type { Meaning, MeaningOf, Token } from './meanings.ts'
import { isSilent } from './read.ts'

type How = MeaningOf<'not'>['how']

/**
 * Joins each "not" with the one condition that it turns round. Of conditions that are joined, `or` and words that take out ("except")
 * turn all of them round; "not A and B" may mean two things and is refused. A "not" that finds nothing is left, and refused later.
 */
export function bindNegations(tokens: readonly Token[]): Token[] {
  const bound: Token[] = []
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at] as Token
    const how = howOf(token)
    const found = how === undefined || how === 'after' ? undefined : nextCondition(tokens, at + 1, how)
    if (how === 'after' && turnLast(bound, token)) at += 1
    else if (found && how) {
      bound.push(turned(tokens.slice(at, found.at + 1), found.conditions))
      at = bindJoined(tokens, found.at + 1, how, bound)
    } else {
      bound.push(token)
      at = isNeverBought(token) ? bindJoined(tokens, at + 1, 'did', bound) : at + 1
    }
  }
  return bound
}

const howOf = ({ means: [first] }: Token): How | undefined => (first?.is === 'not' ? first.how : undefined)

const isNeverBought = ({ means: [first] }: Token): boolean =>
  first?.is === 'rule' && JSON.stringify(first.rule) === JSON.stringify(neverBought.rule)

/** The first word after a "not" that says something, where it is a condition. */
function nextCondition(tokens: readonly Token[], from: number, how: How): { at: number; conditions: Condition[] } | undefined {
  for (let at = from; at < tokens.length && at < from + 6; at++) {
    const token = tokens[at] as Token
    const conditions = conditionsOf(token, how)
    if (conditions.length > 0) return { at, conditions }
    if (!isPassed(token)) return undefined
  }
  return undefined
}

const isPassed = ({ text, means }: Token): boolean =>
  means.length === 0 ? isSilent(text) && !/[,.;。]/.test(text) : means[0]?.is === 'filler'

/** "No orders" speaks of what was done, where "except orders" does of a number. */
const doneOfMetrics = ['order.paid', 'order.refunded', 'group.joined']

function conditionsOf({ means }: Token, how: How): Condition[] {
  const [first] = means
  if (first === undefined) return []
  if (isCondition(first)) return means.filter(isCondition)
  return first.is === 'metric' && how === 'did'
    ? means.filter(isCondition).filter((one) => one.is === 'event' && doneOfMetrics.includes(one.event))
    : []
}

function bindJoined(tokens: readonly Token[], from: number, how: How, bound: Token[]): number {
  const joint = /^\s*(、|和|与|跟|及|以及|且|and|or|或|或者|nor)\s*/i.exec(
    tokens
      .slice(from)
      .map(({ text }) => text)
      .join(''),
  )
  const start = tokens[from]?.at ?? 0
  const next = joint && tokens.findIndex((token, i) => i >= from && token.at >= start + joint[0].length)
  const found = joint && next !== null && next > 0 ? nextCondition(tokens, next, how) : undefined
  if (!joint || !found || howOf(tokens[next ?? 0] as Token)) return from
  if (how !== 'out' && !/or|或/i.test(joint[1] ?? ''))
    throw appError('question.negation', {
      message: `“${textOf(tokens.slice(from - 1, found.at + 1))}”: it is not clear whether both are turned round. Say “not” before each of them.`,
      field: 'question',
    })
  bound.push(...tokens.slice(from, next ?? from), turned(tokens.slice(next ?? from, found.at + 1), found.conditions))
  return bindJoined(tokens, found.at + 1, how, bound)
}

/** 「抖音除外」: what stands before it. */
function turnLast(bound: Token[], token: Token): boolean {
  const at = bound.findLastIndex((one) => !isPassed(one))
  const last = bound[at]
  const conditions = last ? conditionsOf(last, 'out') : []
  if (conditions.length === 0) return false
  bound.splice(at, bound.length - at, turned([...bound.slice(at), token], conditions))
  return true
}

const textOf = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join('')

function turned(tokens: readonly Token[], conditions: readonly Condition[]): Token {
  const means = conditions.map(turnedRound)
  return { at: tokens[0]?.at ?? 0, text: textOf(tokens), means: means.filter(({ is }) => is === means[0]?.is) }
}

/** Whoever did not order is known by a count, so that products and days may be said of it. */
const turnedRound = (of: Condition): Meaning =>
  of.is === 'event' && of.event === 'order.paid' ? neverBought : { is: 'without', of, as: withoutWords(of) }

function withoutWords({ is, as }: Condition): Meaning['as'] {
  if (is === 'event') return { zh: `没有${as.zh}`, en: `without ${as.en}` }
  if (is === 'value')
    return { zh: `除了${as.zh}的人（没填的也算在内）`, en: `everybody but those where ${as.en} (also where nothing is told)` }
  return { zh: `除了${as.zh}`, en: `everybody but ${as.en}` }
}
