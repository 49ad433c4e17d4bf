import { mirrorOrderLines } from '#conversion/orders/mirror.ts'
import { repairLines, repairStores, verify } from '#insight/verify/verify.ts'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { appError } from '#platform/errors.ts'
import { consumers } from '../app.ts'
import { openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'check the audit chain, sums and merges, and that ClickHouse tells what PostgreSQL holds',
  usage: '[--repair] [--data DIR]',
  options: { repair: { type: 'boolean' } },
  async run({ flags, json }) {
    const workspace = await openWorkspace(configFrom(flags))
    const { installation } = workspace
    try {
      await workspace.settle()
      await mirrorPersons(installation)
      await mirrorOrderLines(installation)
      // The stores and the mirror of lines alone are made of something else here; what else is wrong wants somebody who looks at it.
      const repaired = flags.repair === true ? (await repairStores(installation)) + (await repairLines(installation)) : undefined
      const found = await verify(
        installation,
        consumers.map(({ name }) => name),
      )
      printResult(repaired === undefined ? found : { ...found, repaired }, json)
      if (!found.ok)
        throw appError('verify.failed', { message: 'At least one check failed; the result above says which, and what can be done.' })
    } finally {
      await workspace.close()
    }
  },
}
