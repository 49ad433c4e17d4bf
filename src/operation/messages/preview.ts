import { needsApproval } from '#operation/approvals/approval.ts'
import { judge } from '#operation/outbound/deciding.ts'
import type { Dealing, Wish } from '#operation/outbound/facts.ts'
import type { Verdict } from '#operation/outbound/gate.ts'
import { readLifted } from '#operation/outbound/limits.ts'
import type { Actor, Context } from '#platform/context.ts'
import { type MembersOfSegment, type Receiver, resolveReceivers } from './receivers.ts'
import type { AudienceInput, Preview } from './schema.ts'

export type Ports = { deal: Dealing; membersOfSegment: MembersOfSegment }

const chunk = 5000

/** What would become of a message if it went out now: how many hear it, who would send, and why the others do not. Changes nothing. */
export async function previewMessage(
  ctx: Context,
  { input, id = 0, scope }: { input: AudienceInput; id?: number; scope: Actor['scope'] },
  { deal, membersOfSegment }: Ports,
): Promise<Preview> {
  const receivers = await resolveReceivers(ctx, input, scope, membersOfSegment)
  const counts = { now: 0, later: 0 }
  const senders = new Set<string>()
  const reasons = new Map<string, number>()
  let quietUntil: Date | undefined
  for (let start = 0; start < receivers.length; start += chunk) {
    const wishes = receivers.slice(start, start + chunk).map((receiver) => wishOf(receiver, input, id))
    const { verdicts, rules } = await judge(ctx, wishes, deal)
    quietUntil = rules.quietUntil[input.kind]
    for (const verdict of verdicts) note(verdict, counts, senders, reasons)
  }
  return {
    receivers: receivers.length,
    ...counts,
    employees: senders.size,
    suppressed: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    needsApproval: await needsApproval(ctx, receivers.length),
    quietUntil: quietUntil?.toISOString() ?? null,
    limitsLifted: Object.keys(readLifted(ctx.config.dataDir)).length > 0,
  }
}

const wishOf = (receiver: Receiver, { kind }: AudienceInput, sourceId: number): Wish => ({
  customerId: 'customerId' in receiver ? receiver.customerId : null,
  groupId: 'groupId' in receiver ? receiver.groupId : null,
  employeeId: 'employeeId' in receiver ? (receiver.employeeId ?? null) : null,
  kind,
  sourceKind: 'message',
  sourceId,
  step: null,
})

function note(verdict: Verdict, counts: { now: number; later: number }, senders: Set<string>, reasons: Map<string, number>): void {
  if ('suppress' in verdict) reasons.set(verdict.suppress, (reasons.get(verdict.suppress) ?? 0) + 1)
  else if ('wait' in verdict) counts.later++
  else {
    counts.now++
    senders.add(`${verdict.pass.corp} ${verdict.pass.userId}`)
  }
}
