// A worker process: loader, consumers, jobs, schedules. Any number may run side by side.
import { storeKeeper } from '#insight/stores/rebuild.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { readConfig } from '#platform/config.ts'
import { registerConsumers, runConsumers } from '#platform/events/consumers.ts'
import { runLoader } from '#platform/events/loader.ts'
import { openInstallation, whenReachable } from '#platform/installation.ts'
import { runJobs, runSchedules } from '#platform/jobs.ts'
import { beat, untilSignal } from '#platform/process.ts'
import { consumers, jobs, loops, schedules } from './app.ts'

const config = readConfig()
const installation = await openInstallation(config, 'worker')
const signal = untilSignal()
const name = process.env.LIULIANG_PROCESS ?? 'worker'
const stopBeat = beat(installation, name)
await whenReachable(installation.log, () => registerConsumers(installation, consumers))
installation.log.info('worker ready')
process.send?.({ ready: true })

await Promise.all([
  runLoader(installation, resolvePersons(installation), signal, storeKeeper),
  runConsumers(installation, consumers, signal),
  runJobs(installation, jobs, `${name}-${process.pid}`, signal),
  runSchedules(installation, schedules, signal),
  ...loops.map((loop) => loop(installation, signal)),
])
stopBeat()
await installation.close()
process.exit(0)
