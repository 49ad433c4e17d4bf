import { membersOf, visibleCanonical } from '#management/identity/queries.ts'
import { consentGiven, consentWithdrawn } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import type { Consumer } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Purpose } from './schema.ts'

export type Consent = { purpose: Purpose; allowed: boolean; source: string; at: Date }

/** What a customer said last about a purpose, whichever of the originals said it; null when nobody did. */
export async function readConsent(ctx: Context, customerId: number, purpose: Purpose): Promise<Consent | null> {
  const row = await ctx.db
    .selectFrom('consents')
    .select(['allowed', 'source', 'at'])
    .where('tenantId', '=', ctx.tenantId)
    .where('customerId', 'in', await membersOf(ctx, customerId))
    .where('purpose', '=', purpose)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { ...row, purpose } : null
}

/** Notes what a customer said; said again it changes nothing. */
export const changeConsent = (ctx: Context, customer: number, { purpose, allowed, source }: Omit<Consent, 'at'>): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const customerId = await visibleCanonical(ctx, customer)
    if ((await readConsent(ctx, customerId, purpose))?.allowed === allowed) return
    await note(ctx, customerId, { purpose, allowed, source, at: ctx.now() })
    emit(ctx, allowed ? consentGiven : consentWithdrawn, { customerId, properties: { purpose, by: source } })
  })

const note = async (ctx: Context, customerId: number, { purpose, allowed, source, at }: Consent): Promise<void> =>
  void (await ctx.db
    .insertInto('consents')
    .values({
      tenantId: ctx.tenantId,
      customerId,
      purpose,
      allowed,
      source,
      at,
      byEmployee: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
    })
    .execute())

/** Whoever hears of a consent elsewhere (a keyword, a form) tells it as an event: the gate follows it. Our own events are known already. */
export const consentReactions: Consumer = {
  name: 'outbound.consents',
  from: 'now',
  events: [consentGiven.name, consentWithdrawn.name],
  async handle(ctx, events) {
    for (const { name, customerId, at, properties } of events) {
      if (customerId === null) continue
      const { purpose, by } = consentGiven.properties.parse(properties)
      const allowed = name === consentGiven.name
      const last = await readConsent(ctx, customerId, purpose)
      if (!last || (last.allowed !== allowed && last.at < at)) await note(ctx, customerId, { purpose, allowed, source: by, at })
    }
  },
}
