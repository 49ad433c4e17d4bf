// node sandbox/main.ts --port 0 --host 127.0.0.1 --data DIR [--json]
import { parseArgs } from 'node:util'
import { type Sandbox, startSandbox } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    data: { type: 'string', default: './data/sandbox' },
    json: { type: 'boolean', default: false },
  },
})

try {
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${values.port} is not a port.`)
  const sandbox = await startSandbox({ port, host: values.host, dataDir: values.data, logLevel: values.json ? 'warn' : 'info' })
  const { url, phoneUrl, corps } = sandbox
  process.stdout.write(`${JSON.stringify({ url, phoneUrl, corps })}\n`)
  if (!values.json) process.stderr.write(`WeCom sandbox: ${url}  virtual phone: ${phoneUrl}\n`)
  stopOnSignal(sandbox)
} catch (error) {
  process.stderr.write(
    `${JSON.stringify({ code: 'sandbox.not_started', message: error instanceof Error ? error.message : String(error) })}\n`,
  )
  process.exit(1)
}

function stopOnSignal(sandbox: Sandbox): void {
  const stop = () =>
    sandbox.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  // `disconnect`: whoever started us over a channel has gone, and two sandboxes must not write one folder.
  for (const end of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.once(end, stop)
}
