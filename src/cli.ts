// `liuliang COMMAND`: finds the command, reads its flags, says errors as one JSON line.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { AppError, appError, describeError } from '#platform/errors.ts'
import { type Command, type Flags, globalOptions } from './commands/command.ts'

/** Each command is a file of its own, loaded only when it is asked for. */
const commands: Record<string, () => Promise<{ command: Command }>> = {
  start: () => import('./commands/start.ts'),
  migrate: () => import('./commands/migrate.ts'),
  import: () => import('./commands/import.ts'),
  export: () => import('./commands/export.ts'),
  analyze: () => import('./commands/analyze.ts'),
  doctor: () => import('./commands/doctor.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  verify: () => import('./commands/verify.ts'),
  demo: () => import('./commands/demo.ts'),
  sandbox: () => import('./commands/sandbox.ts'),
  openapi: () => import('./commands/openapi.ts'),
  wecom: () => import('./commands/wecom.ts'),
}

// Whoever reads the result may stop reading; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof AppError)) process.stderr.write(`${(error as Error).stack ?? error}\n`)
  process.stderr.write(
    `${JSON.stringify(error instanceof AppError ? describeError(error) : { code: 'internal.error', message: (error as Error).message })}\n`,
  )
  process.exit(1)
}

async function run([name = 'help', ...rest]: string[]): Promise<void> {
  if (name === 'help' || name === '--help' || name === '-h') return help()
  const load = commands[name]
  if (!load) throw appError('command.unknown', { message: `No command "${name}". \`liuliang help\` lists them.`, field: 'command' })
  const { command } = await load()
  if (rest.includes('--help')) return void process.stdout.write(`${usageOf(name, command)}\n`)
  const { flags, positionals } = readFlags(command, rest)
  await command.run({ flags, positionals, json: flags.json === true })
}

function readFlags(command: Command, rest: string[]): { flags: Flags; positionals: string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: rest,
      options: withEnvironment({ ...globalOptions, ...command.options }),
      allowPositionals: true,
      allowNegative: true,
    })
    return { flags: values as Flags, positionals }
  } catch (cause) {
    throw appError('command.bad_flag', {
      message: (cause as Error).message,
      field: /'(--?[\w-]+)/.exec((cause as Error).message)?.[1] ?? 'arguments',
      cause,
    })
  }
}

/** `--no-sandbox` is LIULIANG_NO_SANDBOX=1, `--url U` is LIULIANG_URL=U; what stands on the command line wins. */
function withEnvironment(options: ParseArgsOptionsConfig): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => {
      const variable = name.toUpperCase().replaceAll('-', '_')
      const [said, unsaid] = [process.env[`LIULIANG_${variable}`], process.env[`LIULIANG_NO_${variable}`]]
      if (option.type === 'string') return [name, said ? { ...option, default: said } : option]
      if (said) return [name, { ...option, default: isOn(said) }]
      return [name, unsaid ? { ...option, default: !isOn(unsaid) } : option]
    }),
  )
}

function isOn(text: string): boolean {
  return !/^(0|false|no|off)$/i.test(text)
}

async function help(): Promise<void> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => `  ${name.padEnd(10)} ${(await load()).command.summary}`),
  )
  process.stdout.write(`liuliang COMMAND [--data DIR] [--json]\n\n${lines.join('\n')}\n\nliuliang COMMAND --help shows its flags.\n`)
}

function usageOf(name: string, { summary, usage, options }: Command): string {
  return [`liuliang ${name} ${usage}`, '', summary, '', ...Object.keys({ ...options, ...globalOptions }).map((flag) => `  --${flag}`)].join(
    '\n',
  )
}
