import { recordCost, type Sending } from '#insight/effects/commands.ts'
import { SendingCostBody } from '#insight/effects/schema.ts'
import type { Context } from '#platform/context.ts'

/** Yuan for each person, by what for. */
type Each = Readonly<Record<string, number>>

/** What a message or journey cost, written down as on its page. Of a company so small that nobody is meant, nothing was paid. */
export async function writeCost(ctx: Context, sending: Sending, each: Each, people: number): Promise<void> {
  if (people === 0) return
  const items = Object.entries(each).map(([kind, yuan]) => ({ kind, amountMinor: Math.round(yuan * people * 100) }))
  await recordCost(ctx, sending, SendingCostBody.parse({ items }))
}
