import { sql } from 'kysely'
import { smsRequested } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { readPolicy, standingStops } from '../outbound/policy.ts'
import { quietUntil } from '../outbound/quiet-hours.ts'
import { personalOf } from '../personal.ts'
import { fillIn } from '../variables.ts'
import { type ActOf, type Missed, missedBy, placeOf } from './acts.ts'

/**
 * Asks for text messages, as far as the gate's rules know what they are: an emergency stop of the company or the journey, no consent
 * and no number keep one back, quiet hours are told. How many somebody gets and the control group are the provider's business,
 * because nothing here knows what arrived.
 */
export async function askForSms(ctx: Context, acts: readonly ActOf<'sms'>[]): Promise<Missed[]> {
  if (acts.length === 0) return []
  const customers = acts.map(({ customerId }) => customerId)
  const [policy, stops, zone] = await Promise.all([readPolicy(ctx), standingStops(ctx), timezoneOf(ctx)])
  const [personal, facts] = [await personalOf(ctx, customers), await readFacts(ctx, customers)]
  const isStopped = (journey: number) =>
    stops.some(({ scope, sourceKind, sourceId }) => scope === 'company' || (sourceKind === 'journey' && sourceId === journey))
  const missed: Missed[] = []
  for (const act of acts) {
    const { effect, version, customerId } = act
    const { hasPhone, consent } = facts.get(customerId) ?? { hasPhone: false, consent: null }
    const mayBeWritten = effect.kind === 'service' || (consent ?? policy.consentDefault === 'allowed')
    const reason = isStopped(version.journey) ? 'stopped' : !mayBeWritten ? 'no_consent' : !hasPhone ? 'no_phone' : undefined
    if (reason) missed.push(missedBy(act, reason))
    else
      emit(ctx, smsRequested, {
        customerId,
        properties: {
          ...placeOf(act),
          text: fillIn(effect.text, personal.get(customerId)?.values ?? {}),
          kind: effect.kind,
          ...quiet(quietUntil(policy.quietHours[effect.kind], ctx.now(), zone)),
        },
      })
  }
  return missed
}

const quiet = (until: Date | undefined) => (until ? { notBefore: until.toISOString() } : {})

type Facts = { hasPhone: boolean; consent: boolean | null }

/** Of any original, all who count as the same together. */
async function readFacts(ctx: Context, customers: readonly number[]): Promise<Map<number, Facts>> {
  const { rows } = await sql<Facts & { id: number }>`
    select o.id,
      exists (select from customers m join identities i on i.tenant_id = m.tenant_id and i.customer_id = m.id and i.kind = 'phone'
        where m.tenant_id = o.tenant_id and m.canonical_id = o.canonical_id) as has_phone,
      (select n.allowed from customers m join consents n on n.tenant_id = m.tenant_id and n.customer_id = m.id and n.purpose = 'marketing'
        where m.tenant_id = o.tenant_id and m.canonical_id = o.canonical_id order by n.at desc, n.id desc limit 1) as consent
    from customers o where o.tenant_id = ${ctx.tenantId} and o.id = any(${[...new Set(customers)]}::int[])`.execute(ctx.db)
  return new Map(rows.map(({ id, ...facts }) => [id, facts]))
}
