import { start } from '../start.ts'
import { type Command, configFrom } from './command.ts'

export const command: Command = {
  summary: 'start everything and stay; prints the URL and a first login',
  usage: '[--port 3000] [--host 127.0.0.1] [--data ./data] [--no-sandbox] [--json]',
  options: { port: { type: 'string' }, host: { type: 'string' }, sandbox: { type: 'boolean', default: true } },
  run: ({ flags, json }) => start(configFrom(flags), { sandbox: flags.sandbox !== false, json }),
}
