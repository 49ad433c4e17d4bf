import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Config } from '#platform/config.ts'
import { appError } from '#platform/errors.ts'

/** Port 0 means any; the choice is kept for this folder, because links and codes out there name it. */
export async function withPorts(config: Config): Promise<Config> {
  const file = join(config.dataDir, 'ports.json')
  const saved = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { port?: number }) : {}
  const port = config.port !== 0 ? config.port : saved.port && (await isFree(saved.port)) ? saved.port : await freePort()
  if (!(await isFree(port, config.host)))
    throw appError('start.port_taken', { message: `Port ${port} is taken. Choose another: npm start -- --port ${port + 1}`, field: 'port' })
  writeFileSync(file, JSON.stringify({ ...saved, port }))
  const publicUrl = process.env.LIULIANG_PUBLIC_URL
    ? config.publicUrl
    : `http://${config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host}:${port}`
  return { ...config, port, publicUrl }
}

/** The sandbox stays where it was: codes on paper and on screens name it. */
export async function chooseSandboxPort(dataDir: string, preferred: number): Promise<number> {
  const file = join(dataDir, 'ports.json')
  const saved = JSON.parse(readFileSync(file, 'utf8')) as { port: number; sandbox?: number }
  const wanted = saved.sandbox ?? preferred
  const port = (await isFree(wanted)) ? wanted : await freePort()
  writeFileSync(file, JSON.stringify({ ...saved, sandbox: port }))
  return port
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
