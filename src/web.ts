// A web process: doors and pages. Any number may run side by side.
import { serve } from '@hono/node-server'
import { readConfig } from '#platform/config.ts'
import { openInstallation } from '#platform/installation.ts'
import { aborted, beat, untilSignal } from '#platform/process.ts'
import { createApp } from './app.ts'

const config = readConfig()
const installation = await openInstallation(config, 'web')
const signal = untilSignal()
const stopBeat = beat(installation, process.env.LIULIANG_PROCESS ?? 'web')

const server = serve(
  { fetch: createApp(installation).fetch, hostname: config.host, port: config.port, overrideGlobalObjects: true },
  ({ port }) => {
    installation.log.info({ port }, 'web ready')
    process.send?.({ ready: true, port })
  },
)
server.on('error', (error) => {
  installation.log.fatal({ err: error }, 'web cannot listen')
  process.exit(1)
})

await aborted(signal)
// Requests under way are finished; idle connections are closed so that nobody waits for them.
await new Promise<void>((resolve) => {
  server.close(() => resolve())
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  setTimeout(resolve, 8_000).unref()
})
stopBeat()
await installation.close()
process.exit(0)
