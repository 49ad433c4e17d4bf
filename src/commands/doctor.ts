import { accessSync, constants, statfsSync } from 'node:fs'
import { wecomDoctor } from '#management/wecom/doctor.ts'
import type { Config } from '#platform/config.ts'
import { appError } from '#platform/errors.ts'
import { readLags } from '#platform/operations/lags.ts'
import { type OpenWorkspace, openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult } from './command.ts'

type Finding = { check: string; ok: boolean; message: string; fix?: string }

export const command: Command = {
  summary: 'check configuration, engines and WeCom settings, and say what to fix',
  usage: '[--data DIR]',
  options: {},
  async run({ flags, json }) {
    const config = configFrom(flags)
    const workspace = await openWorkspace(config)
    try {
      const findings = [
        ...platformFindings(workspace.installation.config),
        ...(await engineFindings(workspace)),
        ...(await wecomFindings(workspace)),
      ]
      if (json) printResult({ ok: findings.every(({ ok }) => ok), findings }, true)
      else
        for (const { check, ok, message, fix } of findings)
          process.stdout.write(`${ok ? '✓' : '✗'} ${check}: ${message}${!ok && fix ? `\n    → ${fix}` : ''}\n`)
      if (findings.some(({ ok }) => !ok))
        throw appError('doctor.findings', { message: `${findings.filter(({ ok }) => !ok).length} things want fixing.` })
    } finally {
      await workspace.close()
    }
  },
}

function platformFindings(config: Config): Finding[] {
  const { bavail, bsize } = statfsSync(config.dataDir)
  const freeGb = (bavail * bsize) / 2 ** 30
  const writable = canWrite(config.dataDir)
  return [
    { check: 'node', ok: true, message: `Node ${process.versions.node} on ${process.platform}-${process.arch}` },
    { check: 'data folder', ok: writable, message: config.dataDir, fix: 'Give the user who starts Liuliang the right to write there.' },
    {
      check: 'disk',
      ok: freeGb > 2,
      message: `${freeGb.toFixed(1)} GiB free`,
      fix: 'Make room: PostgreSQL stops taking facts on a full disk.',
    },
    {
      check: 'address',
      ok: !config.publicUrl.startsWith('http://') || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(config.publicUrl),
      message: config.publicUrl,
      fix: 'Put TLS in front and set LIULIANG_PUBLIC_URL to the https address; WeCom and cookies ask for it.',
    },
  ]
}

function canWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function engineFindings({ installation }: OpenWorkspace): Promise<Finding[]> {
  const { rows } = await installation.databases.systemPool.query(
    "select current_setting('server_version') as version, current_setting('server_version_num')::int as number, current_setting('fsync') = 'on' and current_setting('synchronous_commit') <> 'off' as durable",
  )
  const [postgres] = rows
  const analysis = await installation.clickhouse.rows<{ version: string }>('select version() as version').catch(() => [])
  const lags = await readLags(installation)
  const slowest = Math.max(0, ...lags.consumers.map(({ lagSeconds }) => lagSeconds))
  return [
    {
      check: 'postgres',
      ok: postgres.number >= 150_000,
      message: `PostgreSQL ${postgres.version}`,
      fix: 'Liuliang needs PostgreSQL 15 or newer.',
    },
    {
      check: 'durability',
      ok: postgres.durable,
      message: postgres.durable ? 'fsync and synchronous_commit are on' : 'commits are not durable',
      fix: 'Set fsync = on and synchronous_commit = on.',
    },
    {
      check: 'clickhouse',
      ok: analysis.length > 0,
      message: analysis[0] ? `ClickHouse ${analysis[0].version}` : 'does not answer',
      fix: 'Check CLICKHOUSE_URL, or restart the workspace.',
    },
    {
      check: 'loader',
      ok: lags.loaderLagSeconds < 60,
      message: `${lags.inboxRows} rows wait, the oldest ${Math.round(lags.loaderLagSeconds)} s`,
      fix: 'Start a worker; without one facts wait in PostgreSQL.',
    },
    {
      check: 'consumers',
      ok: slowest < 60,
      message: `the slowest is ${Math.round(slowest)} s behind`,
      fix: 'See the operations page for which one and why.',
    },
    {
      check: 'dead letters',
      ok: lags.deadLetters === 0,
      message: `${lags.deadLetters} wait`,
      fix: 'Look at them on the dead letters page and replay them.',
    },
  ]
}

async function wecomFindings({ ctx }: OpenWorkspace): Promise<Finding[]> {
  const findings = await wecomDoctor(ctx)
  return findings.map(({ check, ok, message, fix }) => ({
    check: `wecom ${check}`,
    ok,
    message: message.zh,
    ...(fix ? { fix: fix.zh } : {}),
  }))
}
