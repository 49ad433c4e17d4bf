import { resolve } from 'node:path'
import { backup } from '#platform/operations/backup.ts'
import { withEngines } from '../engines.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'backup FOLDER: write everything (both databases, files) into a folder, while the workspace runs or not',
  usage: 'FOLDER [--data DIR]',
  options: {},
  async run({ flags, positionals: [folder], json }) {
    const config = configFrom(flags)
    const target = resolve(folder ?? `backup-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`)
    const started = Date.now()
    const manifest = await withEngines(config, (urls) => backup(urls, target))
    printResult(
      {
        folder: target,
        madeAt: manifest.madeAt,
        rows: Object.values(manifest.tables).reduce((sum, { rows }) => sum + rows, 0),
        events: manifest.clickhouse.events,
        seconds: (Date.now() - started) / 1000,
      },
      json,
    )
    process.stderr.write(
      `The key file ${config.dataDir}.key is not in the backup: keep a copy of it elsewhere, sealed secrets open with it only.\n`,
    )
  },
}
