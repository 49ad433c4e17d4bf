import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/** Keeps this lock apart from others on a corp's number. */
const lockSpace = 7_180_018

/** One writer at a time of a corp's archive, until the surrounding transaction ends. */
export const lockCorp = async (ctx: Context, corp: number): Promise<void> =>
  void (await sql`select pg_advisory_xact_lock(${lockSpace}, ${corp})`.execute(ctx.db))
