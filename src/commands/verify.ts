import { verifyAudit } from '#platform/audit.ts'
import { createContext, systemActor } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { openWorkspace } from '../workspace.ts'
import { type Command, configFrom, printResult } from './command.ts'

export const command: Command = {
  summary: 'check the audit chain, and that nothing is lost between PostgreSQL and ClickHouse',
  usage: '[--data DIR]',
  options: {},
  async run({ flags, json }) {
    const workspace = await openWorkspace(configFrom(flags))
    const { installation } = workspace
    try {
      await workspace.settle()
      const tenants = await installation.databases.system.selectFrom('tenants').select(['id', 'name']).execute()
      const checks = []
      for (const { id, name } of tenants) {
        const audit = await verifyAudit(createContext(installation, id, systemActor, 'verify'))
        checks.push({ tenant: name, audit })
      }
      const [events] = await installation.clickhouse.rows<{ events: number; doubled: number }>(
        'select count() as events, count() - uniqExact(tenant, id) as doubled from events',
      )
      const ok = checks.every(({ audit }) => audit.ok) && events?.doubled === 0
      printResult({ ok, tenants: checks, events }, json)
      if (!ok) throw appError('verify.failed', { message: 'At least one check failed; the result above says which.' })
    } finally {
      await workspace.close()
    }
  },
}
