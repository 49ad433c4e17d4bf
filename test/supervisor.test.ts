import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'liuliang-supervisor-'))
const started: ChildProcess[] = []

afterAll(async () => {
  for (const child of started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
})

type Ready = { url: string; sandboxUrl: string; apiKey: string }

/** `start` without addresses of other engines: the embedded ones are what this is about. */
async function start(): Promise<{ child: ChildProcess; ready: Ready }> {
  const { DATABASE_URL: _database, CLICKHOUSE_URL: _clickhouse, ...env } = process.env
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', cli, 'start', '--data', folder, '--port', '0', '--json'],
    {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  started.push(child)
  let text = ''
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk
      const line = text.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'))
      if (line) resolve(JSON.parse(line))
    })
    child.once('exit', (code) => reject(new Error(`start ended with ${code}`)))
  })
  return { child, ready }
}

test('a killed supervisor leaves nobody behind: the next start finds its addresses free and its data there', async () => {
  const first = await start()
  const event = { id: '00000000-0000-4000-8000-000000000001', event: 'page.viewed', person: 'somebody' }
  const headers = { Authorization: `Bearer ${first.ready.apiKey}`, 'content-type': 'application/json' }
  const sent = await fetch(`${first.ready.url}/api/v1/events`, { method: 'POST', headers, body: JSON.stringify({ events: [event] }) })
  expect(sent.status).toBe(202)

  const ended = new Promise((resolve) => first.child.once('exit', resolve))
  first.child.kill('SIGKILL')
  await ended
  const second = await start()
  expect(second.ready).toMatchObject({ url: first.ready.url, sandboxUrl: first.ready.sandboxUrl, apiKey: first.ready.apiKey })
  expect(JSON.parse(readFileSync(join(folder, 'workspace.json'), 'utf8')).pid).toBe(second.child.pid)
  await expect
    .poll(async () => {
      const response = await fetch(`${second.ready.url}/api/v1/events/recent?name=page.viewed`, { headers })
      return ((await response.json()) as { items: unknown[] }).items.length
    })
    .toBe(1)
}, 180_000)
