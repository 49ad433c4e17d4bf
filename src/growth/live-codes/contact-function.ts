import { listFollowUsers } from '#connectors/wecom/contacts.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'

const keptMs = 60_000
const known = new WeakMap<object, Map<string, { at: number; users: Set<string> }>>()

/** Members who have the customer-contact function and lie in the app's visible range; undefined while WeCom does not say. */
export async function membersWithContact(ctx: Context, corp: number, { fresh = false } = {}): Promise<Set<string> | undefined> {
  const mine = known.get(ctx.databases) ?? new Map<string, { at: number; users: Set<string> }>()
  known.set(ctx.databases, mine)
  const key = `${ctx.tenantId}|${corp}`
  const kept = mine.get(key)
  if (!fresh && kept && ctx.now().getTime() - kept.at < keptMs) return kept.users
  try {
    const users = new Set(await listFollowUsers(await wecomApp(ctx, corp), { requestId: ctx.requestId }))
    mine.set(key, { at: ctx.now().getTime(), users })
    return users
  } catch (error) {
    ctx.log.warn({ err: error, corp }, 'WeCom does not say who may have customers')
    return undefined
  }
}
