import { resolve } from 'node:path'
import { queueAllOrderLines } from '#conversion/orders/mirror.ts'
import { appError } from '#platform/errors.ts'
import { migrate } from '#platform/installation.ts'
import { restore } from '#platform/operations/backup.ts'
import { readAddress, withEngines } from '../engines.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'restore FOLDER: fill an empty data folder from a backup',
  usage: 'FOLDER --data DIR',
  options: {},
  async run({ flags, positionals: [folder], json }) {
    const config = configFrom(flags)
    if (!folder) throw appError('command.no_folder', { message: 'Name the folder of the backup.', field: 'FOLDER' })
    if (readAddress(config.dataDir)) throw appError('restore.running', { message: 'Stop the workspace first.', field: 'data' })
    const started = Date.now()
    const manifest = await withEngines(config, async (urls) => {
      await migrate({ ...config, ...urls })
      const manifest = await restore(urls, resolve(folder))
      await queueAllOrderLines(urls.databaseUrl)
      return manifest
    })
    printResult(
      {
        restored: manifest.madeAt,
        rows: Object.values(manifest.tables).reduce((sum, { rows }) => sum + rows, 0),
        events: manifest.clickhouse.events,
        seconds: (Date.now() - started) / 1000,
      },
      json,
    )
  },
}
