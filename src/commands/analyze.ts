import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { analyzeBatch, analyzeEvents } from '#insight/analyze/analyze.ts'
import { readReport, runReport } from '#insight/reports/run.ts'
import { appError } from '#platform/errors.ts'
import { importFile } from '#platform/imports/engine.ts'
import { findImportKind } from '#platform/imports/kind.ts'
import { importKinds } from '../app.ts'
import { openThrowAwayWorkspace, openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult, textFlag } from './command.ts'

export const command: Command = {
  summary: 'analyze REPORT: run a report document on a workspace, on files, or many cases at once',
  usage: 'report.json --data DIR | report.json [--events e.jsonl] [--orders o.csv --mapping m.json] | --batch cases.jsonl',
  options: { events: { type: 'string' }, orders: { type: 'string' }, mapping: { type: 'string' }, batch: { type: 'string' } },
  async run({ flags, positionals: [reportFile], json }) {
    const config = configFrom(flags)
    const [events, orders, batch] = [textFlag(flags, 'events'), textFlag(flags, 'orders'), textFlag(flags, 'batch')]
    if (batch !== undefined) return runBatch(config, batch)
    if (!reportFile)
      throw appError('command.no_report', { message: 'Name the report document: liuliang analyze report.json', field: 'REPORT' })
    const report = readJson(reportFile, 'REPORT')
    if (events !== undefined || orders !== undefined)
      printResult(await runOnFiles(config, report, { events, orders, mapping: textFlag(flags, 'mapping') }), json)
    else printResult(await runOnData(config, report), json)
  },
}

type Config = ReturnType<typeof configFrom>

async function runBatch(config: Config, file: string): Promise<void> {
  const workspace = await openThrowAwayWorkspace(config)
  try {
    for await (const line of analyzeBatch(workspace, linesOf(file, 'batch'))) process.stdout.write(`${line}\n`)
  } finally {
    await workspace.close()
  }
}

async function runOnFiles(
  config: Config,
  report: unknown,
  files: { events: string | undefined; orders: string | undefined; mapping: string | undefined },
): Promise<unknown> {
  // An ill report is refused before the engines are started for it.
  readReport(report)
  const workspace = await openThrowAwayWorkspace(config)
  try {
    if (files.orders !== undefined) {
      const mapping = files.mapping === undefined ? undefined : readJson(files.mapping, 'mapping')
      await importFile(workspace.ctx, { kind: findImportKind(importKinds, 'orders'), path: resolve(files.orders), mapping })
    }
    return await analyzeEvents(workspace, workspace.ctx, report, files.events === undefined ? undefined : linesOf(files.events, 'events'))
  } finally {
    await workspace.close()
  }
}

async function runOnData(config: Config, report: unknown): Promise<unknown> {
  readReport(report)
  if (!existsSync(config.dataDir))
    throw appError('command.no_data', { message: `There is no workspace at ${config.dataDir}.`, field: 'data' })
  const workspace = await openWorkspace(config)
  try {
    await workspace.settle()
    return (await runReport(workspace.ctx, report)).result
  } finally {
    await workspace.close()
  }
}

function linesOf(file: string, field: string): AsyncIterable<string> {
  if (file !== '-' && !existsSync(file)) throw appError('file.not_found', { message: `There is no file ${file}.`, field })
  const raw = file === '-' ? process.stdin : createReadStream(file)
  return createInterface({ input: file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw, crlfDelay: Number.POSITIVE_INFINITY })
}

function readJson(file: string, field: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw appError('file.unreadable', { message: `${file}: ${(cause as Error).message}`, field, cause })
  }
}
