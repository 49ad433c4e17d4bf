import type { Context } from '#platform/context.ts'
import { type AppError, isRefusal } from '#platform/errors.ts'
import type { NamedProperty } from '#platform/events/where.ts'

/**
 * What journeys ask about people and events and cannot know themselves, because rules read what lies above them: given by the app.
 * `holds` and `membersOf` throw while an engine is away; whoever asks tries again later.
 */
export type Rules = {
  /** Whom of these a rule of the segment builder holds for. */
  holds(ctx: Context, rule: unknown, customerIds: readonly number[]): Promise<ReadonlySet<number>>
  /** What is wrong with a rule, with the way there; nothing when it can be asked. */
  check(ctx: Context, rule: unknown): Promise<{ field: string; message: string }[]>
  /** A refusal for each property of events that nobody declared or ever told, with its place and names near it. */
  unknownProperties(ctx: Context, named: readonly NamedProperty[]): Promise<readonly AppError[]>
  /** Events after which a rule may hold for somebody it did not hold for. Time does the rest. */
  heardBy(ctx: Context, rule: unknown): Promise<readonly string[]>
  /** The members of a saved segment, ascending. */
  membersOf(ctx: Context, segment: string): Promise<readonly number[]>
}

/** Whom a rule holds for; `refused` where it can never be asked, because something that it names is gone. Throws while an engine is away. */
export async function askRule(
  ctx: Context,
  rules: Rules,
  rule: unknown,
  customerIds: readonly number[],
): Promise<ReadonlySet<number> | 'refused'> {
  try {
    return await rules.holds(ctx, rule, customerIds)
  } catch (error) {
    if (!isRefusal(error)) throw error
    ctx.log.warn({ err: error }, 'a rule of a journey names what is gone, and holds for nobody')
    return 'refused'
  }
}
