import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-main-'))
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true })
})

type Ready = {
  url: string
  phoneUrl: string
  corps: { corpId: string; name: string; agentId: number; secret: string; contactSecret: string }[]
}

function run(
  args: string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ready: Promise<Ready>; ended: Promise<{ code: number | null; stderr: string }> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--data', dataDir, '--json', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  children.push(child)
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const ready = new Promise<Ready>((resolve) => child.stdout?.once('data', (chunk) => resolve(JSON.parse(String(chunk)) as Ready)))
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => child.once('exit', (code) => resolve({ code, stderr })))
  return { child, ready, ended }
}

const post = async <Result>(url: string, body: unknown) =>
  (await (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).json()) as Result

test('kill -9 in the middle of writing loses nothing that was answered', async () => {
  const first = run([])
  const { url, phoneUrl, corps } = await first.ready
  expect(phoneUrl).toBe(`${url}/phone`)
  expect(corps).toEqual([
    expect.objectContaining({
      name: '留量体验公司',
      agentId: 1000002,
      secret: expect.stringMatching(/^[\w-]{43}$/),
      contactSecret: expect.stringMatching(/^[\w-]{43}$/),
    }),
  ])
  const answered: string[] = []
  const writing = Array.from({ length: 4 }, async () => {
    for (;;) answered.push((await post<{ externalUserId: string }>(`${url}/sandbox/customers`, { name: '将要断电' })).externalUserId)
  })
  const stopped = Promise.allSettled(writing)
  while (answered.length < 40) await new Promise((resolve) => setTimeout(resolve, 2))
  first.child.kill('SIGKILL')
  await first.ended
  await stopped
  const second = run([])
  const again = await second.ready
  const { items } = (await (await fetch(`${again.url}/sandbox/customers?limit=1000`)).json()) as { items: { externalUserId: string }[] }
  expect(answered.length).toBeGreaterThanOrEqual(40)
  expect(items.map((one) => one.externalUserId)).toEqual(expect.arrayContaining(answered))
  expect(again.corps).toEqual(corps)
  second.child.kill('SIGTERM')
  expect((await second.ended).code).toBe(0)
})

test('a second process on the folder is refused with a word why, and let in when the first was killed', { timeout: 60_000 }, async () => {
  const first = run([])
  await first.ready
  const second = await run([]).ended
  expect(second.code).toBe(1)
  expect(JSON.parse(second.stderr.trim().split('\n').at(-1) ?? '')).toEqual({
    code: 'sandbox.not_started',
    message: `Another sandbox is running on the folder ${dataDir}. Stop it, or name another folder with --data.`,
  })
  first.child.kill('SIGKILL')
  await first.ended
  const third = run([])
  expect((await third.ready).corps).toHaveLength(1)
  third.child.kill('SIGTERM')
  await third.ended
})

test.each([
  ['a foreign host', ['--host', '0.0.0.0'], {}],
  ['a port that is none', ['--port', '99999'], {}],
  ['real credentials', [], { WECOM_CORP_SECRET: 'real', WECOM_BASE_URL: 'https://qyapi.weixin.qq.com' }],
])('refuses %s with a code and a message as the last line', async (_, args, env) => {
  const { ended } = run(args, env)
  const { code, stderr } = await ended
  expect(code).toBe(1)
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ code: 'sandbox.not_started', message: expect.any(String) })
})
