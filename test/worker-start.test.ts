import { spawn } from 'node:child_process'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTestWorkspace } from '#platform/testing/workspace.ts'

const root = join(import.meta.dirname, '..')

/** Stands before PostgreSQL; while it is down it takes connections and cuts them, as a restarting server does. */
async function gateTo(url: string) {
  const host = decodeURIComponent(new URL(url).hostname)
  const port = Number(new URL(url).port || 5432)
  // The embedded server listens on a socket in a folder.
  const dial = () => (host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host))
  const sockets = new Set<Socket>()
  let open = false
  let cut = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (!open) {
      cut++
      return void socket.destroy()
    }
    const inner = dial()
    sockets.add(inner)
    inner.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('close', () => inner.destroy())
    socket.pipe(inner).pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const through = url.replace(/@[^/]*/, `@127.0.0.1:${(server.address() as { port: number }).port}`)
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { url: through, open: () => (open = true), cuts: () => Math.min(cut, 3), close }
}

test('a worker that is started before PostgreSQL is back says so in one line and waits', async () => {
  const workspace = await openTestWorkspace()
  const gate = await gateTo(String(workspace.env.DATABASE_URL))
  let said = ''
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'src/worker.ts')], {
    env: { ...process.env, ...workspace.env, DATABASE_URL: gate.url, LIULIANG_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ready = new Promise((resolve) => child.once('message', resolve))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text))
  try {
    for (let i = 0; i < 400 && gate.cuts() < 3; i++) await sleep(50)
    expect(gate.cuts(), said).toBe(3)
    gate.open()
    expect(await Promise.race([ready, ended.then((code) => `ended with ${code}: ${said}`)])).toEqual({ ready: true })
    expect(said.trim().split('\n')).toEqual([expect.stringContaining('PostgreSQL is not there yet')])
  } finally {
    child.kill('SIGTERM')
    await ended
    gate.close()
  }
})
