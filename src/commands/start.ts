import { appError } from '#platform/errors.ts'
import { start } from '../start.ts'
import { type Command, configFrom } from './command.ts'

export const command: Command = {
  summary: 'start everything and stay; prints the URL and a first login',
  usage: '[--port 3000] [--host 127.0.0.1] [--data ./data] [--demo] [--no-sandbox] [--json]',
  options: { port: { type: 'string' }, host: { type: 'string' }, sandbox: { type: 'boolean', default: true }, demo: { type: 'boolean' } },
  async run({ flags, json }) {
    const [sandbox, demo] = [flags.sandbox !== false, flags.demo === true]
    if (demo && !sandbox)
      throw appError('demo.no_sandbox', {
        message: 'The demo company lives in the sandbox: --demo and --no-sandbox exclude each other.',
        field: 'demo',
      })
    await start(configFrom(flags), { sandbox, demo, json })
  },
}
