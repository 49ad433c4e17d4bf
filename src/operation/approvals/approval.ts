import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { readPolicy } from '../outbound/policy.ts'

// One rule for whatever reaches many people: above so many receivers a second person approves.

/** The second person's word. */
export const Review = z.strictObject({ approve: z.boolean(), note: z.string().trim().max(300).default('') })
export type Review = z.infer<typeof Review>

/** A fifth more people than were approved are other people. */
const growth = 1.2

/** Whether so many receivers need a second person; `approved`: for how many one was asked before. */
export async function needsApproval(ctx: Context, receivers: number, approved: number | null = null): Promise<boolean> {
  const { approvalAbove } = await readPolicy(ctx)
  if (approvalAbove === null) return false
  return receivers > Math.max(approvalAbove, (approved ?? 0) * growth)
}

/** Who is at work: an employee, or the one whose key a program uses. Nobody where the program itself is. */
export async function makersOf({ actor, db, tenantId }: Context): Promise<number[]> {
  if (actor.kind === 'employee') return [actor.id]
  if (actor.kind !== 'api_key') return []
  const key = await db
    .selectFrom('apiKeys')
    .select('employeeId')
    .where('tenantId', '=', tenantId)
    .where('id', '=', actor.id)
    .executeTakeFirst()
  return key?.employeeId ? [key.employeeId] : []
}

/** These makers and whoever is at work now. */
export const addMaker = async (ctx: Context, makers: readonly number[]): Promise<number[]> => [
  ...new Set([...makers, ...(await makersOf(ctx))]),
]

export const isMaker = ({ actor }: Context, makers: readonly number[]): boolean => actor.kind === 'employee' && makers.includes(actor.id)

/** 403 for programs, and for whoever would approve their own. */
export function requireSecondPerson(ctx: Context, makers: readonly number[], { approve }: Review): void {
  if (ctx.actor.kind !== 'employee')
    throw appError('approval.by_a_person', { status: 403, message: 'A person approves this, not a program.' })
  if (approve && isMaker(ctx, makers))
    throw appError('approval.own', { status: 403, message: 'Somebody else approves this: you made or changed it.' })
}
