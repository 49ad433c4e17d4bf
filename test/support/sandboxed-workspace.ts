import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep } from '#app/supervisor.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { createLogger } from '#platform/log.ts'
import { openServedWorkspace, type ServedWorkspace } from './served-workspace.ts'

/**
 * A served workspace that is connected with a sandbox of its own, as `npm start` makes one; with engines of its own unless databases
 * are named. `more`: people that its company has beside the usual ones.
 */
export async function openSandboxedWorkspace(
  databases: Record<string, string> = {},
  more?: { employees: number; customers: number },
): Promise<ServedWorkspace & { sandboxUrl: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-sandbox-'))
  const args = ['--port', '0', '--data', folder, '--json']
  const sandbox = keep({ name: 'sandbox', file: '../sandbox/main.ts', args, env: {}, log: createLogger('fatal', 'sandbox') })
  const { url: sandboxUrl } = (await sandbox.ready) as { url: string }
  if (more) await populate(sandboxUrl, more)
  const served = await openServedWorkspace({
    ...databases,
    WECOM_BASE_URL: sandboxUrl,
    WECOM_OPEN_URL: sandboxUrl,
    WECOM_LOGIN_URL: sandboxUrl,
  })
  await connectSandbox(served.ctx, sandboxUrl)
  const close = async () => {
    await served.close()
    await sandbox.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { ...served, sandboxUrl, close }
}

async function populate(sandboxUrl: string, more: object): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(more) }
  const response = await fetch(`${sandboxUrl}/sandbox/company`, init)
  if (!response.ok) throw new Error(await response.text())
}
