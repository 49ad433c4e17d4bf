import { needsApproval } from '#operation/approvals/approval.ts'
import { judge } from '#operation/outbound/deciding.ts'
import type { Dealing, Wish } from '#operation/outbound/facts.ts'
import type { Verdict } from '#operation/outbound/gate.ts'
import { readLifted } from '#operation/outbound/limits.ts'
import type { Suppression } from '#operation/outbound/schema.ts'
import type { Actor, Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { type MembersOfSegment, type Receiver, resolveReceivers } from './receivers.ts'
import type { AudienceInput, Outcome, Preview, PreviewPeople } from './schema.ts'

export type Ports = { deal: Dealing; membersOfSegment: MembersOfSegment }

const chunk = 5000

/** What a message would say to whom: `id` of one that was saved, `scope`: whose customers its maker may write to. */
type Asked = { input: AudienceInput; id?: number; scope: Actor['scope'] }

/** What would become of a message if it went out now: how many hear it, who would send, and why the others do not. Changes nothing. */
export async function previewMessage(ctx: Context, asked: Asked, ports: Ports): Promise<Preview> {
  const counts = { receivers: 0, now: 0, later: 0 }
  const senders = new Set<string>()
  const reasons = new Map<Suppression, number>()
  let quietUntil: Date | undefined
  for await (const { receivers, verdicts, rules } of judged(ctx, asked, ports)) {
    counts.receivers += receivers.length
    quietUntil = rules.quietUntil[asked.input.kind]
    for (const verdict of verdicts) note(verdict, counts, senders, reasons)
  }
  return {
    ...counts,
    employees: senders.size,
    suppressed: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    needsApproval: await needsApproval(ctx, counts.receivers),
    quietUntil: quietUntil?.toISOString() ?? null,
    limitsLifted: Object.keys(readLifted(ctx.config.dataDir)).length > 0,
  }
}

/** The customers behind a number of the preview; groups are not people. */
export async function previewPeople(ctx: Context, asked: Asked, outcome: Outcome, ports: Ports): Promise<PreviewPeople> {
  const persons: string[] = []
  for await (const { receivers, verdicts } of judged(ctx, asked, ports))
    receivers.forEach((receiver, i) => {
      const verdict = verdicts[i]
      if (verdict && 'customerId' in receiver && (outcome === 'all' || outcomeOf(verdict) === outcome))
        persons.push(publicId(ctx, 'cus', receiver.customerId))
    })
  return { persons }
}

/** Everybody it is for, with the gate's word on each, so many at a time. */
async function* judged(ctx: Context, { input, id = 0, scope }: Asked, { deal, membersOfSegment }: Ports) {
  const everybody = await resolveReceivers(ctx, input, scope, membersOfSegment)
  for (let start = 0; start < everybody.length; start += chunk) {
    const receivers = everybody.slice(start, start + chunk)
    const wishes = receivers.map((receiver) => wishOf(receiver, input, id))
    yield { receivers, ...(await judge(ctx, wishes, deal)) }
  }
}

const outcomeOf = (verdict: Verdict): Outcome => ('suppress' in verdict ? verdict.suppress : 'wait' in verdict ? 'later' : 'now')

const wishOf = (receiver: Receiver, { kind }: AudienceInput, sourceId: number): Wish => ({
  customerId: 'customerId' in receiver ? receiver.customerId : null,
  groupId: 'groupId' in receiver ? receiver.groupId : null,
  employeeId: 'employeeId' in receiver ? (receiver.employeeId ?? null) : null,
  kind,
  sourceKind: 'message',
  sourceId,
  step: null,
})

function note(verdict: Verdict, counts: { now: number; later: number }, senders: Set<string>, reasons: Map<Suppression, number>): void {
  if ('suppress' in verdict) reasons.set(verdict.suppress, (reasons.get(verdict.suppress) ?? 0) + 1)
  else if ('wait' in verdict) counts.later++
  else {
    counts.now++
    senders.add(`${verdict.pass.corp} ${verdict.pass.userId}`)
  }
}
