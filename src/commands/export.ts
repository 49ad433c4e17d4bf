import { createWriteStream } from 'node:fs'
import { copyFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#platform/errors.ts'
import { startExport } from '#platform/exports/commands.ts'
import { exported, exportKinds } from '../app.ts'
import { openWorkspace } from '../workspace.ts'
import { askWorkspace, type Command, configFrom, printResult, textFlag } from './command.ts'

export const command: Command = {
  summary: 'export LIST FILE: take a list away as a .csv or .xlsx file',
  usage: 'LIST FILE.csv|FILE.xlsx [--filter RULE] [--search WORDS] [--data DIR | --url URL --key KEY] [--json]',
  options: { filter: { type: 'string' }, search: { type: 'string' }, url: { type: 'string' }, key: { type: 'string' } },
  async run({ flags, positionals: [what, file], json }) {
    if (!what || !file)
      throw appError('command.no_files', {
        message: 'Say which list and into which file: liuliang export orders orders.csv',
        field: what ? 'FILE' : 'LIST',
      })
    const started = Date.now()
    const path = resolve(file)
    const wanted = { what, format: formatOf(path), filter: readFilter(textFlag(flags, 'filter')), q: textFlag(flags, 'search') }
    const url = textFlag(flags, 'url')
    const written = url
      ? await exportOverHttp(url, textFlag(flags, 'key') ?? '', wanted, path)
      : await exportHere(configFrom(flags), wanted, path)
    const { size } = await stat(path)
    printResult({ what, file: path, ...written, bytes: size, seconds: (Date.now() - started) / 1000 }, json)
  },
}

type Wanted = { what: string; format: 'csv' | 'xlsx'; filter: unknown; q: string | undefined }

type Written = { rows: number; truncated: boolean }

type Ended = { state: string; rows: number; truncated: boolean; error: unknown }

function formatOf(path: string): 'csv' | 'xlsx' {
  const format = /\.(csv|xlsx)$/i.exec(path)?.[1]?.toLowerCase()
  if (format !== 'csv' && format !== 'xlsx')
    throw appError('export.format_unknown', { message: 'The name of the file ends in .csv or .xlsx.', field: 'FILE' })
  return format
}

function readFilter(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw appError('filter.invalid', { message: `The filter is not JSON: ${(cause as Error).message}`, field: 'filter', cause })
  }
}

/** The same job as behind the console's button; a running workspace's worker does it, else this command itself. */
async function exportHere(config: ReturnType<typeof configFrom>, wanted: Wanted, path: string): Promise<Written> {
  const workspace = await openWorkspace(config)
  const { ctx } = workspace
  try {
    const id = await startExport(ctx, exportKinds, exported, wanted)
    await workspace.settle()
    const written = await untilWritten(() =>
      ctx.db.selectFrom('exports').selectAll().where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirstOrThrow(),
    )
    await copyFile(join(ctx.config.dataDir, 'exports', String(ctx.tenantId), `${id}.${wanted.format}`), path)
    return written
  } finally {
    await workspace.close()
  }
}

async function exportOverHttp(url: string, key: string, wanted: Wanted, path: string): Promise<Written> {
  const call = async (target: string, init: RequestInit = {}) => {
    const response = await askWorkspace(url, target, key, {
      ...init,
      ...(init.body ? { headers: { 'Content-Type': 'application/json' } } : {}),
    })
    if (response.ok) return response
    const { error } = (await response.json()) as { error: { code: string; message: string; field?: string } }
    throw appError(error.code, { status: response.status, message: error.message, field: error.field })
  }
  const { id } = (await (await call('/api/v1/exports', { method: 'POST', body: JSON.stringify(wanted) })).json()) as { id: string }
  const written = await untilWritten(async () => (await call(`/api/v1/exports/${id}`)).json() as Promise<Ended>)
  const { body } = await call(`/api/v1/exports/${id}/file`)
  await pipeline(Readable.fromWeb(body as import('node:stream/web').ReadableStream), createWriteStream(path))
  return written
}

async function untilWritten(look: () => Promise<Ended>): Promise<Written> {
  for (;;) {
    const { state, rows, truncated, error } = await look()
    if (state === 'done') return { rows, truncated }
    if (state === 'failed' || state === 'cancelled') {
      const { code, message, field } = (error ?? {}) as { code?: string; message?: string; field?: string }
      throw appError(code ?? 'export.failed', { message: message ?? 'The export did not come to its end.', field })
    }
    await sleep(200)
  }
}
