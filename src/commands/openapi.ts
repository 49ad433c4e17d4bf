import type { Installation } from '#platform/context.ts'
import { createLogger } from '#platform/log.ts'
import { createApp } from '../app.ts'
import { type Command, printResult } from './command.ts'

export const command: Command = {
  summary: 'print the OpenAPI document',
  usage: '',
  options: {},
  async run({ json }) {
    // The document is made from the routes alone: no engine is needed, so none is opened.
    const response = await createApp({ log: createLogger('silent', 'openapi') } as Installation).request('/openapi.json')
    printResult(await response.json(), json)
  },
}
