import type { ParseArgsOptionsConfig } from 'node:util'
import { type Config, readConfig } from '#platform/config.ts'
import { appError } from '#platform/errors.ts'

export type Flags = Record<string, string | boolean | undefined>

export type Arguments = { flags: Flags; positionals: string[]; json: boolean }

/** One command of `liuliang`: results on stdout, progress and logs on stderr. */
export type Command = { summary: string; usage: string; options: ParseArgsOptionsConfig; run(args: Arguments): Promise<void> }

export const globalOptions = { data: { type: 'string' }, json: { type: 'boolean' } } satisfies ParseArgsOptionsConfig

/** Flags stand above the environment: `--data DIR` is LIULIANG_DATA, `--port` LIULIANG_PORT, and so on. */
export function configFrom(flags: Flags): Config {
  const named = ['data', 'host', 'port']
    .filter((name) => typeof flags[name] === 'string')
    .map((name) => [`LIULIANG_${name.toUpperCase()}`, String(flags[name])] as const)
  return readConfig({ LIULIANG_LOG_LEVEL: 'warn', ...process.env, ...Object.fromEntries(named) })
}

export const textFlag = (flags: Flags, name: string): string | undefined => (typeof flags[name] === 'string' ? flags[name] : undefined)

/** A result: JSON for programs, the same laid out for people. */
export const printResult = (result: unknown, json: boolean): void =>
  void process.stdout.write(`${JSON.stringify(result, null, json ? 0 : 2)}\n`)

/** A request of `--url URL --key KEY` commands; a workspace that does not answer is said by its address. */
export async function askWorkspace(url: string, target: string, key: string, init: RequestInit = {}): Promise<Response> {
  if (!URL.canParse(url)) throw appError('command.bad_url', { message: `"${url}" is not a URL.`, field: 'url' })
  return fetch(new URL(target, url), { ...init, headers: { ...init.headers, Authorization: `Bearer ${key}` } }).catch((cause) => {
    throw appError('command.unreachable', { message: `No workspace answers at ${url}.`, field: 'url', cause })
  })
}
