import { verify } from '#insight/verify/verify.ts'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { appError } from '#platform/errors.ts'
import { consumers } from '../app.ts'
import { openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'check the audit chain, sums and merges, and that ClickHouse tells what PostgreSQL holds',
  usage: '[--data DIR]',
  options: {},
  async run({ flags, json }) {
    const workspace = await openWorkspace(configFrom(flags))
    const { installation } = workspace
    try {
      await workspace.settle()
      await mirrorPersons(installation)
      const found = await verify(
        installation,
        consumers.map(({ name }) => name),
      )
      printResult(found, json)
      if (!found.ok) throw appError('verify.failed', { message: 'At least one check failed; the result above says which.' })
    } finally {
      await workspace.close()
    }
  },
}
