import type { Installation } from '#platform/context.ts'
import { createLogger } from '#platform/log.ts'
import { createApp } from '../app.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'print the OpenAPI document',
  usage: '',
  options: {},
  async run({ flags, json }) {
    // The document is made from the routes alone: no engine is needed, so none is opened.
    const config = configFrom(flags)
    const response = await createApp({ config, log: createLogger(config.logLevel, 'openapi') } as Installation).request('/openapi.json')
    if (!response.ok) throw new Error('the document was not made; the line above says why')
    printResult(await response.json(), json)
  },
}
