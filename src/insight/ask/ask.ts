import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { dayOf } from '#platform/time.ts'
import { readReport } from '../reports/run.ts'
import { readSettings } from '../reports/settings/settings.ts'
import { refuseAmbiguous } from './ambiguous.ts'
import { compose } from './compose.ts'
import type { Clock } from './dates.ts'
import { builtInEntries } from './lexicon.ts'
import type { Meaning, Token } from './meanings.ts'
import { bindNegations } from './negations.ts'
import type { Document } from './parts.ts'
import { patternsOf } from './patterns.ts'
import { entriesOfValues, ownEntries } from './queries.ts'
import { isMostlyUnknown, isUnknown, lexiconOf, plain, readTokens } from './read.ts'
import { type Asked, examples } from './schema.ts'
import { type Taking, takingOf } from './taking.ts'
import { refuseUnknownName } from './unknown-names.ts'

/** The report that a question asks for, with what was understood. What could be meant but not asked is refused rather than left out. */
export async function askQuestion(ctx: Context, question: string, definitions: readonly EventDefinition[]): Promise<Asked> {
  const text = plain(question)
  const [tenant, settings, own] = await Promise.all([
    ctx.db.selectFrom('tenants').select(['timezone', 'weekStart']).where('id', '=', ctx.tenantId).executeTakeFirstOrThrow(),
    readSettings(ctx),
    ownEntries(ctx, text, definitions),
  ])
  const clock: Clock = { today: dayOf(ctx.now(), tenant.timezone), weekStart: tenant.weekStart === 'sunday' ? 'sunday' : 'monday' }
  const words = [...builtInEntries, ...own]
  const patterns = patternsOf(clock)
  const values = await entriesOfValues(ctx, text, readTokens(text, lexiconOf(words), patterns))
  const read = readTokens(text, lexiconOf([...words, ...values]), patterns)
  await refuseUnknownName(ctx, read)
  const tokens = bindNegations(read)
  refuseAmbiguous(tokens, (tokens) => orNothing(() => reportOf(tokens, clock, settings.silentDays).report))
  const first = reportOf(tokens, clock, settings.silentDays)
  const others = readings(first.taking).flatMap(({ as, tokens }) => {
    const report = orNothing(() => reportOf(tokens, clock, settings.silentDays).report)
    return report && JSON.stringify(report) !== JSON.stringify(first.report) ? [{ as, report }] : []
  })
  const alternatives = [...first.taking.others.map(({ as, change }) => ({ as, report: { ...first.report, ...change } })), ...others]
  return {
    report: first.report,
    understood: first.taking.taken().map(({ token, as }) => ({ text: token.text, as })),
    assumed: first.taking.assumed,
    ignored: ignoredIn(first.taking),
    ...(alternatives.length > 0 ? { alternatives } : {}),
  }
}

function reportOf(tokens: readonly Token[], clock: Clock, silentDays: number): { report: Document; taking: Taking } {
  const taking = takingOf(tokens, clock, silentDays)
  const report = compose(taking)
  if (
    !report ||
    isMostlyUnknown(
      taking.tokens,
      taking.taken().map(({ token }) => token),
    )
  )
    throw notUnderstood()
  refuseLeft(taking, report)
  checkReport(report)
  return { report, taking }
}

/** What the document's own rules refuse (too many intervals, say) is the question's fault here. */
function checkReport(report: Document): void {
  try {
    readReport(report)
  } catch (error) {
    if (error instanceof AppError) throw appError(error.code, { message: error.message, field: 'question' })
    throw error
  }
}

const notUnderstood = () =>
  appError('question.not_understood', {
    message: `This question says too little that can be reported. Ask for example: ${[...examples.zh.slice(0, 4), ...examples.en.slice(0, 4)].join(' · ')}`,
    field: 'question',
    details: { examples },
  })

/** Left out, these would turn the answer into another one. */
function refuseLeft(taking: Taking, report: Document): void {
  const left = taking.left()
  const first = (is: Meaning['is']) => left.find(({ means }) => means[0]?.is === is)
  const not = first('not')
  if (not)
    throw appError('question.negation', {
      message: `“${not.text}” has to stand before what is turned round: a name, a value, or what somebody did.`,
      field: 'question',
    })
  const name = first('name')
  if (name)
    throw appError('question.filter_not_possible', {
      message: `This report cannot look at “${name.text}” alone: save a segment of these people and ask about the segment.`,
      field: 'question',
    })
  if (first('rule'))
    throw appError('question.filter_not_possible', {
      message: `This report cannot look at “${first('rule')?.text}” alone: save a segment of these people and ask about the segment.`,
      field: 'question',
    })
  if (first('future')) throw appError('question.dates_future', { message: 'Reports tell of what has happened.', field: 'question' })
  if (first('dates') && taking.taken().some(({ meaning }) => meaning.is === 'dates'))
    throw appError('question.dates_many', {
      message: 'Ask about one span of days; a comparison is 环比 or 同比, vs previous period or vs last year.',
      field: 'question',
    })
  if (first('dates') && report.type === 'segment')
    throw appError('question.dates_unused', {
      message: `Say what people did, or did not do, in the days “${first('dates')?.text}”: who bought, who joined a group.`,
      field: 'question',
    })
  // A number that nobody used is a condition that would be lost.
  const number = ignoredIn(taking).find((word) => /\d/.test(word))
  if (number)
    throw appError('question.number_unused', {
      message: `“${number}” has no place in this report: say it in the report itself, or in a segment.`,
      field: 'question',
    })
}

/** Words that nobody knows, side by side, and words that are known but found no place. */
function ignoredIn(taking: Taking): string[] {
  const taken = new Set(taking.taken().map(({ token }) => token))
  const silent = ['filler', 'trend', 'people', 'then']
  const isIgnored = (token: Token) =>
    !taken.has(token) && (isUnknown(token) || !(isOfPeople(token) || token.means.every(({ is }) => silent.includes(is))))
  return taking.tokens.reduce<{ end: number; texts: string[] }>(
    ({ end, texts }, token) => {
      if (!isIgnored(token) || (token.means.length === 0 && !isUnknown(token))) return { end, texts }
      const joins = end === token.at && texts.length > 0
      return {
        end: token.at + token.text.length,
        texts: joins ? [...texts.slice(0, -1), `${texts.at(-1)}${token.text}`] : [...texts, token.text],
      }
    },
    { end: -1, texts: [] },
  ).texts
}

/** "Customers" is a number as well, but says no more where people are spoken of. */
const isOfPeople = ({ means: [first] }: Token): boolean => first?.is === 'people'

/** Other readings: a word that means several things of a kind, and metrics beside the first one. */
function readings(taking: Taking): { as: Asked['assumed'][number]; tokens: Token[] }[] {
  const with_ = (token: Token, means: readonly Meaning[]) => taking.tokens.map((one) => (one === token ? { ...one, means } : one))
  const meant = taking
    .taken()
    .flatMap(({ token, meaning }) =>
      token.means
        .filter((other) => other !== meaning && other.is === meaning.is)
        .map((other) => ({ as: other.as, tokens: with_(token, [other]) })),
    )
  const beside = taking.left().flatMap((token) => {
    const [meaning] = token.means
    const first = taking.taken().find((one) => one.meaning.is === meaning?.is)?.token
    if (!first || !(meaning?.is === 'metric' || meaning?.is === 'kind')) return []
    return [{ as: meaning.as, tokens: taking.tokens.map((one) => (one === first ? { ...one, means: [] } : one)) }]
  })
  return [...meant, ...beside].slice(0, 5)
}

function orNothing<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
