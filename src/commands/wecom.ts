import { parseWecomFiles } from '#connectors/wecom/parse.ts'
import { appError } from '#platform/errors.ts'
import { type Command, textFlag } from './command.ts'

export const command: Command = {
  summary: 'wecom parse FILE…: read samples of callbacks, responses and archive messages, one JSON line each',
  usage: 'parse FILE… [--index index.json] --json',
  options: { index: { type: 'string' } },
  async run({ flags, positionals: [verb, ...files] }) {
    if (verb !== 'parse')
      throw appError('command.unknown', { message: `No command "wecom ${verb ?? ''}"; there is \`wecom parse\`.`, field: 'command' })
    if (files.length === 0) throw appError('command.no_files', { message: 'Name at least one file.', field: 'FILE' })
    for await (const line of parseWecomFiles(files, textFlag(flags, 'index'))) process.stdout.write(`${JSON.stringify(line)}\n`)
  },
}
