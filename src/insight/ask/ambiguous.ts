import { appError } from '#platform/errors.ts'
import type { Meaning, Token } from './meanings.ts'
import type { Document } from './parts.ts'
import { isNamed } from './read.ts'

/** A name that two people, two attributes, or somebody and something have is asked back, with the report that each choice would be. */
export function refuseAmbiguous(tokens: readonly Token[], reportOf: (tokens: Token[]) => Document | undefined): void {
  const token = tokens.find(isAmbiguous)
  if (!token) return
  const choices = distinct(token.means).map((meaning) => {
    const report = reportOf(tokens.map((one) => (one === token ? { ...one, means: [meaning] } : firstOf(one))))
    return { as: meaning.as, ...(report && !tokens.some((one) => one !== token && isAmbiguous(one)) ? { report } : {}) }
  })
  throw appError('question.name_ambiguous', {
    message: `“${token.text}” may be ${choices.map(({ as }) => as.en).join(', or ')}. Say which: with the department, or with the name of the attribute before it.`,
    field: 'question',
    details: { name: token.text, choices },
  })
}

const firstOf = (token: Token): Token => (isAmbiguous(token) ? { ...token, means: token.means.slice(0, 1) } : token)

/** Names of things alone are read in an order of their own, and the others offered. */
const isAmbiguous = ({ means }: Token): boolean => {
  const named = distinct(means).map(turned).filter(isNamed)
  return named.length > 1 && named.some(isWhose)
}

const turned = (meaning: Meaning): Meaning => (meaning.is === 'without' ? meaning.of : meaning)
const isWhose = ({ is }: Meaning): boolean => is === 'employee' || is === 'value'

/** The same thing may be called by several words: 「女」, "female". */
const distinct = (means: readonly Meaning[]): Meaning[] => [
  ...new Map(means.map((meaning) => [JSON.stringify({ ...turned(meaning), as: undefined, people: undefined }), meaning])).values(),
]
