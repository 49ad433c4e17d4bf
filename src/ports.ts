import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#platform/config.ts'
import { appError } from '#platform/errors.ts'

type Saved = { port?: number; sandbox?: number }

/** Port 0 means any; the choice is kept for this folder, because links and codes out there name it. */
export async function withPorts(config: Config): Promise<Config> {
  const saved = readSaved(config.dataDir)
  const port = config.port || (await oldOrFree(saved.port))
  if (!(await (port === saved.port ? becomesFree(port, config.host) : isFree(port, config.host))))
    throw appError('start.port_taken', { message: `Port ${port} is taken. Choose another: npm start -- --port ${port + 1}`, field: 'port' })
  save(config.dataDir, { ...saved, port })
  const publicUrl = process.env.LIULIANG_PUBLIC_URL
    ? config.publicUrl
    : `http://${config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host}:${port}`
  return { ...config, port, publicUrl }
}

/** The sandbox stays where it was: codes on paper and on screens name it. */
export async function chooseSandboxPort(dataDir: string, preferred: number): Promise<number> {
  const saved = readSaved(dataDir)
  const port = saved.sandbox === undefined && (await isFree(preferred)) ? preferred : await oldOrFree(saved.sandbox)
  save(dataDir, { ...saved, sandbox: port })
  return port
}

const fileOf = (dataDir: string): string => join(dataDir, 'ports.json')
const readSaved = (dataDir: string): Saved => (existsSync(fileOf(dataDir)) ? JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) : {})
const save = (dataDir: string, ports: Saved): void => writeFileSync(fileOf(dataDir), JSON.stringify(ports))

const oldOrFree = async (old: number | undefined): Promise<number> => (old && (await becomesFree(old)) ? old : freePort())

/** A supervisor that was killed leaves processes that are still ending: they are given five seconds to leave their port. */
async function becomesFree(port: number, host?: string): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    if (await isFree(port, host)) return true
    await sleep(100)
  }
  return false
}

const isFree = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })

/** A port that nobody listens on at this moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
