import { sharedBudgets } from '#connectors/wecom/budgets-shared.ts'
import { type Connection, openConnection, type WecomApp } from '#connectors/wecom/connection.ts'
import { createLanes } from '#connectors/wecom/lanes.ts'
import { sharedTokens } from '#connectors/wecom/tokens-shared.ts'
import type { Context, Installation } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { recordingLog } from './calls.ts'
import { openSecret } from './secrets.ts'

type Line = Pick<Connection, 'tokens' | 'budgets' | 'lanes'> & { apps: Map<string, Connection> }

/** What all apps of a process share: one line to WeCom an installation. */
const lines = new WeakMap<Installation['databases'], Line>()

function lineOf({ databases, secrets }: Installation): Line {
  const known = lines.get(databases)
  if (known) return known
  const line = {
    tokens: sharedTokens(databases.system, secrets),
    budgets: sharedBudgets(databases.system),
    lanes: createLanes(),
    apps: new Map(),
  }
  lines.set(databases, line)
  return line
}

/** The connection of one corp: the shared line, with calls written down for this corp. */
function connectionOf(ctx: Context, corpId: string): Connection {
  const { apps, ...shared } = lineOf(ctx)
  const name = `${ctx.tenantId}|${corpId}`
  const known = apps.get(name)
  if (known) return known
  const made = openConnection({ ...ctx.config.wecom, ...shared, log: recordingLog(ctx, corpId), now: ctx.now })
  apps.set(name, made)
  return made
}

/** What calls in the name of this corp need; 404 for a corp of somebody else. */
export async function wecomApp(ctx: Context, corp: number): Promise<WecomApp> {
  const row = await ctx.db
    .selectFrom('wecomCorps')
    .select(['corpId', 'agentId', 'secret'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', corp)
    .executeTakeFirst()
  if (!row) throw notFound('corp')
  return appWith(ctx, { corpId: row.corpId, agentId: row.agentId, secret: openSecret(ctx, row.corpId, 'secret', row.secret) })
}

/** The same for credentials that are not stored yet. */
export function appWith(
  ctx: Context,
  { corpId, secret, agentId }: { corpId: string; secret: string; agentId?: number | null | undefined },
): WecomApp {
  return { connection: connectionOf(ctx, corpId), tenantId: ctx.tenantId, corpId, secret, ...(agentId ? { agentId } : {}) }
}
