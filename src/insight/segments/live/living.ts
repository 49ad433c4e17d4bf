import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { readRule } from '../../reports/segment/rule.ts'
import { type Listening, listeningOf } from './listening.ts'

/** A segment made of a rule, as it stood when the round began. */
export type Live = { id: number; ruleVersion: number; askedAt: Date | null; followedUntil: Date | null; listening: Listening }

/** Those that can be asked. What a rule names may be gone: then the segment stands as it is until it is changed. */
export async function readLive(ctx: Context): Promise<Live[]> {
  const rows = await ctx.db
    .selectFrom('segments')
    .select(['id', 'rule', 'ruleVersion', 'askedAt', 'followedUntil'])
    .where('tenantId', '=', ctx.tenantId)
    .where('rule', 'is not', null)
    .where('archivedAt', 'is', null)
    .orderBy('id')
    .execute()
  const live: Live[] = []
  for (const { rule, ...row } of rows) {
    const listening = await listeningTo(ctx, rule).catch(unlessAway)
    if (listening) live.push({ ...row, listening })
    else await note(ctx, [row], { askedAt: ctx.now(), followedUntil: ctx.now() })
  }
  return live
}

async function listeningTo(ctx: Context, saved: unknown): Promise<Listening | undefined> {
  const read = readRule(saved)
  return 'rule' in read ? listeningOf(ctx, read.rule) : undefined
}

/** Nothing for what is gone. Engines that are away are asked again. */
export function unlessAway(error: unknown): undefined {
  if (!(error instanceof AppError) || error.status >= 500) throw error
}

/** Of the rules as they stood: one that was changed meanwhile is asked again. */
export async function note(
  ctx: Context,
  segments: readonly Pick<Live, 'id' | 'ruleVersion'>[],
  { askedAt, followedUntil }: { askedAt?: Date; followedUntil: Date | null },
): Promise<void> {
  if (segments.length === 0) return
  await sql`update segments s set followed_until = ${followedUntil}, asked_at = coalesce(${askedAt ?? null}, s.asked_at)
    from unnest(${segments.map(({ id }) => id)}::int[], ${segments.map(({ ruleVersion }) => ruleVersion)}::int[]) as n(id, version)
    where s.tenant_id = ${ctx.tenantId} and s.id = n.id and s.rule_version = n.version`.execute(ctx.db)
}
