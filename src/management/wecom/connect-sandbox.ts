import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { callbackUrl, changeCorp, createCorp, findCorp, readCorp } from './corps.ts'
import type { Receiver } from './schema.ts'
import { startSync } from './sync.ts'

/** What the sandbox says of its corps, as far as an administrator's hands need it. */
const SandboxCorps = z.object({
  items: z.array(
    z.object({
      corpId: z.string(),
      name: z.string(),
      agentId: z.number(),
      secret: z.string(),
      callback: z.object({ url: z.string() }).nullable(),
    }),
  ),
})

/**
 * Does what an administrator does by hand in WeCom's pages: copies corp id and secret over here, and address, token and key
 * over there. The only place that knows the sandbox's control API; from then on the product cannot tell it from WeCom.
 * At a second start everything is there already and only a moved address is told anew.
 */
export async function connectSandbox(ctx: Context, sandboxUrl: string): Promise<void> {
  const { items } = SandboxCorps.parse(await ask(`${sandboxUrl}/sandbox/corps`))
  for (const corp of items) {
    const known = await findCorp(ctx, corp.corpId)
    if (known !== undefined && corp.callback?.url === callbackUrl(ctx, corp.corpId) && (await readCorp(ctx, known)).callbackVerifiedAt)
      continue
    const connected =
      known === undefined
        ? await createCorp(ctx, corp)
        : { corp: known, ...(await changeCorp(ctx, known, { secret: corp.secret, agentId: corp.agentId, newCallbackKeys: true })) }
    if (connected.receiver) await saveReceiver(sandboxUrl, corp.corpId, connected.receiver)
    await startSync(ctx, connected.corp, 'connected')
  }
}

/** The sandbox checks the receiver before it takes it, as WeCom does. */
const saveReceiver = (sandboxUrl: string, corpId: string, receiver: Receiver): Promise<unknown> =>
  ask(`${sandboxUrl}/sandbox/corps/${corpId}/callback`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(receiver),
  })

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
