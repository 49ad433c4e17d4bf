import { migrate } from '#platform/installation.ts'
import { createLogger } from '#platform/log.ts'
import { startEngines } from '../engines.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'bring both databases to this version',
  usage: '[--data DIR]',
  options: {},
  async run({ flags, json }) {
    const config = configFrom(flags)
    const engines = await startEngines(config, createLogger(config.logLevel, 'engines'))
    try {
      printResult(await migrate(engines.config), json)
    } finally {
      await engines.stop()
    }
  },
}
