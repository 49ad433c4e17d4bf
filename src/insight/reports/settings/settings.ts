import type { Context } from '#platform/context.ts'
import { declaredActs, notActsOf, notSigns } from '../acts.ts'
import { defaultScores, type ScoreRules, scoreRules } from '../score/rules.ts'
import { type ActsSettings, actsSettings, defaultSilentDays, type InsightSettings } from './schema.ts'

/** What every report goes by. */
export type Settings = { notActs: readonly string[]; silentDays: number; scores: ScoreRules }

type Row = { acts: unknown; silentDays: number | null; scores: unknown }

const none: ActsSettings = { counted: [], uncounted: [] }

/** A row's own words; those of a version that knew other parts are not guessed at. */
function read(row: Row | undefined): { acts: ActsSettings | undefined; silentDays: number | null; scores: ScoreRules | undefined } {
  const acts = actsSettings.safeParse(row?.acts)
  const scores = scoreRules.safeParse(row?.scores)
  return {
    acts: acts.success ? acts.data : undefined,
    silentDays: row?.silentDays ?? null,
    scores: scores.success ? scores.data : undefined,
  }
}

const rowOf = (ctx: Context): Promise<Row | undefined> =>
  ctx.db.selectFrom('insightSettings').select(['acts', 'silentDays', 'scores']).where('tenantId', '=', ctx.tenantId).executeTakeFirst()

export async function readSettings(ctx: Context): Promise<Settings> {
  const { acts, silentDays, scores } = read(await rowOf(ctx))
  return { notActs: notActsOf(acts ?? none), silentDays: silentDays ?? defaultSilentDays, scores: scores ?? defaultScores }
}

export async function getInsightSettings(ctx: Context): Promise<InsightSettings> {
  const { acts, silentDays, scores } = read(await rowOf(ctx))
  return {
    acts: acts ?? none,
    silentDays: silentDays ?? defaultSilentDays,
    scores: scores ?? defaultScores,
    isDefault: { acts: acts === undefined, silentDays: silentDays === null, scores: scores === undefined },
    printed: declaredActs.filter(({ event }) => !notSigns.includes(event)),
  }
}
