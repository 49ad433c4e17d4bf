import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Config } from '#platform/config.ts'
import type { Logger } from '#platform/log.ts'

export type Ready = Record<string, unknown>

/** One of our own processes, started again whenever it ends by itself. */
export type Kept = { name: string; ready: Promise<Ready>; pid(): number | undefined; stop(): Promise<void> }

type Facts = {
  name: string
  file: string
  args?: string[]
  env: Record<string, string>
  log: Logger
  /** Called with the number of restarts so far after each of them. */
  onRestart?: (restarts: number) => void
}

const stopMs = 12_000

/** Keeps a process alive: a crash or a `kill -9` is followed by a new start, ever slower while it keeps crashing at once. */
export function keep({ name, file, args = [], env, log, onRestart }: Facts): Kept {
  let child: ChildProcess
  let stopping = false
  let restarts = 0
  let crashesAtOnce = 0
  let announce: (ready: Ready) => void
  const ready = new Promise<Ready>((resolve) => (announce = resolve))

  const start = () => {
    const startedAt = Date.now()
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(file, import.meta.url)), ...args], {
      env: { ...process.env, ...env, LIULIANG_PROCESS: name },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      // Out of the terminal's process group: Ctrl-C reaches the supervisor, which stops its processes in order.
      detached: true,
    })
    child.on('message', (message) => announce(message as Ready))
    child.stdout?.on('data', (text: Buffer) => announceLine(text, announce))
    child.on('exit', async (code, signal) => {
      if (stopping) return
      restarts++
      log.warn({ process: name, code, signal, restarts }, 'process ended, starting it again')
      // Who was killed from outside or ran for a while may come back at once; who falls over at its own start waits longer each time.
      crashesAtOnce = signal === null && Date.now() - startedAt < 10_000 ? crashesAtOnce + 1 : 0
      await sleep(crashesAtOnce === 0 ? 50 : Math.min(5_000, 100 * 2 ** crashesAtOnce))
      if (!stopping) start()
      onRestart?.(restarts)
    })
  }
  start()

  const stop = async () => {
    stopping = true
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(stopMs, undefined, { ref: false }).then(() => child.kill('SIGKILL'))])
  }
  return { name, ready, pid: () => child.pid, stop }
}

/** The sandbox says that it is ready with a line of JSON. */
function announceLine(text: Buffer, announce: (ready: Ready) => void): void {
  const line = text
    .toString()
    .split('\n')
    .find((one) => one.startsWith('{'))
  if (!line) return
  try {
    announce(JSON.parse(line))
  } catch {
    // Half a line or a log line; the ready line is short and comes whole.
  }
}

/** What a child process needs to be on the same workspace. */
export const environmentOf = (config: Config): Record<string, string> => ({
  LIULIANG_DATA: config.dataDir,
  LIULIANG_HOST: config.host,
  LIULIANG_PORT: String(config.port),
  LIULIANG_PUBLIC_URL: config.publicUrl,
  LIULIANG_LOG_LEVEL: config.logLevel,
  ...(config.secretKey ? { LIULIANG_SECRET_KEY: config.secretKey } : {}),
  DATABASE_URL: config.databaseUrl ?? '',
  CLICKHOUSE_URL: config.clickhouseUrl ?? '',
  WECOM_BASE_URL: config.wecom.baseUrl,
  WECOM_OPEN_URL: config.wecom.openUrl,
  WECOM_LOGIN_URL: config.wecom.loginUrl,
})
