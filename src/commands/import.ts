import { existsSync, openAsBlob, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#platform/errors.ts'
import { importFile } from '#platform/imports/engine.ts'
import { findImportKind } from '#platform/imports/kind.ts'
import type { ImportProgress } from '#platform/imports/schema.ts'
import { importKinds } from '../app.ts'
import { openWorkspace } from '../workspace.ts'
import { askWorkspace, type Command, configFrom, printResult, textFlag } from './command.ts'

export const command: Command = {
  summary: 'import KIND FILE: bring in a CSV, XLSX or JSON Lines file, also gzipped; the same file again changes nothing',
  usage: 'KIND FILE [--mapping m.json] [--dry-run] [--data DIR | --url URL --key KEY] [--json]',
  options: { mapping: { type: 'string' }, 'dry-run': { type: 'boolean' }, url: { type: 'string' }, key: { type: 'string' } },
  async run({ flags, positionals: [kind, file], json }) {
    if (!kind || !file)
      throw appError('command.no_files', {
        message: 'Say what and which file: liuliang import orders orders.csv',
        field: kind ? 'FILE' : 'KIND',
      })
    const wanted = { kind, path: resolve(file), mapping: readMapping(textFlag(flags, 'mapping')), dryRun: flags['dry-run'] === true }
    const url = textFlag(flags, 'url')
    const result = url ? await importOverHttp(url, textFlag(flags, 'key') ?? '', wanted) : await importHere(configFrom(flags), wanted)
    process.stderr.write('\n')
    printResult(result, json)
  },
}

type Wanted = { kind: string; path: string; mapping: unknown; dryRun: boolean }

function readMapping(path: string | undefined): unknown {
  if (path === undefined) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw appError('import.mapping_unreadable', { message: `${path}: ${(cause as Error).message}`, field: 'mapping', cause })
  }
}

async function importHere(config: ReturnType<typeof configFrom>, { kind: name, ...wanted }: Wanted): Promise<unknown> {
  // What needs no engine to be seen is said before one is started.
  const kind = findImportKind(importKinds, name)
  if (!existsSync(wanted.path)) throw appError('import.file_missing', { message: `There is no file ${wanted.path}.`, field: 'file' })
  const workspace = await openWorkspace(config)
  try {
    const result = await importFile(workspace.ctx, { ...wanted, kind, onProgress: showProgress })
    await workspace.settle()
    return result
  } finally {
    await workspace.close()
  }
}

/** One line that is written over while it goes, or one a few seconds where nobody watches. */
function showProgress({ read, total, rejected, rowsPerSecond, remainingSeconds }: ImportProgress): void {
  const share = total ? Math.min(1, read / total) : 0
  const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░')
  const rest = remainingSeconds === null ? '' : `, ${Math.ceil(remainingSeconds)} s left`
  const line = `${bar} ${read}${total ? `/${total}` : ''} rows, ${Math.round(rowsPerSecond)}/s, ${rejected} rejected${rest}`
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}

async function importOverHttp(url: string, key: string, { kind, path, mapping, dryRun }: Wanted): Promise<unknown> {
  const call = async (target: string, init: RequestInit = {}) => {
    const response = await askWorkspace(url, target, key, init)
    const answer = (await response.json()) as { error?: { code: string; message: string; field?: string } } & Record<string, unknown>
    if (answer.error && !response.ok)
      throw appError(answer.error.code, { status: response.status, message: answer.error.message, field: answer.error.field })
    return answer
  }
  if (!existsSync(path)) throw appError('import.file_missing', { message: 'There is no file at this path.', field: 'file' })
  const form = new FormData()
  form.set('kind', kind)
  form.set('dryRun', String(dryRun))
  if (mapping !== undefined) form.set('mapping', JSON.stringify(mapping))
  form.set('file', await openAsBlob(path), basename(path))
  const { id } = await call('/api/v1/imports', { method: 'POST', body: form })
  for (;;) {
    const view = await call(`/api/v1/imports/${id}`)
    showProgress(view.progress as ImportProgress)
    if (view.state === 'done' || view.state === 'cancelled') return view.result ?? view
    if (view.state === 'failed') {
      const error = view.error as { code: string; message: string; field?: string }
      throw appError(error.code, { message: error.message, field: error.field })
    }
    await sleep(300)
  }
}
