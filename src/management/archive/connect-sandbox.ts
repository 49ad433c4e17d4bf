import { z } from 'zod'
import { findCorp } from '#management/wecom/corps.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { saveKey } from './keys.ts'
import { changeSource, readSource } from './sources.ts'

const SandboxCorps = z.object({ items: z.array(z.object({ corpId: z.string(), archiveSecret: z.string().optional() })) })
const SandboxMembers = z.object({ items: z.array(z.object({ userId: z.string(), contact: z.boolean() })) })

/**
 * Does by hand what an administrator does in WeCom's pages: pastes the public key, chooses whose talks are kept, and copies the
 * archive's secret over here. A corp whose archive is set up already, here or by somebody, is left as it is; only a moved address
 * is told anew.
 */
export async function connectSandboxArchive(ctx: Context, sandboxUrl: string): Promise<void> {
  const { items } = SandboxCorps.parse(await ask(`${sandboxUrl}/sandbox/corps`))
  for (const { corpId, archiveSecret } of items) {
    const corp = await findCorp(ctx, corpId)
    if (corp === undefined || !archiveSecret) continue
    const url = `${sandboxUrl}/sandbox/archive/${corpId}`
    const known = await readSource(ctx, corp)
    if (!known) await switchOn(ctx, sandboxUrl, { corp, corpId, url, secret: archiveSecret })
    else if (known.kind === 'sidecar' && known.url !== url && known.url.endsWith(`/sandbox/archive/${corpId}`))
      await changeSource(ctx, corp, { kind: 'sidecar', url })
  }
}

type Place = { corp: number; corpId: string; url: string; secret: string }

async function switchOn(ctx: Context, sandboxUrl: string, { corp, corpId, url, secret }: Place): Promise<void> {
  const newest = await ctx.db
    .selectFrom('archiveKeys')
    .select((eb) => eb.fn.max('version').as('version'))
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .executeTakeFirst()
  const key = await saveKey(ctx, corp, { version: (newest?.version ?? 0) + 1 })
  const { items } = SandboxMembers.parse(await ask(`${sandboxUrl}/sandbox/employees?corp=${encodeURIComponent(corpId)}`))
  await ask(`${sandboxUrl}/sandbox/corps/${corpId}/archive`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ key, members: items.filter(({ contact }) => contact).map(({ userId }) => ({ userId })) }),
  })
  await changeSource(ctx, corp, { kind: 'sidecar', url, secret })
}

async function ask(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok)
    throw appError('sandbox.refused', {
      status: 502,
      message: `The WeCom sandbox answered ${response.status}: ${JSON.stringify(answer)?.slice(0, 300)}`,
    })
  return answer
}
