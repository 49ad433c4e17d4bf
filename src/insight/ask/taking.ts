import { addDays } from '#platform/time.ts'
import type { Clock, Span } from './dates.ts'
import type { Meaning, MeaningOf, Token } from './meanings.ts'
import { isUnknown } from './read.ts'
import type { Words } from './schema.ts'

/** The same question in another sense. */
type Other = { as: Words; change: Record<string, unknown> }
type Taken = { token: Token; meaning: Meaning; as: Words }

/** What a report was made of: which words it took, and what it had to assume. Whatever is left over was ignored, and is said. */
export type Taking = ReturnType<typeof takingOf>

export function takingOf(tokens: readonly Token[], clock: Clock, silentDays: number) {
  const taken = new Map<Token, Taken>()
  const assumed: Words[] = []
  const others: Other[] = []
  const meaningIn = <Is extends Meaning['is']>(token: Token, is: Is) => token.means.find((one): one is MeaningOf<Is> => one.is === is)
  const left = (is: Meaning['is']) => tokens.filter((token) => !taken.has(token) && meaningIn(token, is) !== undefined)
  const use = (token: Token, meaning: Meaning, as: Words = meaning.as) => void taken.set(token, { token, meaning, as })

  function all<Is extends Meaning['is']>(
    is: Is,
    fits: (meaning: MeaningOf<Is>) => boolean = () => true,
    as: (meaning: MeaningOf<Is>) => Words = (meaning) => meaning.as,
  ): MeaningOf<Is>[] {
    return left(is).flatMap((token) => {
      const meaning = meaningIn(token, is)
      if (!meaning || !fits(meaning)) return []
      use(token, meaning, as(meaning))
      return [meaning]
    })
  }
  function one<Is extends Meaning['is']>(is: Is, fits: (meaning: MeaningOf<Is>) => boolean = () => true): MeaningOf<Is> | undefined {
    for (const token of left(is)) {
      const meaning = meaningIn(token, is)
      if (!meaning || !fits(meaning)) continue
      use(token, meaning)
      return meaning
    }
    return undefined
  }
  /** What would be taken, left where it is. */
  function peek<Is extends Meaning['is']>(is: Is, fits: (meaning: MeaningOf<Is>) => boolean = () => true): MeaningOf<Is> | undefined {
    return left(is)
      .map((token) => meaningIn(token, is))
      .find((meaning) => meaning !== undefined && fits(meaning))
  }
  function assume(zh: string, en: string): void {
    assumed.push({ zh, en })
  }
  /** The days asked for, or so many until today. */
  function span(days: number): Span {
    const said = one('dates')
    if (said) return { dateFrom: said.dateFrom, dateTo: said.dateTo }
    assume(`没有说时间：近 ${days} 天`, `no dates said: the last ${days} days`)
    return { dateFrom: addDays(clock.today, 1 - days), dateTo: clock.today }
  }
  return {
    clock,
    silentDays,
    tokens,
    assumed,
    others,
    or: (zh: string, en: string, change: Other['change']) => void others.push({ as: { zh, en }, change }),
    taken: () => [...taken.values()].sort((a, b) => a.token.at - b.token.at),
    has: (is: Meaning['is']) => left(is).length > 0,
    count: (is: Meaning['is']) => left(is).length,
    names: () => left('name').length,
    left: () => tokens.filter((token) => !taken.has(token) && !isUnknown(token)),
    all,
    one,
    peek,
    assume,
    span,
  }
}
