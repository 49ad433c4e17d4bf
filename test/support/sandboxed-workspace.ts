import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep } from '#app/supervisor.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { createLogger } from '#platform/log.ts'
import { openServedWorkspace, type ServedWorkspace } from './served-workspace.ts'

/** A served workspace that is connected with a sandbox of its own, as `npm start` makes one; with engines of its own unless databases are named. */
export async function openSandboxedWorkspace(databases: Record<string, string> = {}): Promise<ServedWorkspace & { sandboxUrl: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-sandbox-'))
  const args = ['--port', '0', '--data', folder, '--json']
  const sandbox = keep({ name: 'sandbox', file: '../sandbox/main.ts', args, env: {}, log: createLogger('fatal', 'sandbox') })
  const { url: sandboxUrl } = (await sandbox.ready) as { url: string }
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
