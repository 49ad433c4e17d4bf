import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, configFrom } from './command.ts'

export const command: Command = {
  summary: 'run the WeCom sandbox alone, for people who build other WeCom software',
  usage: '[--port 3001] [--data ./data]',
  options: { port: { type: 'string', default: '3001' } },
  async run({ flags }) {
    const config = configFrom({ data: flags.data })
    const child = spawn(
      process.execPath,
      [
        fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url)),
        '--port',
        String(flags.port),
        '--data',
        join(config.dataDir, 'sandbox'),
        ...(flags.json ? ['--json'] : []),
      ],
      { stdio: 'inherit' },
    )
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
    process.exitCode = await new Promise<number>((resolve) => child.on('exit', (code) => resolve(code ?? 0)))
  },
}
